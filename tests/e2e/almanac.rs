//! The example that is written with the whole standard library, for WASI: installed, granted, and called.

use crate::panel::{TestPanel, login, run};
use host_runtime::PluginStatus;
use serde_json::json;
use std::time::{SystemTime, UNIX_EPOCH};

const ALMANAC: &str = env!("EXAMPLE_ALMANAC");
const DAY: u64 = 24 * 60 * 60;
const DAYS: [&str; 7] = ["Donnerstag", "Freitag", "Samstag", "Sonntag", "Montag", "Dienstag", "Mittwoch"];

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn weekday(seconds: u64) -> &'static str {
    DAYS[(seconds / DAY % 7) as usize]
}

#[test]
fn a_guest_with_the_whole_standard_library_is_installed_and_answers() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let runtime = &tenant.panel.panel.runtime;
        let installed = runtime.install(tenant.system(), std::fs::read(ALMANAC).unwrap().into()).await.unwrap();
        let PluginStatus::WaitingForGrant { missing } = installed.status else { panic!("{installed:?}") };
        let asked = ["linecard:lines/lines.mine", "route:almanac/today", "mount:/x/almanac/today"];
        assert_eq!(missing, asked, "what it imports of WASI gives it nothing, so nobody grants it");
        runtime.grant(tenant.system(), "almanac", &[], None).await.unwrap();

        let stay = now() + 3 * DAY;
        let line = tenant.line(json!({ "username": "room-12", "expiry": stay })).await;
        let before = weekday(now());
        let answer = tenant.json(&format!("/x/almanac/today?{}&language=de", login(&line))).await;
        let said = answer["weekday"].as_str().unwrap();
        assert!([before, weekday(now())].contains(&said), "{answer}");
        assert_eq!(answer["nights"], 3, "{answer}");
        let logged: Vec<_> = runtime.logs(tenant.id, "almanac").into_iter().map(|line| line.message).collect();
        assert_eq!(logged, [format!("it is {said}")], "what it prints is in its log");
    });
}
