//! One thing of each kind, as the tests need them that are made from the descriptions.

use crate::panel::{TestTenant, id_of};
use crate::visitor::Visitor;
use host_core::action::Action;
use host_core::document::Document;
use host_core::job::{Job, JobState};
use host_core::kind::Kind;
use host_core::provider::PROVIDER_STREAM;
use host_core::{DocumentId, JobId};
use host_engine::Work;
use serde_json::json;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// Kinds with the id of a thing.
pub type Things = HashMap<&'static str, u32>;

/// The admin's lists of all that these are.
pub const LISTS: [&str; 23] = [
    "get_lines",
    "get_mags",
    "get_enigmas",
    "get_activecodes",
    "get_groups",
    "get_packages",
    "get_bouquets",
    "get_epgs",
    "get_categories",
    "get_streams",
    "get_channels",
    "get_stations",
    "get_movies",
    "get_series_list",
    "get_episodes",
    "get_blocked_ips",
    "get_blocked_uas",
    "get_blocked_isps",
    "get_access_codes",
    "get_rtmp_ips",
    "get_hmacs",
    "get_jobs",
    "get_transcode_profiles",
];

/// A source that nobody listens at: a stream can be started, and nothing comes of it.
const NOWHERE: &str = "http://127.0.0.1:9/nothing.ts";

/// What lines are sold as, each with what it has to say.
pub async fn sold(tenant: &TestTenant, seller: &Visitor) -> Things {
    static BOXES: AtomicU32 = AtomicU32::new(0);
    let mut things = Things::new();
    for kind in ["line", "mag", "enigma", "code"] {
        let [_, high, middle, low] = BOXES.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let options = match kind {
            "mag" | "enigma" => {
                json!({ "delivery": kind, "mac": format!("00:1A:79:{high:02X}:{middle:02X}:{low:02X}") })
            }
            kind => json!({ "delivery": kind }),
        };
        things.insert(kind, id_of(&tenant.sold_line(seller, options).await));
    }
    things.insert("batch", id_of(&tenant.sold_line(seller, json!({ "delivery": "code", "quantity": 2 })).await));
    things
}

/// A record of each kind, called by that name.
pub async fn records(tenant: &TestTenant, name: &str) -> Things {
    let mut things = Things::new();
    for kind in ["group", "bouquet", "package", "guide_source"] {
        things.insert(kind, tenant.record(kind, json!({ "name": name })).await);
    }
    things.insert("category", tenant.record("category", json!({ "kind": "live", "name": name })).await);
    let stream = json!({ "kind": "live", "name": name, "guide_channel": "c1", "sources": [NOWHERE] });
    things.insert("stream", tenant.record("stream", stream).await);
    for kind in ["created_channel", "radio", "movie"] {
        things.insert(kind, tenant.record(kind, json!({ "name": name, "sources": [NOWHERE] })).await);
    }
    for kind in ["series", "transcode_profile"] {
        things.insert(kind, tenant.record(kind, json!({ "name": name })).await);
    }
    for (kind, value) in [("blocked_address", "192.0.2.0/24"), ("blocked_agent", name), ("blocked_isp", name)] {
        things.insert(kind, tenant.record(kind, json!({ "value": value })).await);
    }
    static ADDRESSES: AtomicU32 = AtomicU32::new(0xc000_0200);
    let address = std::net::Ipv4Addr::from(ADDRESSES.fetch_add(1, Ordering::Relaxed));
    things.insert("rtmp_address", tenant.record("rtmp_address", json!({ "address": address })).await);
    things.insert("hmac_key", tenant.record("hmac_key", json!({ "enabled": true })).await);
    let account = json!({ "name": name, "host": "127.0.0.1", "port": 9, "username": "u" });
    things.insert("provider", tenant.record("provider", account).await);
    things.insert("provider_stream", listed(tenant, things["provider"], name).await);
    things.insert("access_code", tenant.record("access_code", json!({ "surface": "reseller" })).await);
    things.insert("job", job(tenant, name).await);
    let place = json!({ "series": things["series"], "season": 1, "number": 1 });
    let episode = json!({ "name": name, "episode_of": place, "sources": [NOWHERE] });
    things.insert("episode", tenant.record("episode", episode).await);
    // Without episodes, so that it can be deleted.
    things.insert("series", tenant.record("series", json!({ "name": format!("{name} of nothing") })).await);
    things
}

/// A channel that a provider lists.
async fn listed(tenant: &TestTenant, provider: u32, name: &str) -> u32 {
    let verb = async |work: &mut Work| {
        let id = DocumentId(work.next_id(Kind::Document).await?);
        let blank = PROVIDER_STREAM.blank(id.0, work.now());
        let mut fields = blank.fields.clone();
        let said = json!({ "provider": provider, "kind": "live", "remote": 1, "name": name });
        fields.extend(said.as_object().unwrap().clone());
        work.insert(PROVIDER_STREAM.indexed(Document { fields, ..blank })?);
        Ok(id.0)
    };
    tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap()
}

/// A job of which chunks are left, and which nothing works on.
async fn job(tenant: &TestTenant, subject: &str) -> u32 {
    let verb = async |work: &mut Work| {
        let id = work.next_id(Kind::Job).await?;
        let counts = [("added".to_owned(), 1)].into();
        let job = Job::new(JobId(id), "import_m3u", subject, JobState::Running, work.now());
        work.insert(Job { counts, ..job });
        Ok(id)
    };
    tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap()
}

/// What the parameter `id` of an action names, where that is none of what stands at the end of its name.
pub fn kind_of(action: &Action) -> Option<&str> {
    match action.name.as_str() {
        "delete_activecode" => Some("code"),
        "export_active_code_batch" => Some("batch"),
        "send_event" => Some("mag"),
        _ => action.does.as_ref().map(|verb| verb.kind()),
    }
}

/// Parameters in which the row that an action is about is the one of these.
pub fn about(action: &Action, things: &Things, mut form: Vec<(String, String)>) -> Vec<(String, String)> {
    let own = kind_of(action).and_then(|kind| things.get(kind));
    for (name, value) in &mut form {
        if let ("id", Some(own)) = (name.as_str(), own) {
            *value = own.to_string();
        }
    }
    form
}
