//! The examples, installed as an operator would: they wait for their grant, answer after it, and
//! are replaced while requests run.

use crate::panel::{TestPanel, login, run};
use host_runtime::PluginStatus;
use serde_json::json;

const WELCOME: &str = env!("EXAMPLE_WELCOME");

#[test]
fn a_foreign_plugin_waits_for_its_grant_and_ends_when_it_is_taken_back() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({ "username": "room-12" })).await;
        let runtime = &tenant.panel.panel.runtime;
        let hello = format!("/x/welcome/hello?{}&title=Dr.", login(&line));
        assert_eq!(tenant.get(&hello).await.status(), 404);

        let file = std::fs::read(WELCOME).unwrap();
        let installed = runtime.install(tenant.system(), file.into()).await.unwrap();
        let PluginStatus::WaitingForGrant { missing } = installed.status else { panic!("{installed:?}") };
        assert_eq!(missing, ["linecard:lines/lines.mine", "route:welcome/hello", "mount:/x/welcome/hello"]);
        assert_eq!(tenant.get(&hello).await.status(), 404);

        runtime.grant(tenant.system(), "welcome", &[], None).await.unwrap();
        let answer = tenant.json(&hello).await;
        assert_eq!(answer["greeting"], "Good evening, Dr. room-12.", "{answer}");

        runtime.revoke(tenant.system(), "welcome", &[]).await.unwrap();
        assert_eq!(tenant.get(&hello).await.status(), 404);
    });
}

#[test]
fn a_plugin_of_one_tenant_answers_in_no_other() {
    run(async {
        let (with, without) = (TestPanel::shared().tenant(1).await, TestPanel::shared().tenant(1).await);
        let runtime = &with.panel.panel.runtime;
        runtime.install(with.system(), std::fs::read(WELCOME).unwrap().into()).await.unwrap();
        runtime.grant(with.system(), "welcome", &[], None).await.unwrap();
        for (tenant, status) in [(&with, 200), (&without, 404)] {
            let line = tenant.line(json!({ "username": "room-12" })).await;
            assert_eq!(tenant.get(&format!("/x/welcome/hello?{}", login(&line))).await.status(), status);
        }
    });
}

#[test]
fn a_wrong_login_hears_the_plugins_own_refusal() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let runtime = &tenant.panel.panel.runtime;
        runtime.install(tenant.system(), std::fs::read(WELCOME).unwrap().into()).await.unwrap();
        runtime.grant(tenant.system(), "welcome", &[], None).await.unwrap();
        let answer = tenant.get("/x/welcome/hello?username=room-12&password=wrong").await;
        assert_eq!(answer.status(), 403);
        assert_eq!(answer.text().await.unwrap(), r#"{"greeting":"Please ask at the reception."}"#);
    });
}
