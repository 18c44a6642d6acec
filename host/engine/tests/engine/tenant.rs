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
        dropped: false,
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
    let dropped = async |work: &mut Work| add(work, Added { dropped: true, ..added("3") }).await;
    let row = panel.engine.act_control(caller.clone(), "plugin add", dropped).await.unwrap();
    assert_eq!(row.nominated, ["3"], "what the drop folder brings is remembered with it");
    let none = async |work: &mut Work| revoke(work, panel.tenant, "player", None).await;
    assert_eq!(panel.engine.act_control(caller, "revoke", none).await.unwrap().granted, Grant::default());
    let wrong = async |work: &mut Work| installed(work, panel.tenant).await;
    assert!(panel.engine.act(panel.admin.clone(), "plugin list", wrong).await.is_err(), "not in a tenant's plan");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_tenants_viewer_ends_and_cannot_return() {
    let panel = Panel::new().await;
    panel.line("guest", 2).await;
    // Whoever signed in before the suspension has everything that a start needs.
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let again = async || {
        let session = panel.engine.seats().fresh_session();
        let stream = host_core::StreamId(panel.streams[0]);
        panel.engine.admit(&line, panel.tenant, stream, session, &crate::seats::visit("10.0.0.1", "vlc")).await
    };
    let seat = again().await.unwrap();
    tenant::suspend(&panel.engine, "t", "demo").await.unwrap();
    assert_eq!(seat.is_ended(), Some(host_engine::Ended::Killed));
    assert_eq!(code(again().await), "unavailable");
    assert_eq!(panel.engine.seats().total(), 0);
    tenant::resume(&panel.engine, "t", "demo").await.unwrap();
    again().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_whose_command_was_cut_off_ends_the_viewers_with_the_next_step() {
    use host_core::event::Effect;
    use host_core::object::Object;
    use host_core::plan::{Change, Database, Plan};
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let seat = crate::seats::start(&panel, "guest", "10.0.0.1", "vlc").await.unwrap();
    let before = panel.engine.tenant(panel.tenant).await.unwrap().unwrap();
    let suspended = host_core::tenant::Tenant { suspended: true, ..before };
    let changes = vec![Change::Update(Box::new(Object::Tenant(suspended)))];
    let effects = vec![Effect::EndTenant { tenant: panel.tenant }.into()];
    panel.engine.store().commit(Database::Control, Plan { changes, effects, ..Plan::default() }).await.unwrap();
    assert_eq!(seat.is_ended(), None, "the process stopped between the commit and its effect");
    panel.engine.wake_outbox().await.unwrap();
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    assert_eq!(seat.is_ended(), Some(host_engine::Ended::Killed));
}
