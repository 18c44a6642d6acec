//! Replies that are what they were described as, and lies.

use super::*;
use crate::held::HeldRows;
use host_core::action::{ReplyShape, Shape};
use serde_json::json;

fn action(shape: Shape) -> Action {
    let json = r#"{"surface":"s","name":"a","summary":"","roles":["line"],"refuses":["too_late"]}"#;
    let action: Action = serde_json::from_str(json).unwrap();
    Action { reply: ReplyShape { shape, ..ReplyShape::default() }, ..action }
}

fn read(reply: &str, shape: Shape, wrote: bool) -> Result<Checked, Lie> {
    let (action, columns) = (Arc::new(action(shape)), Columns::default());
    Audience { action, role: CallerRole::Line, columns, parameters: Map::new() }.check(
        reply,
        wrote,
        &mut HeldAnswers::default(),
    )
}

#[test]
fn a_reply_of_another_shape_than_described_is_a_lie() {
    assert!(read(r#"{"data":{"a":1}}"#, Shape::Object, false).is_ok());
    assert!(read(r#"{"data":[1],"total":1}"#, Shape::List, false).is_ok());
    assert!(read("{}", Shape::None, false).is_ok());
    for (reply, shape) in [(r#"{"data":[]}"#, Shape::Object), (r#"{"data":{}}"#, Shape::Raw)] {
        assert!(matches!(read(reply, shape, false), Err(Lie::Shape(_))), "{reply}");
    }
    assert!(matches!(read(r#"{"data":{},"status":500}"#, Shape::Any, false), Err(Lie::Malformed { .. })));
}

#[test]
fn what_breaks_a_row_is_told_without_a_word_of_it() {
    let fields = serde_json::from_str(r#"{"id":{"type":"id"}}"#).unwrap();
    let described = action(Shape::List);
    let described = Action { reply: ReplyShape { fields, ..described.reply }, ..described };
    let (action, columns) = (Arc::new(described), Columns::default());
    let audience = Audience { action, role: CallerRole::Line, columns, parameters: Map::new() };
    let told =
        audience.check(r#"{"data":[{"id":1},"hunter2"]}"#, false, &mut HeldAnswers::default()).unwrap_err().to_string();
    assert!(told.contains("its data is objects, and is none in byte") && !told.contains("hunter2"), "{told}");
}

#[test]
fn a_body_must_have_been_written_and_stand_alone() {
    assert!(read(r#"{"body":true}"#, Shape::List, true).is_ok());
    assert_eq!(read(r#"{"body":true}"#, Shape::Raw, false).unwrap_err(), Lie::NoBody);
    assert_eq!(read(r#"{"data":{}}"#, Shape::Object, true).unwrap_err(), Lie::BodyAndData);
}

#[test]
fn only_harmless_headers_with_clean_values_pass() {
    let header = |name: &str, value: &str| {
        let reply = serde_json::json!({ "body": true, "headers": { name: value } }).to_string();
        read(&reply, Shape::Raw, true).map(|document| document.headers.len())
    };
    assert_eq!(header("Content-Disposition", "attachment"), Ok(1));
    for (name, value) in [("set-cookie", "a=b"), ("access-control-allow-origin", "*"), ("location", "http://x")] {
        assert_eq!(header(name, value), Ok(0), "{name}");
    }
    assert_eq!(header("Cache-Control", "private, max-age=60"), Ok(1));
    for shared in ["public", "max-age=9, PUBLIC", "s-maxage=60"] {
        assert_eq!(header("Cache-Control", shared), Ok(0), "{shared}: it was made for one caller");
    }
    let forged = header("content-disposition", "a\r\nset-cookie: x");
    assert_eq!(forged, Err(Lie::Header("content-disposition")));
    let without_body = read(r#"{"data":{},"headers":{"content-language":"en"}}"#, Shape::Object, false);
    assert!(matches!(without_body, Err(Lie::Header(_))));
}

#[test]
fn a_refused_field_of_a_common_action_has_the_name_that_its_caller_knows() {
    let told =
        |field: &str| GuestRefusal { code: "invalid_date".into(), field: Some(field.into()), message: "No.".into() };
    let json = r#"{"surface":"s","name":"a","summary":"","kind":"write","roles":["admin"],"does":{"edit":"line"},
        "parameters":{"exp_date":{"type":"date","sets":"expiry"}}}"#;
    let action: Action = serde_json::from_str(json).unwrap();
    assert_eq!(refusal(told("expiry"), None, &action).unwrap().field.as_deref(), Some("exp_date"));
    assert_eq!(refusal(told("other"), None, &action).unwrap().field.as_deref(), Some("other"));
}

#[test]
fn a_refusal_has_a_code_that_the_host_or_the_description_knows() {
    let told = |code: &str| GuestRefusal { code: code.into(), field: None, message: "No.\nReally.".into() };
    let action = action(Shape::Object);
    assert_eq!(refusal(told("not_found"), None, &action).unwrap().code, Code::NotFound);
    assert_eq!(refusal(told("too_late"), None, &action).unwrap().message, "No. Really.");
    assert_eq!(refusal(told("made_up"), None, &action), Err(Lie::Code(7)));
    let given = Refusal::new(Code::Conflict, "No.\nReally.").retry_after(3);
    assert_eq!(refusal(told("conflict"), Some(given.clone()), &action), Ok(given));
}

#[test]
fn a_held_page_has_its_cursor_where_the_description_has_one_and_no_totals_behind_it() {
    let fields = serde_json::from_str(r#"{"id":{"type":"id"}}"#).unwrap();
    let shape = ReplyShape { fields, of: Some("stream".into()), shape: Shape::List, ..ReplyShape::default() };
    let checked = |cursor: Option<&str>, reply: &str, page: Value| {
        let shape = ReplyShape { cursor: cursor.map(Into::into), ..shape.clone() };
        let action = Arc::new(Action { reply: shape, ..action(Shape::List) });
        let mut held = HeldAnswers::default();
        assert_eq!(held.hold("stream", HeldRows::Page(page)).ok(), Some(0));
        let audience = Audience { action, role: CallerRole::Line, columns: Columns::default(), parameters: Map::new() };
        let checked = audience.check(reply, false, &mut held).unwrap();
        (checked.ending.cursor, checked.total, checked.data)
    };
    let page = |total: Option<u64>| json!({ "rows": [{ "id": 7 }], "total": total, "matching": total, "cursor": "7" });
    let rows = r#"[{"id":7}]"#.to_owned();
    let held = r#"{"held":0}"#;
    assert_eq!(checked(Some("after"), held, page(Some(3))), (Some("7".into()), Some(3), rows.clone()));
    assert_eq!(checked(Some("after"), held, page(None)), (Some("7".into()), None, rows.clone()));
    assert_eq!(checked(None, held, page(Some(3))), (None, Some(3), rows.clone()));
    let other = r#"{"held":0,"cursor":"own"}"#;
    assert_eq!(checked(Some("after"), other, page(None)), (Some("own".into()), None, rows));
}
