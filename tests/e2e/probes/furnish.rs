//! A tenant with a text of its own in everything that it has.

use super::until::until;
use crate::panel::{TestPanel, TestTenant, fields, id_of};
use crate::visitor::Visitor;
use host_core::UserId;
use host_core::guide::{GuideChannel, Programme};
use host_core::import::GuideItem;
use host_engine::Work;
use host_engine::import::GuideOptions;
use serde_json::{Value, json};

pub async fn tenant(name: &str) -> TestTenant {
    let panel = TestPanel::shared();
    let host = format!("{name}.test");
    let made = host_engine::tenant::create(panel.engine(), "test", name, std::slice::from_ref(&host)).await.unwrap();
    let id = panel.engine().tenant_named(name).await.unwrap().unwrap().id;
    panel.panel.runtime.refresh(id).await.unwrap();
    let name = name.to_owned();
    let tenant = TestTenant { panel, id, name, host, made, streams: Vec::new(), bouquet: 0, package: 0 };
    until("the doors know a new host", || Box::pin(async { tenant.get("/player_api.php").await.status() != 421 }))
        .await;
    tenant
}

pub async fn reseller(tenant: &TestTenant, username: &str, text: &str) -> Visitor {
    let word = text.rsplit(' ').next().unwrap();
    let options = fields(json!({ "username": username, "email": format!("{word}@example.org"), "notes": text,
        "reseller_dns": format!("{word}.example.org"), "group": 1 }));
    let engine = tenant.panel.engine();
    let verb = async |work: &mut Work| {
        let user = UserId(id_of(&host_engine::user::create(work, &options).await?));
        let key = fields(json!({ "name": format!("Key {text}") }));
        let key = host_engine::user::create_key(work, user, &key).await?;
        Ok((user.0, key["key"].as_str().unwrap_or_default().to_owned()))
    };
    let (user, key) = engine.act(tenant.system(), "test", verb).await.unwrap();
    let paid = async |work: &mut Work| host_engine::credit::adjust(work, UserId(user), "50", text).await;
    engine.act_filled(tenant.system(), "test", paid).await.unwrap();
    let mut visitor = tenant.admin().with_key(&key);
    let code = tenant.made["reseller_access_code"].as_str().unwrap();
    visitor.url = format!("{}/{code}/reseller/index.php", tenant.panel.url);
    visitor.user = user;
    visitor
}

/// Every kind of record, with the canary in every text; answers the bouquet.
pub async fn furnish(tenant: &TestTenant, c: &str) -> u32 {
    let edit = async |kind: &str, document: Value| {
        let document = fields(document);
        let verb = async |work: &mut Work| host_engine::record::edit(work, kind, 1, &document).await;
        tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
    };
    edit("settings", json!({ "server_name": format!("Server {c}"), "welcome_message": format!("Welcome {c}") })).await;
    edit("group", json!({ "name": format!("Group {c}"), "notice": format!("Notice {c}") })).await;
    let details = json!({ "year": c, "plot": c, "cast": c, "director": c, "genre": c, "release_date": c,
        "backdrop": format!("http://192.0.2.1/{c}"), "trailer": c });
    let mut members = Vec::new();
    for kind in ["movie", "live"] {
        let category = tenant.record("category", json!({ "kind": kind, "name": format!("Category {c}") })).await;
        let mut stream = json!({ "kind": kind, "name": format!("Stream {c}"), "categories": [category],
            "sources": [format!("http://192.0.2.1/{c}.ts")], "icon": format!("http://192.0.2.1/{c}.png"),
            "guide_channel": "one", "notes": format!("Notes {c}"), "custom_sid": c, "details": details });
        if kind == "movie" {
            stream["container"] = "ts".into();
        }
        members.push(json!({ "stream": tenant.record("stream", stream).await }));
    }
    let category = tenant.record("category", json!({ "kind": "series", "name": format!("Shows {c}") })).await;
    let series = json!({ "name": format!("Series {c}"), "categories": [category],
        "cover": format!("http://192.0.2.1/{c}.png"), "details": details });
    members.push(json!({ "series": tenant.record("series", series).await }));
    tenant.record("block", json!({ "kind": "agent", "value": format!("bot-{c}"), "note": format!("Why {c}") })).await;
    let bouquet = tenant.record("bouquet", json!({ "name": format!("Bouquet {c}"), "members": members })).await;
    let package = json!({ "name": format!("Package {c}"), "groups": [1], "bouquets": [bouquet],
        "official": { "price": "1.00", "term": { "count": 1, "unit": "months" } } });
    tenant.record("package", package).await;
    guide(tenant, c).await;
    bouquet
}

async fn guide(tenant: &TestTenant, c: &str) {
    let start = tenant.panel.engine().clock().now();
    let programme = Programme {
        id: 0,
        channel: "one".into(),
        start,
        stop: host_core::time::Unix(start.0 + 3_600),
        title: format!("Programme {c}"),
        description: format!("About {c}"),
        language: String::new(),
    };
    let channel = GuideChannel { id: "one".into(), name: format!("Guide {c}"), icon: format!("http://192.0.2.1/{c}") };
    let items = [GuideItem::Channel(channel), GuideItem::Programme(programme)].map(|item| Ok(Ok(item)));
    let options = GuideOptions { source: format!("guide {c}"), dry_run: false };
    let engine = tenant.panel.engine();
    host_engine::import::guide(engine, tenant.system(), &options, items.into_iter(), |_| true).await.unwrap();
}
