//! A bouquet of 150,000 members through the admin door: what is named is read and written, whatever the
//! bouquet's size.

use crate::panel::{TestPanel, TestTenant, run};
use host_core::bouquet::Member;
use host_core::object::{Kind, Object};
use host_core::plan::{Change, Database, Plan};
use host_core::stream::Stream;
use host_core::{BouquetId, StreamId};
use serde_json::{Value, json};

const MEMBERS: u32 = 150_000;
const PIECE: u32 = 5_000;

/// Streams that are members of the bouquet, in pieces as an import writes them. Answers the first.
async fn fill(tenant: &TestTenant, bouquet: u32) -> u32 {
    let (database, store) = (Database::Tenant(tenant.id), tenant.panel.engine().store());
    let taken = Plan { changes: vec![Change::TakeIds(Kind::Stream, MEMBERS)], ..Plan::default() };
    let first = store.commit(database, taken).await.unwrap().blocks[0];
    for from in (first..first + MEMBERS).step_by(PIECE as usize) {
        let ids = || (from..from + PIECE).map(StreamId);
        let stream = |id| Stream { id, name: format!("s{id}"), ..Stream::default() };
        let mut changes: Vec<_> = ids().map(|id| Change::Insert(Box::new(Object::Stream(stream(id))))).collect();
        changes.push(Change::AddMembers(BouquetId(bouquet), ids().map(Member::Stream).collect()));
        store.commit(database, Plan { changes, ..Plan::default() }).await.unwrap();
    }
    first
}

fn channels(count: u32) -> Value {
    json!({ "channels": count, "movies": 0, "series": 0, "radios": 0 })
}

#[test]
fn a_bouquet_of_150000_members_is_shown_and_edited_by_what_is_named() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let long = tenant.record("bouquet", json!({ "name": "Long" })).await;
        let first = fill(&tenant, long).await;
        let id = long.to_string();
        let shown = admin.get("get_bouquet", &format!("&id={id}")).await["data"].clone();
        assert_eq!(shown["bouquet_counts"], channels(MEMBERS));
        assert_eq!(shown["bouquet_channels"].as_array().unwrap().len(), 1_000);
        let rows = admin.get("get_bouquets", "&search%5Bvalue%5D=Long").await["data"].clone();
        assert_eq!(rows[0]["bouquet_counts"], channels(MEMBERS));
        let made = admin.ok("create_stream", &[("stream_display_name", "New"), ("bouquets", &id)]).await;
        let (new, last) = (made["id"].as_u64().unwrap(), first + MEMBERS - 1);
        let only = |id: u64| json!({ "stream": [id] }).to_string();
        let edit = async |field: &str, named: String, (more, value): (&str, &str)| {
            admin.ok("edit_bouquet", &[("id", &id), (field, &named), (more, value)]).await
        };
        let moved = edit("bouquet_move", only(new), ("move_to", "first")).await;
        assert_eq!(moved["bouquet_channels"][0], json!(new));
        let beside = json!({ "stream": last }).to_string();
        let moved = edit("bouquet_move", only(u64::from(first)), ("move_before", &beside)).await;
        assert_eq!(moved["bouquet_channels"][1], json!(first + 1));
        let after = format!("&id={id}&limit=2&after={{\"stream\":{}}}", last - 1);
        let end = admin.get("get_bouquet", &after).await["data"]["bouquet_channels"].clone();
        assert_eq!(end, json!([first, last]));
        let added = only(u64::from(tenant.streams[0]));
        let edited = edit("bouquet_remove", only(new), ("bouquet_add", &added)).await;
        assert_eq!(edited["bouquet_counts"], channels(MEMBERS + 1));
        assert_eq!(edited["bouquet_channels"][0], json!(first + 1));
        let whole = json!({ "stream": (first..first + 12_000).collect::<Vec<_>>() }).to_string();
        let refused = admin.post("edit_bouquet", &[("id", &id), ("bouquet_data", &whole)]).await;
        assert!(refused["error"].as_str().unwrap().contains("bouquet_add"), "{refused}");
    });
}
