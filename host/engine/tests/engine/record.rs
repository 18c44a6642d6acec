//! Records: who may change what, what they name, and what names them.

use crate::panel::{Panel, code, map};
use host_engine::{Work, record};
use serde_json::{Map, Value, json};

async fn create(panel: &Panel, kind: &str, document: Value) -> host_engine::Result<Value> {
    let document = map(document);
    let verb = async |work: &mut Work| record::create(work, kind, &document).await;
    panel.engine.act(panel.admin.clone(), "create", verb).await
}

async fn edit(panel: &Panel, kind: &str, id: u32, document: Value) -> host_engine::Result<Value> {
    let document = map(document);
    let verb = async |work: &mut Work| record::edit(work, kind, id, &document).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await
}

fn number(record: &Value) -> u32 {
    u32::try_from(record["id"].as_u64().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bouquet_keeps_its_members_in_order_each_once() {
    let panel = Panel::new().await;
    let [one, two] = panel.streams;
    let members = json!([{ "stream": two }, { "stream": one }, { "stream": two }]);
    let made = create(&panel, "bouquet", json!({ "name": "all", "members": members })).await.unwrap();
    assert_eq!(made["members"], json!([{ "stream": two, "kind": "live" }, { "stream": one, "kind": "live" }]));
    let id = u32::try_from(made["id"].as_u64().unwrap()).unwrap();
    let verb = async |work: &mut Work| record::get(work, "bouquet", id).await;
    let admins = panel.engine.act(panel.admin.clone(), "get", verb).await.unwrap();
    assert_eq!(admins["members"], made["members"]);
    let verb = async |work: &mut Work| record::get(work, "bouquet", id).await;
    let resellers = panel.engine.act(panel.reseller.clone(), "get", verb).await.unwrap();
    assert!(resellers.get("members").is_none());
    let gone = create(&panel, "bouquet", json!({ "name": "x", "members": [{ "stream": 999_999 }] })).await;
    assert_eq!(code(gone), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_unique_and_named_things_are_there() {
    let panel = Panel::new().await;
    assert_eq!(code(create(&panel, "bouquet", json!({ "name": "news" })).await), "name_taken");
    for (kind, document) in [
        ("package", json!({ "name": "p", "bouquets": [999_999] })),
        ("package", json!({ "name": "p", "groups": [999_999] })),
        ("stream", json!({ "name": "s", "categories": [999_999] })),
        ("group", json!({ "name": "g", "user_groups": [999_999] })),
        ("settings", json!({ "server_name": "other" })),
        ("stream", json!({ "name": "s", "id": 7 })),
    ] {
        let refused = code(create(&panel, kind, document.clone()).await);
        assert!(["invalid_input", "not_permitted"].contains(&refused.as_str()), "{kind} {document}: {refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_names_the_packages_that_it_sells_and_they_name_it() {
    let panel = Panel::new().await;
    let package = async |name: &str| number(&create(&panel, "package", json!({ "name": name })).await.unwrap());
    let (one, two) = (package("one").await, package("two").await);
    let made = create(&panel, "group", json!({ "name": "sellers", "packages": [two, one] })).await.unwrap();
    assert_eq!(made["packages"], json!([one, two]));
    let verb = async |work: &mut Work| record::get(work, "package", one).await;
    let sold = panel.engine.act(panel.admin.clone(), "get", verb).await.unwrap();
    assert_eq!(sold["groups"], json!([number(&made)]));
    let left = edit(&panel, "group", number(&made), json!({ "packages": [two] })).await.unwrap();
    assert_eq!(left["packages"], json!([two]));
    let renamed = edit(&panel, "group", number(&made), json!({ "name": "others" })).await.unwrap();
    assert_eq!(renamed["packages"], json!([two]), "what is not sent is kept");
    let verb = async |work: &mut Work| record::list(work, "group", &Map::new()).await;
    let page = panel.engine.act(panel.admin.clone(), "list", verb).await.unwrap();
    assert_eq!(page["rows"].as_array().unwrap().last().unwrap()["packages"], json!([two]));
    let missing = edit(&panel, "group", number(&made), json!({ "packages": [999_999] })).await;
    assert_eq!(code(missing), "invalid_input");
    let verb = async |work: &mut Work| record::get(work, "group", panel.group).await;
    let own = panel.engine.act(panel.reseller.clone(), "get", verb).await.unwrap();
    assert!(own.get("packages").is_none(), "resellers see what they sell elsewhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_put_at_the_end_of_bouquets_and_stays_where_it_is() {
    let panel = Panel::new().await;
    let [one, two] = panel.streams;
    let members = async |id: u32| {
        let verb = async |work: &mut Work| record::get(work, "bouquet", id).await;
        panel.engine.act(panel.admin.clone(), "get", verb).await.unwrap()["members"].clone()
    };
    let document = json!({ "name": "some", "members": [{ "stream": one }, { "stream": two }] });
    let bouquet = number(&create(&panel, "bouquet", document).await.unwrap());
    let made = create(&panel, "stream", json!({ "name": "new", "bouquets": [bouquet] })).await.unwrap();
    assert!(made.get("bouquets").is_none(), "they are shown by the bouquets");
    edit(&panel, "stream", one, json!({ "bouquets": [bouquet] })).await.unwrap();
    let held: Vec<_> = members(bouquet).await.as_array().unwrap().iter().map(|held| held["stream"].clone()).collect();
    assert_eq!(held, [json!(one), json!(two), made["id"].clone()]);
    let missing = create(&panel, "stream", json!({ "name": "lost", "bouquets": [999_999] })).await;
    assert_eq!(code(missing), "not_found");
    let series = number(&create(&panel, "series", json!({ "name": "all" })).await.unwrap());
    let episode = json!({ "kind": "episode", "name": "e", "episode_of": { "series": series, "season": 1, "number": 1 },
        "bouquets": [bouquet] });
    assert_eq!(code(create(&panel, "stream", episode).await), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_used_stays_and_a_deleted_bouquet_leaves_lines_and_packages() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let delete = async |kind: &str, id: u32| {
        let verb = async |work: &mut Work| record::delete(work, kind, id).await;
        panel.engine.act(panel.admin.clone(), "delete", verb).await
    };
    assert_eq!(code(delete("group", panel.group).await), "in_use");
    delete("bouquet", panel.bouquets[0]).await.unwrap();
    assert_eq!(panel.sign_in("guest", "secret-1").await.unwrap().line.bouquets, []);
    assert_eq!(code(delete("bouquet", panel.bouquets[0]).await), "not_found");
    assert_eq!(code(delete("settings", 1).await), "not_permitted");
    let base = create(&panel, "package", json!({ "name": "base", "addons": [panel.package] })).await.unwrap();
    assert_eq!(code(delete("package", panel.package).await), "in_use");
    delete("package", number(&base)).await.unwrap();
    delete("package", panel.package).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_is_not_deletable_stays_until_it_is() {
    let panel = Panel::new().await;
    let delete = async |id: u32| {
        let verb = async |work: &mut Work| record::delete(work, "group", id).await;
        panel.engine.act(panel.admin.clone(), "delete", verb).await
    };
    let kept = number(&create(&panel, "group", json!({ "name": "kept", "deletable": false })).await.unwrap());
    assert_eq!(code(delete(kept).await), "not_permitted");
    edit(&panel, "group", kept, json!({ "deletable": true })).await.unwrap();
    let above = json!({ "name": "above", "user_groups": [kept] });
    let above = number(&create(&panel, "group", above).await.unwrap());
    assert_eq!(code(delete(kept).await), "in_use");
    edit(&panel, "group", above, json!({ "user_groups": [] })).await.unwrap();
    delete(kept).await.unwrap();
    assert_eq!(code(delete(kept).await), "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_field_of_groups_and_packages_is_set_read_back_and_refused_when_it_is_wrong() {
    let panel = Panel::new().await;
    let addon = create(&panel, "package", json!({ "name": "sports", "addon": true })).await.unwrap();
    assert_eq!(addon["addon"], json!(true));
    for (kind, id, field, default, set, wrong) in [
        ("group", panel.group, "deletable", json!(true), json!(false), json!("no")),
        ("group", panel.group, "restrict_lines", json!(true), json!(false), json!(0)),
        ("group", panel.group, "see_movies", json!(true), json!(false), json!(null)),
        ("group", panel.group, "download_playlists", json!(true), json!(false), json!([])),
        ("package", panel.package, "lock_device", json!(false), json!(true), json!("yes")),
        ("package", panel.package, "addon", json!(false), json!(true), json!(1)),
        ("package", panel.package, "check_compatible", json!(false), json!(true), json!({})),
        ("package", panel.package, "addons", json!([]), json!([addon["id"]]), json!([999_999])),
        ("package", panel.package, "addons", json!([addon["id"]]), json!([]), json!([panel.package])),
        ("package", panel.package, "addons", json!([]), json!([addon["id"]]), json!(["sports"])),
    ] {
        let get = async |work: &mut Work| record::get(work, kind, id).await;
        let read = async || panel.engine.act(panel.admin.clone(), "get", get).await.unwrap();
        let mut whole = read().await;
        assert_eq!(whole[field], default, "{kind} {field}");
        let Err(host_engine::Error::Refusal(refusal)) = edit(&panel, kind, id, json!({ field: wrong })).await else {
            panic!("{kind} {field} may be {wrong}");
        };
        assert_eq!((refusal.code.as_str(), refusal.field.as_deref()), ("invalid_input", Some(field)), "{wrong}");
        assert_eq!(read().await, whole, "{kind} {field}: a refused edit changes nothing");
        let edited = edit(&panel, kind, id, json!({ field: set })).await.unwrap();
        whole[field] = set;
        whole["version"] = (whole["version"].as_u64().unwrap() + 1).into();
        assert_eq!((&edited, &read().await), (&whole, &whole), "{kind} {field}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn resellers_see_their_rights_but_not_what_is_the_admins_business() {
    let panel = Panel::new().await;
    for (kind, id, seen, hidden) in [
        ("group", panel.group, ["restrict_lines", "see_movies", "download_playlists"], "deletable"),
        ("package", panel.package, ["lock_device", "addon", "check_compatible"], "addons"),
    ] {
        let get = async |work: &mut Work| record::get(work, kind, id).await;
        let shown = panel.engine.act(panel.reseller.clone(), "get", get).await.unwrap();
        assert!(seen.iter().all(|field| shown.get(*field).is_some()), "{shown}");
        assert!(shown.get(hidden).is_none(), "{shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn resellers_write_nothing_and_do_not_learn_of_blocks() {
    let panel = Panel::new().await;
    let block = create(&panel, "block", json!({ "kind": "agent", "value": "curl" })).await.unwrap();
    let id = u32::try_from(block["id"].as_u64().unwrap()).unwrap();
    let get = async |work: &mut Work| record::get(work, "block", id).await;
    assert_eq!(code(panel.engine.act(panel.reseller.clone(), "get", get).await), "not_found");
    let list = async |work: &mut Work| record::list(work, "block", &Map::new()).await;
    assert_eq!(code(panel.engine.act(panel.reseller.clone(), "list", list).await), "not_permitted");
    let none = Map::new();
    let write = async |work: &mut Work| record::edit(work, "settings", 1, &none).await;
    assert_eq!(code(panel.engine.act(panel.reseller.clone(), "edit", write).await), "not_permitted");
    assert_eq!(code(create(&panel, "block", json!({ "kind": "agent", "value": " " })).await), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_were_edited_are_seen_at_once() {
    let panel = Panel::new().await;
    assert_eq!(panel.engine.settings(panel.tenant).await.unwrap().server_name, "Linecard");
    edit(&panel, "settings", 1, json!({ "server_name": "Campus" })).await.unwrap();
    assert_eq!(panel.engine.settings(panel.tenant).await.unwrap().server_name, "Campus");
}
