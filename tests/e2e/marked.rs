//! A tenant whose texts all have its canary.

use crate::panel::{TestPanel, TestTenant, id_of, login};
use crate::visitor::Visitor;
use host_core::guide::{GuideChannel, Programme};
use host_core::import::GuideItem;
use host_engine::Work;
use host_engine::import::GuideOptions;
use serde_json::{Value, json};

/// A tenant whose texts all have its canary.
pub struct Marked {
    pub tenant: TestTenant,
    pub canary: String,
    pub reseller: Visitor,
    pub line: Value,
}

impl Marked {
    pub async fn new() -> Marked {
        let mut tenant = TestPanel::shared().tenant(2).await;
        let canary = format!("zq{}qz", tenant.id);
        let c = canary.as_str();
        // While there is one group, a reseller is in it.
        let reseller = tenant.reseller("shop", "50").await;
        let options = json!({ "server_name": format!("Server {c}"), "welcome_message": format!("Welcome {c}") });
        let options = options.as_object().unwrap();
        let set = async |work: &mut Work| host_engine::record::edit(work, "settings", 1, options).await;
        tenant.panel.engine().act(tenant.system(), "test", set).await.unwrap();
        let category = tenant.record("category", json!({ "kind": "movie", "name": format!("Films {c}") })).await;
        let movie = json!({ "kind": "movie", "name": format!("Movie {c}"), "categories": [category], "container": "ts",
            "sources": [format!("http://192.0.2.1/{c}.ts")], "icon": format!("http://192.0.2.1/{c}.png"),
            "details": { "plot": format!("Plot {c}"), "genre": format!("Genre {c}") } });
        let movie = tenant.record("stream", movie).await;
        let category = tenant.record("category", json!({ "kind": "live", "name": format!("Live {c}") })).await;
        let live = json!({ "kind": "live", "name": format!("Channel {c}"), "categories": [category],
            "sources": [format!("http://192.0.2.1/live-{c}.ts")], "guide_channel": "one" });
        let live = tenant.record("stream", live).await;
        tenant.streams.extend([movie, live]);
        let members = json!([{ "stream": movie }, { "stream": live }]);
        let bouquet = json!({ "name": format!("Bouquet {c}"), "members": members });
        let bouquet = tenant.record("bouquet", bouquet).await;
        tenant.record("group", json!({ "name": format!("Group {c}") })).await;
        let package = json!({ "name": format!("Package {c}"), "groups": [1], "bouquets": [bouquet],
            "official": { "price": "1.00", "term": { "count": 1, "unit": "months" } } });
        tenant.record("package", package).await;
        guide(&tenant, c).await;
        let line = json!({ "username": "guest", "password": format!("pass-{c}"), "owner": reseller.user,
            "bouquets": [tenant.bouquet, bouquet], "reseller_notes": format!("Reseller note {c}"),
            "admin_notes": format!("Admin note {c}"), "allowed_agents": [] });
        let line = tenant.line(line).await;
        Marked { tenant, canary, reseller, line }
    }

    /// Everything that a player can read, by path; whether the canary must be in it.
    pub fn player_paths(&self) -> Vec<(String, bool)> {
        let (login, live) = (login(&self.line), self.tenant.streams[3]);
        let action = |name: &str| format!("/player_api.php?{login}&action={name}");
        vec![
            (format!("/player_api.php?{login}"), true),
            (action("get_live_categories"), true),
            (action("get_live_streams"), true),
            (action("get_vod_categories"), true),
            (action("get_vod_streams"), true),
            (action("get_series"), false),
            (format!("{}&stream_id={live}", action("get_short_epg")), false),
            (format!("{}&stream_id={live}", action("get_simple_data_table")), false),
            (format!("/get.php?{login}&type=m3u_plus&output=ts"), true),
            (format!("/get.php?{login}&type=m3u&output=hls"), true),
            (format!("/xmltv.php?{login}"), true),
        ]
    }

    /// Everything that the panel's users can read.
    pub async fn panel_answers(&self) -> Vec<(String, Value, bool)> {
        let line = id_of(&self.line);
        let admin = self.tenant.admin();
        let mut answers = Vec::new();
        for (action, query, marked) in [
            ("user_info", String::new(), false),
            ("packages", String::new(), true),
            ("get_lines", String::new(), true),
            ("get_line", format!("&id={line}"), true),
        ] {
            answers.push((format!("reseller/{action}"), self.reseller.get(action, &query).await, marked));
        }
        for (action, query, marked) in [
            ("user_info", String::new(), false),
            ("get_lines", String::new(), true),
            ("get_line", format!("&id={line}"), true),
            ("get_streams", String::new(), true),
            ("get_stream", format!("&id={}", self.tenant.streams[3]), true),
            ("get_bouquets", String::new(), true),
            ("get_packages", String::new(), true),
            ("get_groups", String::new(), true),
            ("get_settings", String::new(), true),
        ] {
            answers.push((format!("admin/{action}"), admin.get(action, &query).await, marked));
        }
        answers
    }
}

async fn guide(tenant: &TestTenant, canary: &str) {
    let now = tenant.panel.engine().clock().now();
    let mut programme = Programme {
        id: 0,
        channel: "one".into(),
        start: now,
        stop: now,
        title: format!("Programme {canary}"),
        description: format!("About {canary}"),
        language: String::new(),
    };
    programme.stop.0 += 3_600;
    let channel = GuideChannel { id: "one".into(), name: format!("Guide {canary}"), icon: String::new() };
    let items = [GuideItem::Channel(channel), GuideItem::Programme(programme)].map(|item| Ok(Ok(item)));
    let options = GuideOptions { source: format!("guide {canary}"), dry_run: false };
    let engine = tenant.panel.engine();
    host_engine::import::guide(engine, tenant.system(), &options, items.into_iter(), |_| true).await.unwrap();
}
