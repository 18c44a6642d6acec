//! Members of a bouquet as a verb: what is named is added, removed and moved, and only short lists are
//! shown and set whole.

use crate::panel::{Panel, code, map};
use host_core::BouquetId;
use host_engine::{Work, record};
use serde_json::{Value, json};

async fn change(panel: &Panel, fields: Value) -> host_engine::Result<Value> {
    let (bouquet, fields) = (BouquetId(panel.bouquets[0]), map(fields));
    let verb = async |work: &mut Work| record::edit_members(work, bouquet, &fields).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await
}

fn shown(view: &Value) -> Vec<u64> {
    view["members"].as_array().unwrap().iter().map(|member| member["stream"].as_u64().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn members_come_go_and_move_without_the_others_being_named() {
    let panel = Panel::new().await;
    let [one, two] = panel.streams;
    let added = change(&panel, json!({ "add": [{ "stream": two }, { "stream": one }] })).await.unwrap();
    assert_eq!(shown(&added), [one, two].map(u64::from), "what it has stays where it is");
    assert_eq!(added["counts"], json!({ "live": 2 }));
    let moved = change(&panel, json!({ "move": [{ "stream": two }], "to": "first" })).await.unwrap();
    assert_eq!(shown(&moved), [two, one].map(u64::from));
    let beside = json!({ "move": [{ "stream": two }], "to": { "after": { "stream": one } } });
    assert_eq!(shown(&change(&panel, beside).await.unwrap()), [one, two].map(u64::from));
    let left = change(&panel, json!({ "remove": [{ "stream": one }, { "stream": 404 }] })).await.unwrap();
    assert_eq!((shown(&left), &left["counts"]), (vec![u64::from(two)], &json!({ "live": 1 })));
    let get = async |work: &mut Work| record::get(work, "bouquet", panel.bouquets[0]).await;
    assert_eq!(panel.engine.act(panel.admin.clone(), "get", get).await.unwrap(), left, "as it was answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_cannot_be_is_refused_by_its_field() {
    let panel = Panel::new().await;
    let [one, two] = panel.streams;
    for (fields, field) in [
        (json!({ "add": [{ "stream": 404 }] }), "add"),
        (json!({ "move": [{ "stream": one }], "to": { "before": { "stream": one } } }), "to"),
        (json!({ "move": [{ "stream": one }], "to": { "before": { "stream": two } } }), "to"),
        (json!({ "move": [{ "stream": one }], "to": "top" }), "to"),
        (json!({ "remove": [one] }), "remove"),
        (json!({ "colour": [] }), "colour"),
    ] {
        let refused = change(&panel, fields.clone()).await.unwrap_err();
        assert_eq!(refused.refusal().unwrap().field.as_deref(), Some(field), "{fields}");
    }
    let by = panel.reseller.clone();
    let verb = async |work: &mut Work| record::edit_members(work, BouquetId(panel.bouquets[0]), &map(json!({}))).await;
    assert_eq!(code(panel.engine.act(by, "edit", verb).await), "not_permitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_bouquet_shows_its_first_members_and_is_not_set_whole() {
    let panel = Panel::new().await;
    let mut ids = Vec::new();
    for _ in 0..3 {
        let verb = async |work: &mut Work| {
            let mut made = Vec::new();
            for number in 0..500 {
                let stream = map(json!({ "name": format!("s{number}"), "sources": ["test:s"] }));
                made.push(record::create(work, "stream", &stream).await?["id"].as_u64().unwrap());
            }
            Ok(made)
        };
        ids.extend(panel.engine.act(panel.admin.clone(), "create", verb).await.unwrap());
    }
    let members: Vec<Value> = ids.iter().map(|id| json!({ "stream": id })).collect();
    let view = change(&panel, json!({ "add": members })).await.unwrap();
    assert_eq!((view["members"].as_array().unwrap().len(), &view["counts"]), (1_000, &json!({ "live": 1_501 })));
    let moved = change(&panel, json!({ "move": [members[1_499]], "to": "first" })).await.unwrap();
    assert_eq!(shown(&moved)[0], ids[1_499]);
    let bouquet = BouquetId(panel.bouquets[0]);
    let (mut seen, mut after) = (0, Value::Null);
    loop {
        let query = map(json!({ "after": after, "limit": 700 }));
        let verb = async |work: &mut Work| record::members(work, bouquet, &query).await;
        let page = panel.engine.act(panel.admin.clone(), "members", verb).await.unwrap();
        let rows = page["rows"].as_array().unwrap().clone();
        seen += rows.len();
        let Some(last) = rows.last() else { break };
        after = json!({ "stream": last["stream"] });
    }
    assert_eq!(seen, 1_501);
    let whole: Vec<Value> = (1..=10_001).map(|id| json!({ "stream": id })).collect();
    let verb = async |work: &mut Work| {
        record::edit(work, "bouquet", panel.bouquets[0], &map(json!({ "members": whole }))).await
    };
    let refused = panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap_err();
    let refusal = refused.refusal().unwrap();
    assert!(refusal.code.as_str() == "too_large" && refusal.message.contains("edit-members"), "{refusal:?}");
}
