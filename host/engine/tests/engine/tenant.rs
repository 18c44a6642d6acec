//! Tenants: made whole, kept apart, found by host.

use crate::panel::{Panel, code, map};
use host_engine::{Work, tenant};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_complete_tenant_is_not_made_twice_and_a_host_belongs_to_one() {
    let panel = Panel::new().await;
    assert_eq!(code(tenant::create(&panel.engine, "t", "demo", &[]).await), "name_taken");
    let hosts = ["TV.example.org".to_owned()];
    assert_eq!(code(tenant::create(&panel.engine, "t", "other", &hosts).await), "name_taken");
    assert!(panel.engine.tenant_named("other").await.unwrap().is_none());
    let found = panel.engine.tenant_of_host("tv.example.org").await.unwrap().unwrap();
    assert_eq!(found.id, panel.tenant);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_access_codes_of_a_tenant_open_its_surfaces() {
    let panel = Panel::new().await;
    for surface in ["admin", "reseller"] {
        let text = panel.login[format!("{surface}_access_code")].as_str().unwrap();
        let code = panel.engine.access_code(text, crate::panel::ip("10.0.0.1")).await.unwrap().unwrap();
        assert_eq!((code.tenant, code.surface.as_str()), (panel.tenant, surface));
    }
    assert!(panel.engine.access_code("nonsense-code", crate::panel::ip("10.0.0.1")).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_and_settings_are_set_by_one_verb_and_the_quota_of_lines_holds() {
    let panel = Panel::new().await;
    let fields = map(json!({ "lines": 1, "server_name": "Campus" }));
    let shown = tenant::set(&panel.engine, "t", "demo", &fields).await.unwrap();
    assert_eq!(
        (shown["quotas"]["lines"].clone(), shown["settings"]["server_name"].clone()),
        (json!(1), json!("Campus"))
    );
    panel.line("one", 1).await;
    let options = map(json!({}));
    let verb = async |work: &mut Work| host_engine::line::create(work, &options).await;
    assert_eq!(code(panel.engine.act(panel.admin.clone(), "create", verb).await), "quota_exceeded");
    let nonsense = map(json!({ "colour": 1 }));
    assert_eq!(code(tenant::set(&panel.engine, "t", "demo", &nonsense).await), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_tenant_is_gone_with_its_doors() {
    let panel = Panel::new().await;
    tenant::delete(&panel.engine, "t", "demo").await.unwrap();
    assert!(panel.engine.tenant_of_host("tv.example.org").await.unwrap().is_none());
    let text = panel.login["admin_access_code"].as_str().unwrap();
    assert!(panel.engine.access_code(text, crate::panel::ip("10.0.0.1")).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_that_was_interrupted_is_finished_by_the_same_command() {
    let panel = Panel::new().await;
    let caller = host_core::caller::Caller::system(host_core::TenantId(0), "t");
    // What is left when the process stops after the first of the two plans.
    let verb = async |work: &mut Work| {
        let id = host_core::TenantId(work.next_id(host_core::object::Kind::Tenant).await?);
        let known = panel.engine.tenant(panel.tenant).await?.unwrap();
        work.insert(host_core::tenant::Tenant { id, name: "half".into(), hosts: Vec::new(), ..known });
        host_engine::access_code::create(work, id, "admin", Some("half-of-a-door"), Vec::new()).await
    };
    panel.engine.act_control(caller, "tenant create", verb).await.unwrap();
    let login = tenant::create(&panel.engine, "t", "half", &[]).await.unwrap();
    assert_eq!(login["admin_access_code"], "half-of-a-door");
    assert_eq!(code(tenant::create(&panel.engine, "t", "half", &[]).await), "name_taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plugin_keeps_its_grant_when_a_new_version_comes() {
    use host_core::grant::{Function, Grant};
    use host_core::plugin::PluginSource;
    use host_engine::plugin::{Added, add, grant, installed, revoke};
    let panel = Panel::new().await;
    let added = |version: &str| Added {
        tenant: panel.tenant,
        name: "player".into(),
        plugin_version: version.into(),
        digest: version.into(),
        source: PluginSource::Foreign,
        granted: Grant::default(),
    };
    let more = Grant { functions: [Function("linecard:lines/lines.mine".into())].into(), ..Grant::default() };
    let verb = async |work: &mut Work| {
        add(work, added("1")).await?;
        grant(work, panel.tenant, "player", &more).await?;
        add(work, added("2")).await?;
        Ok(())
    };
    let caller = host_core::caller::Caller::system(host_core::TenantId(0), "t");
    panel.engine.act_control(caller.clone(), "plugin add", verb).await.unwrap();
    let list = async |work: &mut Work| installed(work, panel.tenant).await;
    let rows = panel.engine.act_control(caller.clone(), "plugin list", list).await.unwrap();
    assert_eq!((rows.len(), rows[0].plugin_version.as_str(), &rows[0].granted), (1, "2", &more));
    let none = async |work: &mut Work| revoke(work, panel.tenant, "player", None).await;
    assert_eq!(panel.engine.act_control(caller, "revoke", none).await.unwrap().granted, Grant::default());
    let wrong = async |work: &mut Work| installed(work, panel.tenant).await;
    assert!(panel.engine.act(panel.admin.clone(), "plugin list", wrong).await.is_err(), "not in a tenant's plan");
}
