//! Plugins that never end their calls, and the other tenants of the process meanwhile: these are answered before
//! any of the endless calls has ended.

use crate::panel::{TestPanel, login, run};
use crate::probes::guest::{Guest, data};
use crate::watcher::{soon, until};
use reqwest::header::HOST;
use serde_json::json;

const BEGUN: &str = "begun";
/// More than the threads of the panel on any machine that these tests run on.
const LOOPS: usize = 16;
/// As many as take longer than the endless calls may last, where each waits for a turn of theirs.
const SIGN_INS: usize = 200;

/// Says that it has begun, and loops.
fn endless() -> Guest {
    Guest {
        imports: r#"(import "linecard:base/base@0.1.0" "log" (func $log (param i32 i32 i32)))"#,
        fields: data(9000, BEGUN),
        ..Guest::with_action(
            format!(
                "(call $log (i32.const 1) (i32.const 9000) (i32.const {})) (loop $more (br $more)) (unreachable)",
                BEGUN.len()
            ),
            json!({ "budget": "job" }),
        )
    }
}

#[test]
fn a_neighbour_signs_in_two_hundred_times_while_a_tenants_calls_loop() {
    run(async {
        let panel = TestPanel::shared();
        let (tenant, neighbour) = (panel.tenant(1).await, panel.tenant(1).await);
        let line = neighbour.line(json!({ "username": "guest" })).await;
        let runtime = &panel.panel.runtime;
        runtime.install(tenant.system(), endless().file().into()).await.unwrap();
        runtime.grant(tenant.system(), "probe", &[], None).await.unwrap();
        let loops: Vec<_> = (0..LOOPS)
            .map(|_| {
                let request = panel.http.post(format!("{}/x/probe/go", panel.url)).header(HOST, &tenant.host);
                tokio::spawn(request.send())
            })
            .collect();
        let begun = || runtime.logs(tenant.id, "probe").iter().filter(|line| line.message == BEGUN).count();
        until("all of them loop", || begun() == LOOPS).await;
        let account = format!("/player_api.php?{}", login(&line));
        for _ in 0..SIGN_INS {
            assert_eq!(soon("a sign-in", neighbour.get(&account)).await.status(), 200);
        }
        assert!(loops.iter().all(|request| !request.is_finished()), "they loop yet");
        loops.iter().for_each(tokio::task::JoinHandle::abort);
    });
}
