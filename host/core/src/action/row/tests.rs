//! Rows as a surface shows them: order, flags, times, empty values, words, and what is not read.

use super::*;
use crate::time::{Term, Unit};
use serde_json::json;

#[derive(Serialize)]
struct Thing {
    id: u32,
    name: &'static str,
    on: bool,
    allowed: bool,
    state: &'static str,
    ends: Option<i64>,
    made: i64,
    owner: Option<u32>,
    price: &'static str,
    country: Option<&'static str>,
    parts: Vec<u32>,
    offer: Option<Offer>,
    trial: Option<Offer>,
    secret: Unreadable,
}

#[derive(Serialize)]
struct Offer {
    price: &'static str,
    term: Term,
}

const YEARS: Offer = Offer { price: "5.00", term: Term { count: 2, unit: Unit::Years } };
const DAYS: Offer = Offer { price: "1.00", term: Term { count: 7, unit: Unit::Days } };

/// Cannot be written, so that whoever reads it is found.
struct Unreadable;

impl Serialize for Unreadable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("read"))
    }
}

const THING: Thing = Thing {
    id: 7,
    name: "a \"b\"",
    on: true,
    allowed: false,
    state: "off",
    ends: Some(1_798_675_200),
    made: 1_736_951_400,
    owner: None,
    price: "485.00",
    country: None,
    parts: Vec::new(),
    offer: None,
    trial: None,
    secret: Unreadable,
};

/// A text, because the order of the fields counts.
fn shape(fields: &str) -> ReplyShape {
    serde_json::from_str(&format!(r#"{{"shape": "list", "of": "thing", "fields": {fields}}}"#)).unwrap()
}

fn written(fields: &str, thing: &Thing) -> String {
    let shape = shape(fields);
    let mut rows = shape.rows(CallerRole::Admin, &Columns::default());
    rows.write(thing).unwrap();
    rows.object()
}

#[test]
fn a_row_has_the_fields_of_the_description_in_its_order() {
    let fields = r#"{"title": {"type": "text", "of": "name"}, "id": {"type": "id"}, "parts": {"type": "list"}}"#;
    assert_eq!(written(fields, &THING), r#"{"title":"a \"b\"","id":7,"parts":[]}"#);
}

#[test]
fn flags_are_numbers_and_may_ask_two_fields_or_for_a_word() {
    let fields = r#"{"on": {"type": "flag"}, "both": {"type": "flag", "of": "on", "and": "allowed"},
        "off": {"type": "flag", "of": "state", "is": "off"}, "gone": {"type": "flag", "of": "state", "is": "gone"}}"#;
    assert_eq!(written(fields, &THING), r#"{"on":1,"both":0,"off":1,"gone":0}"#);
    let allowed = Thing { allowed: true, ..THING };
    assert_eq!(written(fields, &allowed), r#"{"on":1,"both":1,"off":1,"gone":0}"#);
    let disabled = Thing { on: false, ..allowed };
    assert_eq!(written(fields, &disabled), r#"{"on":0,"both":0,"off":1,"gone":0}"#);
}

#[test]
fn points_in_time_are_written_as_the_surface_says() {
    let fields = r#"{"ends": {"type": "text", "as": "date"}, "unix": {"type": "date", "of": "ends"},
        "made": {"type": "text", "as": "datetime"}}"#;
    let ending = r#"{"ends":"2026-12-31","unix":1798675200,"made":"2025-01-15 14:30:00"}"#;
    assert_eq!(written(fields, &THING), ending);
    let endless = Thing { ends: None, ..THING };
    assert_eq!(written(fields, &endless), r#"{"ends":null,"unix":null,"made":"2025-01-15 14:30:00"}"#);
}

#[test]
fn what_is_not_there_is_the_empty_value_of_its_type_or_null() {
    let fields = r#"{"owner": {"type": "id"}, "above": {"type": "id", "of": "owner", "nullable": true},
        "country": {"type": "text"}}"#;
    assert_eq!(written(fields, &THING), r#"{"owner":0,"above":null,"country":""}"#);
}

#[test]
fn words_and_amounts_are_the_surfaces() {
    let fields = r#"{"state": {"type": "text", "words": {"off": "disabled"}}, "price": {"type": "decimal"},
        "name": {"type": "text", "words": {"off": "disabled"}}}"#;
    assert_eq!(written(fields, &THING), r#"{"state":"disabled","price":485.00,"name":"a \"b\""}"#);
}

#[test]
fn what_stands_within_a_field_is_shown_by_its_path() {
    let fields = r#"{"price": {"type": "decimal", "of": "offer.price", "nullable": true},
        "count": {"type": "int", "of": "offer.term.count"}, "unit": {"type": "text", "of": "offer.term.unit"},
        "is_sold": {"type": "flag", "of": "offer"}, "deep": {"type": "text", "of": "offer.term.unit.x"}}"#;
    let sold = Thing { offer: Some(YEARS), ..THING };
    assert_eq!(written(fields, &sold), r#"{"price":5.00,"count":2,"unit":"years","is_sold":1,"deep":""}"#);
    assert_eq!(written(fields, &THING), r#"{"price":null,"count":0,"unit":"","is_sold":0,"deep":""}"#);
}

#[test]
fn another_field_stands_in_where_the_first_is_nothing_whichever_is_read_first() {
    for (of, or) in [("offer", "trial"), ("trial", "offer")] {
        let fields = format!(r#"{{"price": {{"type": "decimal", "of": "{of}.price", "or": "{or}.price"}}}}"#);
        let shown = |offer, trial| written(&fields, &Thing { offer, trial, ..THING });
        let both = if of == "offer" { r#"{"price":5.00}"# } else { r#"{"price":1.00}"# };
        assert_eq!(shown(Some(YEARS), Some(DAYS)), both);
        assert_eq!(shown(None, Some(DAYS)), r#"{"price":1.00}"#);
        assert_eq!(shown(Some(YEARS), None), r#"{"price":5.00}"#);
        assert_eq!(shown(None, None), r#"{"price":0.00}"#);
    }
}

#[test]
fn of_a_term_the_months_are_shown_or_the_unit_and_what_is_fixed_is_always_the_same() {
    let fields = r#"{"months": {"type": "int", "of": "offer.term", "as": "months"},
        "span": {"type": "text", "of": "offer.term", "as": "unit", "words": {"days": "day"}},
        "server": {"type": "int", "fixed": 0}}"#;
    let shown = |offer| written(fields, &Thing { offer, ..THING });
    assert_eq!(shown(Some(YEARS)), r#"{"months":24,"span":"years","server":0}"#);
    assert_eq!(shown(Some(DAYS)), r#"{"months":0,"span":"day","server":0}"#);
    assert_eq!(shown(None), r#"{"months":0,"span":"","server":0}"#);
}

#[test]
fn a_text_that_is_no_amount_cannot_break_out_of_its_place() {
    let thing = Thing { price: r#"1,"id":9"#, ..THING };
    assert_eq!(written(r#"{"price": {"type": "decimal"}}"#, &thing), r#"{"price":"1,\"id\":9"}"#);
}

#[test]
fn what_is_not_shown_is_not_read() {
    let fields = r#"{"id": {"type": "id"}, "secret": {"type": "text", "role": "admin"}}"#;
    let shape = shape(fields);
    let mut rows = shape.rows(CallerRole::Reseller, &Columns::default());
    rows.write(&THING).unwrap();
    rows.write(&THING).unwrap();
    assert_eq!(rows.list(), r#"[{"id":7},{"id":7}]"#);
    let hidden = Columns { hide: vec!["secret".into()], ..Columns::default() };
    assert!(shape.rows(CallerRole::Admin, &hidden).write(&THING).is_ok());
    assert!(shape.rows(CallerRole::Admin, &Columns::default()).write(&THING).is_err());
}

#[test]
fn documents_are_rows_too_and_other_things_are_none() {
    let shape = shape(r#"{"id": {"type": "id"}, "more": {"type": "text"}}"#);
    let mut rows = shape.rows(CallerRole::Admin, &Columns::default());
    rows.write_document(json!({"id": 3, "other": true}).as_object().unwrap()).unwrap();
    assert!(rows.write(&[1]).is_err());
    assert_eq!(rows.object(), r#"{"id":3}"#, "what the kind does not have has no cell");
}
