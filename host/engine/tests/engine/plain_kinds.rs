//! A plain kind that this file declares, and nothing else: kept, found, referred to and let go like any other.

use crate::panel::{Panel, code, map};
use host_core::BouquetId;
use host_core::caller::Caller;
use host_core::kind::Stale;
use host_core::plain::{Deletion, PlainField, PlainKind, Stamp};
use host_core::record::{Reading, RecordKinds};
use host_engine::{Engine, Result, Work, record};
use serde_json::{Value, json};
use std::sync::Arc;

/// A recorder that hotels put beside a channel.
const RECORDER: PlainKind = PlainKind {
    unique: &["name"],
    resellers: Reading::Lists,
    stamp: Some(("changed_at", Stamp::Change)),
    ..PlainKind::new(
        "recorder",
        &[
            PlainField::text("name").needed().searched().shown_to_resellers(),
            PlainField::id("channel", "stream", Deletion::Cleared),
            PlainField::id("shelf", "category", Deletion::Refused),
            PlainField::id("next", "recorder", Deletion::Followed),
            PlainField::text("password").secret(),
            PlainField::date("changed_at").set_by_host(),
        ],
    )
};

/// A picture that lists show beside a channel.
const BADGE: PlainKind = PlainKind {
    makes_stale: Stale::Catalogue,
    ..PlainKind::new("badge", &[PlainField::text("name"), PlainField::id("channel", "stream", Deletion::Followed)])
};

fn engine(panel: &Panel) -> Arc<Engine> {
    panel.restarted_with(RecordKinds::with_plain(&[&RECORDER, &BADGE]))
}

async fn act(
    engine: &Arc<Engine>,
    caller: &Caller,
    verb: impl AsyncFnMut(&mut Work) -> Result<Value>,
) -> Result<Value> {
    engine.act(caller.clone(), "test", verb).await
}

async fn create(engine: &Arc<Engine>, panel: &Panel, fields: Value) -> Result<Value> {
    act(engine, &panel.admin, async |work| record::create(work, "recorder", &map(fields.clone())).await).await
}

fn id(record: &Value) -> u32 {
    u32::try_from(record["id"].as_u64().unwrap()).unwrap()
}

async fn get(engine: &Arc<Engine>, panel: &Panel, id: u32) -> Result<Value> {
    act(engine, &panel.admin, async |work| record::get(work, "recorder", id).await).await
}

#[tokio::test]
async fn a_kind_that_is_only_declared_has_every_verb() {
    let panel = Panel::new().await;
    let engine = engine(&panel);
    let made = create(&engine, &panel, json!({"name": "Lobby", "channel": panel.streams[0]})).await.unwrap();
    assert_eq!((made["name"].as_str(), made["version"].as_u64()), (Some("Lobby"), Some(1)));
    create(&engine, &panel, json!({"name": "Suite"})).await.unwrap();
    assert_eq!(code(create(&engine, &panel, json!({"name": "Lobby"})).await), "name_taken");
    assert_eq!(code(create(&engine, &panel, json!({"name": "Bar", "channel": 4_000_000})).await), "invalid_input");
    panel.clock.pass(60);
    let edit = map(json!({"name": "Hall", "version": 1}));
    let edited = act(&engine, &panel.admin, async |work| record::edit(work, "recorder", id(&made), &edit).await).await;
    let edited = edited.unwrap();
    assert_eq!((edited["name"].as_str(), edited["version"].as_u64()), (Some("Hall"), Some(2)));
    assert!(edited["changed_at"].as_i64() > made["changed_at"].as_i64());
    let again = act(&engine, &panel.admin, async |work| record::edit(work, "recorder", id(&made), &edit).await).await;
    assert_eq!(code(again), "stale");
    create(&engine, &panel, json!({"name": "Lobby"})).await.unwrap();
    let query = map(json!({"search": "al"}));
    let found = act(&engine, &panel.admin, async |work| record::list(work, "recorder", &query).await).await.unwrap();
    assert_eq!((found["total"].as_u64(), found["rows"][0]["name"].as_str()), (Some(3), Some("Hall")));
    panel.verify().await;
}

#[tokio::test]
async fn who_may_see_what_of_it_is_as_declared() {
    let panel = Panel::new().await;
    let engine = engine(&panel);
    let made = create(&engine, &panel, json!({"name": "Lobby", "password": "quiet"})).await.unwrap();
    assert_eq!(made["password"], "quiet");
    let seen =
        act(&engine, &panel.reseller, async |work| record::get(work, "recorder", id(&made)).await).await.unwrap();
    assert_eq!(seen.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "name", "version"]);
    let change = map(json!({"name": "x"}));
    let edit = async |work: &mut Work| record::edit(work, "recorder", id(&made), &change).await;
    assert_eq!(code(act(&engine, &panel.reseller, edit).await), "not_permitted");
    // An id of one plain kind is not an id of another.
    let block = async |work: &mut Work| record::get(work, "block", id(&made)).await;
    assert_eq!(code(panel.engine.act(panel.admin.clone(), "test", block).await), "not_found");
    let mut run = engine.begin(panel.admin.clone(), "test");
    let mut work = run.attempt();
    let loud = map(json!({"password": "loud"}));
    record::edit(&mut work, "recorder", id(&made), &loud).await.unwrap();
    let listing = work.listing().to_string();
    assert!(listing.contains(r#""collection":"recorder""#), "{listing}");
    assert!(listing.contains(r#""password":"changed""#) && !listing.contains("loud") && !listing.contains("quiet"));
}

#[tokio::test]
async fn a_deletion_means_for_it_what_each_field_says() {
    let panel = Panel::new().await;
    let engine = engine(&panel);
    let category = async |work: &mut Work| record::create(work, "category", &map(json!({"name": "Rooms"}))).await;
    let shelf = id(&act(&engine, &panel.admin, category).await.unwrap());
    let first = json!({"name": "one", "channel": panel.streams[1], "shelf": shelf});
    let first = id(&create(&engine, &panel, first).await.unwrap());
    let second = id(&create(&engine, &panel, json!({"name": "two", "next": first})).await.unwrap());
    let third = id(&create(&engine, &panel, json!({"name": "three", "next": second})).await.unwrap());
    let delete = async |kind: &'static str, id: u32| {
        let verb = async |work: &mut Work| record::delete(work, kind, id).await.map(|()| Value::Null);
        act(&engine, &panel.admin, verb).await
    };
    assert_eq!(code(delete("category", shelf).await), "in_use");
    delete("stream", panel.streams[1]).await.unwrap();
    assert_eq!(get(&engine, &panel, first).await.unwrap()["channel"], Value::Null);
    delete("recorder", first).await.unwrap();
    for gone in [first, second, third] {
        assert_eq!(code(get(&engine, &panel, gone).await), "not_found");
    }
    delete("category", shelf).await.unwrap();
    panel.verify().await;
}

#[tokio::test]
async fn what_is_kept_in_memory_becomes_old_as_it_declares_and_nothing_else_does() {
    let panel = Panel::new().await;
    let engine = engine(&panel);
    let (tenant, bouquet) = (panel.tenant, [BouquetId(panel.bouquets[0])]);
    let lists = || engine.catalogue_generation(tenant, Some(&bouquet));
    let others = || {
        let lines = engine.store().line_generation(tenant, None);
        [engine.settings_generation(tenant), engine.guide_generation(tenant), lines]
    };
    let (mut last, before) = (lists(), others());
    let mut rises = |what: &str| {
        assert!(lists() > last, "{what}");
        last = lists();
    };
    let fields = map(json!({"name": "new", "channel": panel.streams[1]}));
    let make = async |work: &mut Work| record::create(work, "badge", &fields).await;
    let badge = id(&act(&engine, &panel.admin, make).await.unwrap());
    rises("one that came");
    let edit = async |name: &'static str| {
        let fields = map(json!({ "name": name }));
        act(&engine, &panel.admin, async |work| record::edit(work, "badge", badge, &fields).await).await.unwrap()
    };
    edit("newer").await;
    rises("one that changed");
    let as_it_was = lists();
    edit("newer").await;
    create(&engine, &panel, json!({"name": "Lobby"})).await.unwrap();
    assert_eq!(lists(), as_it_was, "what stays as it was, and a kind that declares nothing");
    let delete = async |work: &mut Work| record::delete(work, "badge", badge).await.map(|()| Value::Null);
    act(&engine, &panel.admin, delete).await.unwrap();
    rises("one that went");
    assert_eq!(others(), before);
    panel.verify().await;
}
