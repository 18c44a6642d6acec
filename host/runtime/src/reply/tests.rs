//! Replies that are what they were described as, and lies.

use super::*;
use crate::guest::GuestOutcome;
use crate::held::HeldRows;
use host_core::action::{ReplyShape, Shape};
use serde_json::{Value, json};

fn action(shape: Shape) -> Action {
    let json = r#"{"surface":"s","name":"a","summary":"","roles":["line"],"refuses":["too_late"]}"#;
    let action: Action = serde_json::from_str(json).unwrap();
    Action { reply: ReplyShape { shape, ..ReplyShape::default() }, ..action }
}

fn data(json: &str) -> GuestReply {
    GuestReply::from(GuestContent::Data(json.to_owned()))
}

fn body(headers: &[(&str, &str)]) -> GuestReply {
    let headers = headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
    GuestReply::from(GuestContent::Body(headers.collect()))
}

fn held(number: u32) -> GuestReply {
    GuestReply::from(GuestContent::Held(number))
}

impl From<GuestContent> for GuestReply {
    /// With nothing beside it.
    fn from(content: GuestContent) -> GuestReply {
        GuestReply { content, total: None, matching: None, outcome: None, location: None, cursor: None }
    }
}

fn of(action: Action) -> Audience {
    let (action, columns) = (Arc::new(action), Columns::default());
    Audience { action, role: CallerRole::Line, columns, parameters: Map::new() }
}

fn read(reply: GuestReply, shape: Shape, wrote: bool) -> Result<Checked, Lie> {
    of(action(shape)).check(reply, wrote, &mut HeldAnswers::default())
}

#[test]
fn a_reply_of_another_shape_than_described_is_a_lie() {
    assert!(read(data(r#"{"a":1}"#), Shape::Object, false).is_ok());
    assert!(read(GuestReply { total: Some(1), ..data("[1]") }, Shape::List, false).is_ok());
    assert!(read(data("null"), Shape::None, false).is_ok());
    for (json, shape) in [("[]", Shape::Object), ("{}", Shape::Raw)] {
        assert!(matches!(read(data(json), shape, false), Err(Lie::Shape(_))), "{json}");
    }
}

#[test]
fn data_that_is_no_json_or_more_than_one_value_is_a_lie() {
    for json in ["", "{", "fine", "{} {}", r#"{"a":}"#] {
        assert!(matches!(read(data(json), Shape::Any, false), Err(Lie::Malformed { .. })), "{json}");
    }
    assert_eq!(read(data(" {}\n"), Shape::Any, false).unwrap().data, "{}");
}

#[test]
fn an_ending_that_is_not_described_is_a_lie() {
    let created = GuestReply { outcome: Some(GuestOutcome::Created), ..data("{}") };
    let located = GuestReply { location: Some("/a".into()), ..data("{}") };
    let paged = GuestReply { cursor: Some("7".into()), ..data("[]") };
    for (reply, shape) in [(created, Shape::Any), (located, Shape::Any), (paged, Shape::List)] {
        let told = read(reply.clone(), shape, false).map(|_| ());
        assert!(matches!(told, Err(Lie::Ending(_))), "{reply:?}");
    }
}

#[test]
fn what_breaks_a_row_is_told_without_a_word_of_it() {
    let fields = serde_json::from_str(r#"{"id":{"type":"id"}}"#).unwrap();
    let described = action(Shape::List);
    let described = Action { reply: ReplyShape { fields, ..described.reply }, ..described };
    let reply = data(r#"[{"id":1},"hunter2"]"#);
    let told = of(described).check(reply, false, &mut HeldAnswers::default()).unwrap_err().to_string();
    assert!(told.contains("its data is objects, and is none in byte") && !told.contains("hunter2"), "{told}");
}

#[test]
fn what_is_kept_of_a_write_is_told_again_as_it_was() {
    let write = of(Action { kind: ActionKind::Write, ..action(Shape::List) });
    let reply = GuestReply { total: Some(9), matching: Some(3), ..data(r#"[{"a":1}]"#) };
    let first = write.check(reply.clone(), false, &mut HeldAnswers::default()).unwrap();
    let again = write.see_again(first.kept.as_deref().unwrap()).unwrap();
    assert_eq!((again.total, again.matching, again.data), (Some(9), Some(3), first.data));
    assert_eq!(read(reply, Shape::List, false).unwrap().kept, None, "nobody asks for the reply of a read again");
}

#[test]
fn a_body_must_have_been_written_and_stand_alone() {
    assert!(read(body(&[]), Shape::List, true).is_ok());
    assert_eq!(read(body(&[]), Shape::Raw, false).unwrap_err(), Lie::NoBody);
    assert_eq!(read(data("{}"), Shape::Object, true).unwrap_err(), Lie::BodyAndData);
    assert_eq!(read(held(0), Shape::Object, true).unwrap_err(), Lie::BodyAndData);
    let ended = [
        GuestReply { outcome: Some(GuestOutcome::Done), ..body(&[]) },
        GuestReply { location: Some("/a".into()), ..body(&[]) },
        GuestReply { cursor: Some("7".into()), ..body(&[]) },
    ];
    for reply in ended {
        assert_eq!(read(reply.clone(), Shape::Raw, true).unwrap_err(), Lie::BodyAndEnding, "{reply:?}");
    }
}

#[test]
fn totals_stand_beside_data_alone() {
    for (total, matching) in [(Some(1), None), (None, Some(1))] {
        let told =
            |reply: GuestReply, wrote| read(GuestReply { total, matching, ..reply }, Shape::Raw, wrote).unwrap_err();
        assert_eq!(told(body(&[]), true), Lie::TotalsAndNoData);
        assert_eq!(told(held(0), false), Lie::TotalsAndNoData);
    }
}

#[test]
fn only_harmless_headers_with_clean_values_pass() {
    let header =
        |name: &str, value: &str| read(body(&[(name, value)]), Shape::Raw, true).map(|checked| checked.headers.len());
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
    assert_eq!(header("set-cookie", "a\r\nb"), Err(Lie::Header("a header")), "its name is the guest's own word");
    let unwritten = read(body(&[("content-language", "en")]), Shape::Raw, false);
    assert_eq!(unwritten.unwrap_err(), Lie::NoBody);
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
fn a_value_that_the_kind_finds_wrong_is_refused_by_the_code_of_its_parameter() {
    let told =
        |code: &str, field: &str| GuestRefusal { code: code.into(), field: Some(field.into()), message: "No.".into() };
    let json = r#"{"surface":"s","name":"a","summary":"","kind":"write","roles":["admin"],"does":{"edit":"user"},
        "parameters":{"mail":{"type":"text","sets":"email","code":"invalid_email"},"notes":{"type":"text"}}}"#;
    let action: Action = serde_json::from_str(json).unwrap();
    let code = |code: &str, field: &str| refusal(told(code, field), None, &action).unwrap().code.as_str().to_owned();
    assert_eq!(code("invalid_input", "email"), "invalid_email");
    assert_eq!(code("not_permitted", "email"), "not_permitted", "that is no bad value");
    assert_eq!(code("invalid_input", "notes"), "invalid_input");
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
    let checked = |cursor: Option<&str>, reply: GuestReply, page: Value| {
        let shape = ReplyShape { cursor: cursor.map(Into::into), ..shape.clone() };
        let mut held = HeldAnswers::default();
        assert_eq!(held.hold("stream", HeldRows::Page(page)).ok(), Some(0));
        let checked = of(Action { reply: shape, ..action(Shape::List) }).check(reply, false, &mut held).unwrap();
        (checked.ending.cursor, checked.total, checked.data)
    };
    let page = |total: Option<u64>| json!({ "rows": [{ "id": 7 }], "total": total, "matching": total, "cursor": "7" });
    let rows = r#"[{"id":7}]"#.to_owned();
    assert_eq!(checked(Some("after"), held(0), page(Some(3))), (Some("7".into()), Some(3), rows.clone()));
    assert_eq!(checked(Some("after"), held(0), page(None)), (Some("7".into()), None, rows.clone()));
    assert_eq!(checked(None, held(0), page(Some(3))), (None, Some(3), rows.clone()));
    let other = GuestReply { cursor: Some("own".into()), ..held(0) };
    assert_eq!(checked(Some("after"), other, page(None)), (Some("own".into()), None, rows));
}
