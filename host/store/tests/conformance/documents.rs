//! Documents: found by index and key in order, counted, referred to, and given other places.

use crate::panel::*;
use host_core::document::{Document, Range, Shape};
use host_core::plan::{Change, Guard, Reshape};
use host_core::unique::Unique;
use host_core::*;
use serde_json::{Value, json};

const INVOICES: &str = "billing/invoices";

fn shape() -> Shape {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Shape { indexes: set(&["customer+at", "at"]), unique: set(&["number"]), ..Shape::default() }
}

pub(crate) fn document(id: u32, fields: Value) -> Document {
    let fields = fields.as_object().unwrap().clone();
    let indexed = shape().place(&fields).unwrap();
    Document { id: DocumentId(id), version: Version(0), collection: INVOICES.into(), fields, indexed }
}

fn ids(panel: &Panel<'_>, query: Value) -> Vec<u32> {
    let range = Range::parse(INVOICES.into(), &shape(), query.as_object().unwrap().clone()).unwrap();
    let found = wait(panel.store.range(TENANT, range.clone())).unwrap().rows;
    assert!(range.index.is_none() || found.iter().all(|(place, _)| range.holds(place)));
    found.into_iter().map(|(_, document)| document.id.0).collect()
}

pub(crate) fn documents_are_found_by_their_indexes_in_order_and_page_by_page(panel: &Panel<'_>) {
    panel.done([
        insert(document(1, json!({"customer": 7, "at": 300, "number": "a"}))),
        insert(document(2, json!({"customer": 7, "at": 100, "number": "b"}))),
        insert(document(3, json!({"customer": 8, "at": 200, "number": "c"}))),
        insert(document(4, json!({"customer": 7, "at": 200, "number": "d"}))),
        insert(document(5, json!({"number": "e"}))),
    ]);
    assert_eq!(ids(panel, json!({})), [1, 2, 3, 4, 5]);
    assert_eq!(ids(panel, json!({"descending": true, "limit": 2})), [5, 4]);
    assert_eq!(ids(panel, json!({"index": "at"})), [2, 3, 4, 1]);
    assert_eq!(ids(panel, json!({"index": "at", "descending": true})), [1, 4, 3, 2]);
    assert_eq!(ids(panel, json!({"index": "at", "from": 200, "to": 300})), [3, 4]);
    assert_eq!(ids(panel, json!({"index": "customer+at", "equal": [7]})), [2, 4, 1]);
    assert_eq!(ids(panel, json!({"index": "customer+at", "equal": [7], "from": 150})), [4, 1]);
    for descending in [false, true] {
        let (mut seen, mut query) = (Vec::new(), json!({"index": "at", "limit": 1, "descending": descending}));
        loop {
            let range = Range::parse(INVOICES.into(), &shape(), query.as_object().unwrap().clone()).unwrap();
            let Some((place, row)) = wait(panel.store.range(TENANT, range)).unwrap().rows.pop() else { break };
            seen.push(row.id.0);
            query["after"] = json!(place.to_string());
        }
        assert_eq!(seen, if descending { [1, 4, 3, 2] } else { [2, 3, 4, 1] });
    }
    let other = Range::parse("billing/others".into(), &shape(), serde_json::Map::new()).unwrap();
    assert!(wait(panel.store.range(TENANT, other)).unwrap().rows.is_empty());
    assert_eq!(panel.verify(), []);
}

pub(crate) fn a_documents_key_is_its_own_until_it_changes_or_goes(panel: &Panel<'_>) {
    let number = |text: &str| {
        Unique::DocumentKey(INVOICES.into(), "number".into(), shape().key("number", &[json!(text)]).unwrap())
    };
    let holder = |text: &str| wait(panel.store.find(HERE, number(text))).unwrap().map(|found| found.key().number());
    panel.done([insert(document(1, json!({"number": "a"})))]);
    assert_eq!(holder("a"), Some(1));
    let same = || plan([insert(document(2, json!({"number": "a"})))]);
    assert_eq!(conflict(panel.commit(same())), Guard::Free(number("a")));
    let renamed = Document { version: Version(1), ..document(1, json!({"number": "b"})) };
    panel.done([update(renamed)]);
    assert_eq!((holder("a"), holder("b")), (None, Some(1)));
    panel.done([same().changes.remove(0)]);
    let first = panel.get::<Document>(DocumentId(1)).unwrap();
    panel.done([delete(&first)]);
    assert_eq!((holder("a"), holder("b")), (Some(2), None));
    assert_eq!(wait(panel.store.collection(TENANT, INVOICES.into())).unwrap().documents, 1);
    assert_eq!(panel.verify(), []);
}

pub(crate) fn what_refers_to_a_thing_is_found_and_counted_against_a_guard(panel: &Panel<'_>) {
    let referring = |id: u32| {
        let mut document = document(id, json!({}));
        document.indexed.references.insert(("line", "line".into(), 1));
        document
    };
    panel.done([insert(line(1, BELOW)), insert(referring(1)), insert(document(2, json!({})))]);
    let (count, found) = wait(panel.store.referring(TENANT, "line".into(), 1, 10)).unwrap();
    assert_eq!((count, found.iter().map(|row| row.id.0).collect::<Vec<_>>()), (1, vec![1]));
    let guard = Guard::ReferredBy("line", 1, count);
    panel.done([insert(referring(3))]);
    let line = panel.get::<line::Line>(LineId(1)).unwrap();
    assert_eq!(conflict(panel.commit(guarded(guard.clone(), [delete(&line)]))), guard);
    assert!(panel.commit(guarded(Guard::ReferredBy("line", 1, 2), [delete(&line)])).is_ok());
}

pub(crate) fn a_collection_gets_another_shape_whole_or_not_at_all(panel: &Panel<'_>) {
    panel.done([insert(document(1, json!({"town": "Graz"}))), insert(document(2, json!({"town": "Linz"})))]);
    let by_town = Shape { indexes: ["town".to_owned()].into(), ..Shape::default() };
    let stored = serde_json::to_string(&by_town).unwrap();
    let reshape = |shape: &Shape| Change::Reshape(Reshape { collection: INVOICES.into(), shape: shape.clone() });
    let known = || wait(panel.store.collection(TENANT, INVOICES.into())).unwrap();
    panel.done([reshape(&by_town)]);
    assert_eq!((known().shape.as_str(), known().documents), (stored.as_str(), 2));
    assert_eq!(panel.get::<Document>(DocumentId(1)).unwrap().version, Version(1), "they stay as they are");
    let linz = || {
        let query = json!({"index": "town", "equal": ["Linz"]});
        let range = Range::parse(INVOICES.into(), &by_town, query.as_object().unwrap().clone()).unwrap();
        wait(panel.store.range(TENANT, range)).unwrap().rows.len()
    };
    assert_eq!(linz(), 1);
    let shaped = |shape: &str| guarded(Guard::Shaped(INVOICES.into(), shape.into()), []);
    assert!(panel.commit(shaped(&stored)).is_ok() && panel.commit(shaped("other")).is_err());

    let third = document(3, json!({"town": "Graz"}));
    panel.done([insert(Document { indexed: by_town.place(&third.fields).unwrap(), ..third })]);
    let one_each = Shape { unique: ["town".to_owned()].into(), ..Shape::default() };
    assert!(is_invalid(panel.commit(plan([reshape(&one_each)]))));
    assert_eq!((known().shape.as_str(), linz()), (stored.as_str(), 1));
    assert_eq!(panel.verify(), []);
}

pub(crate) fn documents_of_one_plan_hand_their_keys_to_each_other(panel: &Panel<'_>) {
    let number = |id: u32, version: u32, text: &str| Document {
        version: Version(version),
        ..document(id, json!({ "number": text }))
    };
    panel.done([insert(number(1, 0, "a")), insert(number(2, 0, "b")), insert(number(3, 0, "c"))]);
    let third = panel.get::<Document>(DocumentId(3)).unwrap();
    panel.done([update(number(1, 1, "b")), update(number(2, 1, "a")), insert(number(4, 0, "c")), delete(&third)]);
    let key = |text: &str| shape().key("number", &[json!(text)]).unwrap();
    for (text, id) in [("a", 2), ("b", 1), ("c", 4)] {
        let unique = Unique::DocumentKey(INVOICES.into(), "number".into(), key(text));
        assert_eq!(wait(panel.store.find(HERE, unique)).unwrap().unwrap().key().number(), id, "{text}");
    }
    assert_eq!(panel.verify(), []);
}
