//! A plugin's own documents: found in the plan that makes them, private, and sorted anew when another shape comes.

use crate::panel::{Panel, code, map};
use host_core::document::Shape;
use host_engine::collection::{self, Collection};
use host_engine::{Finished, Result, Work};
use serde_json::{Value, json};

fn shape(indexes: &[&str], unique: &[&str]) -> Shape {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Shape { indexes: set(indexes), unique: set(unique), ..Shape::default() }
}

fn customers() -> Collection {
    Collection::new("billing", "customers", shape(&["town", "town+born", "tags"], &["email"]))
}

async fn act<T>(panel: &Panel, verb: impl AsyncFnMut(&mut Work) -> Result<T>) -> Result<T> {
    panel.engine.act(panel.reseller.clone(), "test", verb).await
}

async fn create(panel: &Panel, of: &Collection, fields: Value) -> Result<Value> {
    act(panel, async |work| collection::create(work, of, &map(fields.clone())).await).await
}

async fn list(panel: &Panel, of: &Collection, query: Value) -> Result<Value> {
    act(panel, async |work| collection::list(work, of, &map(query.clone())).await).await
}

fn id(document: &Value) -> u32 {
    u32::try_from(document["id"].as_u64().unwrap()).unwrap()
}

fn emails(page: &Value) -> Vec<&str> {
    page["rows"].as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_plan_finds_its_own_documents_among_the_committed_ones() {
    let panel = Panel::new().await;
    let of = customers();
    for (email, town) in [("a", "Graz"), ("b", "Linz"), ("c", "Graz"), ("d", "Wien")] {
        create(&panel, &of, json!({"email": email, "town": town})).await.unwrap();
    }
    let mut run = panel.engine.begin(panel.reseller.clone(), "test");
    let mut work = run.attempt();
    let found = collection::find(&mut work, &of, "email", &[json!("a")]).await.unwrap();
    collection::edit(&mut work, &of, id(&found), &map(json!({"town": "Linz"}))).await.unwrap();
    let gone = collection::find(&mut work, &of, "email", &[json!("b")]).await.unwrap();
    collection::delete(&mut work, &of, id(&gone), &map(json!({"version": 1}))).await.unwrap();
    collection::create(&mut work, &of, &map(json!({"email": "e", "town": "Graz"}))).await.unwrap();
    let graz = collection::list(&mut work, &of, &map(json!({"index": "town", "equal": ["Graz"]}))).await.unwrap();
    assert_eq!(emails(&graz), ["c", "e"]);
    let linz = collection::list(&mut work, &of, &map(json!({"index": "town", "equal": ["Linz"]}))).await.unwrap();
    assert_eq!((emails(&linz), linz["rows"][0]["version"].as_u64()), (vec!["a"], Some(2)));
    assert_eq!(code(collection::find(&mut work, &of, "email", &[json!("b")]).await), "not_found");
    assert_eq!(code(collection::create(&mut work, &of, &map(json!({"email": "e"}))).await), "name_taken");
    let page = collection::list(&mut work, &of, &map(json!({"index": "town", "limit": 2}))).await.unwrap();
    let rest = json!({"index": "town", "limit": 9, "after": page["cursor"]});
    let rest = collection::list(&mut work, &of, &map(rest)).await.unwrap();
    assert_eq!([emails(&page), emails(&rest)].concat(), ["c", "e", "a", "d"]);
    assert_eq!(rest["cursor"], Value::Null);
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Done { .. }));
    assert_eq!(emails(&list(&panel, &of, json!({"index": "town"})).await.unwrap()), ["c", "e", "a", "d"]);
    assert_eq!(act(&panel, async |work| collection::count(work, &of).await).await.unwrap(), 4);
    panel.verify().await;
}

#[tokio::test]
async fn two_who_want_one_key_do_not_both_get_it() {
    let panel = Panel::new().await;
    let of = customers();
    create(&panel, &of, json!({"email": "first"})).await.unwrap();
    let mut run = panel.engine.begin(panel.reseller.clone(), "test");
    let mut work = run.attempt();
    collection::create(&mut work, &of, &map(json!({"email": "a"}))).await.unwrap();
    create(&panel, &of, json!({"email": "a"})).await.unwrap();
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again));
    let mut work = run.attempt();
    assert_eq!(code(collection::create(&mut work, &of, &map(json!({"email": "a"}))).await), "name_taken");
}

#[tokio::test]
async fn documents_are_their_plugins_and_their_collections_alone() {
    let panel = Panel::new().await;
    let of = customers();
    let made = id(&create(&panel, &of, json!({"email": "a"})).await.unwrap());
    let others = [
        Collection::new("billing", "invoices", shape(&["town"], &["email"])),
        Collection::new("crm", "customers", shape(&["town"], &["email"])),
    ];
    for other in &others {
        let get = async |work: &mut Work| collection::get(work, other, made).await;
        assert_eq!(code(act(&panel, get).await), "not_found");
        let delete = async |work: &mut Work| collection::delete(work, other, made, &map(json!({}))).await;
        assert_eq!(code(act(&panel, delete).await), "not_found");
        let find = async |work: &mut Work| collection::find(work, other, "email", &[json!("a")]).await;
        assert_eq!(code(act(&panel, find).await), "not_found");
        assert_eq!(list(&panel, other, json!({})).await.unwrap()["rows"], json!([]));
        create(&panel, other, json!({"email": "a"})).await.unwrap();
    }
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_null_takes_a_field_out() {
    let panel = Panel::new().await;
    let of = customers();
    for (fields, wrong) in [
        (json!({"id": 7}), "invalid_input"),
        (json!({"born": 1.5, "town": "Graz"}), "invalid_input"),
        (json!({"email": {"at": "home"}}), "invalid_input"),
        (json!({"text": "x".repeat(70_000)}), "too_large"),
    ] {
        assert_eq!(code(create(&panel, &of, fields.clone()).await), wrong, "{fields}");
    }
    let made = create(&panel, &of, json!({"email": "a", "town": "Graz", "tags": ["x", "y"]})).await.unwrap();
    assert_eq!(emails(&list(&panel, &of, json!({"index": "tags", "equal": ["y"]})).await.unwrap()), ["a"]);
    let change = map(json!({"town": null, "version": 1}));
    let edit = async |work: &mut Work| collection::edit(work, &of, id(&made), &change).await;
    let edited = act(&panel, edit).await.unwrap();
    assert!(edited.get("town").is_none() && edited["version"] == 2);
    assert_eq!(code(act(&panel, edit).await), "stale");
    assert!(emails(&list(&panel, &of, json!({"index": "town"})).await.unwrap()).is_empty());
}

#[tokio::test]
async fn another_shape_sorts_what_is_there_before_anything_is_found_by_it() {
    let panel = Panel::new().await;
    let old = Collection::new("billing", "customers", shape(&["town"], &[]));
    for number in 0..1_100 {
        let town = if number % 2 == 0 { "Graz" } else { "Linz" };
        create(&panel, &old, json!({"email": format!("{number:04}"), "town": town})).await.unwrap();
    }
    let new = Collection::new("billing", "customers", shape(&["town+email"], &["email"]));
    let query = json!({"index": "town+email", "equal": ["Linz"], "from": "1000", "limit": 3});
    assert_eq!(emails(&list(&panel, &new, query.clone()).await.unwrap()), ["1001", "1003", "1005"]);
    assert_eq!(code(create(&panel, &new, json!({"email": "0007"})).await), "name_taken");
    // Whoever still has the old shape has it back, and the new one after that.
    assert_eq!(list(&panel, &old, json!({"index": "town", "limit": 2})).await.unwrap()["rows"][0]["email"], "0000");
    create(&panel, &old, json!({"email": "0007", "town": "Wien"})).await.unwrap();
    let twice = list(&panel, &new, query).await;
    assert!(twice.as_ref().is_err_and(|error| error.to_string().contains("do not fit")), "{twice:?}");
    // Nothing was lost by it: the old shape stands.
    assert_eq!(
        list(&panel, &old, json!({"index": "town", "equal": ["Wien"]})).await.unwrap()["rows"][0]["email"],
        "0007"
    );
    create(&panel, &old, json!({"email": "new", "town": "Wien"})).await.unwrap();
    panel.verify().await;
}

#[tokio::test]
async fn a_page_is_whole_whatever_the_plan_has_taken_out_of_it() {
    let panel = Panel::new().await;
    let of = customers();
    let tags: Vec<String> = (0..64).map(|number| format!("a{number:02}")).collect();
    let many = create(&panel, &of, json!({"email": "many", "tags": tags})).await.unwrap();
    create(&panel, &of, json!({"email": "one", "tags": ["b"]})).await.unwrap();
    create(&panel, &of, json!({"email": "two", "tags": ["c"]})).await.unwrap();
    let mut work = panel.engine.begin(panel.reseller.clone(), "test").attempt();
    collection::edit(&mut work, &of, id(&many), &map(json!({"tags": ["d"]}))).await.unwrap();
    let (mut seen, mut query) = (Vec::new(), json!({"index": "tags", "limit": 1}));
    loop {
        let page = collection::list(&mut work, &of, &map(query.clone())).await.unwrap();
        seen.extend(emails(&page).into_iter().map(str::to_owned));
        if page["cursor"].is_null() {
            break;
        }
        query["after"] = page["cursor"].clone();
    }
    assert_eq!(seen, ["one", "two", "many"]);
}

#[tokio::test]
async fn a_page_of_large_documents_ends_early_and_goes_on() {
    let panel = Panel::new().await;
    let of = customers();
    for number in 0..20 {
        create(&panel, &of, json!({"email": number.to_string(), "text": "x".repeat(60_000)})).await.unwrap();
    }
    let first = list(&panel, &of, json!({"limit": 1_000})).await.unwrap();
    let rest = list(&panel, &of, json!({"limit": 1_000, "after": first["cursor"]})).await.unwrap();
    let (first, rest) = (first["rows"].as_array().unwrap().len(), rest["rows"].as_array().unwrap().len());
    assert!(first < 20 && first + rest == 20, "{first} {rest}");
}
