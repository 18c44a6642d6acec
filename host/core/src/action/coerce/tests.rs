//! Old forms, limits, roles, pages and objects of parameters, as requests send them.

use super::*;
use crate::action::Part;
use serde_json::json;

/// The parameters of an action that is described in TOML-like JSON, out of a query.
fn coerced_of(described: Value, shape: &str, query: &str, role: CallerRole) -> Result<Value, Refusal> {
    let action = json!({
        "surface": "s", "name": "a", "summary": "", "roles": ["admin", "reseller"],
        "parameters": described, "reply": {"shape": shape},
    });
    let action: Action = serde_json::from_value(action).unwrap();
    coerced(&action, &sent(query), Asking { role, passes_over: false }).map(Value::Object)
}

fn plain(described: Value, query: &str) -> Result<Value, Refusal> {
    coerced_of(described, "object", query, CallerRole::Admin)
}

fn code(described: Value, query: &str) -> String {
    plain(described, query).unwrap_err().code.as_str().to_owned()
}

#[test]
fn absent_and_empty_parameters_get_the_default_or_are_refused_when_required() {
    let optional = json!({"x": {"type": "int", "default": 4}});
    assert_eq!(plain(optional.clone(), "").unwrap(), json!({"x": 4}));
    assert_eq!(plain(optional.clone(), "x=").unwrap(), json!({"x": 4}));
    assert_eq!(plain(optional, "x=9&y=1").unwrap(), json!({"x": 9}));
    let required = json!({"x": {"type": "text", "required": true}});
    assert_eq!(code(required.clone(), ""), "invalid_input");
    assert_eq!(code(required, "x="), "invalid_input");
    assert_eq!(plain(json!({"x": {"type": "text"}}), "").unwrap(), json!({}));
}

#[test]
fn aliases_are_looked_at_after_the_name() {
    let described = json!({"series_id": {"type": "id", "aliases": ["series"]}});
    assert_eq!(plain(described.clone(), "series=3").unwrap(), json!({"series_id": 3}));
    assert_eq!(plain(described.clone(), "series=3&series_id=4").unwrap(), json!({"series_id": 4}));
    assert_eq!(plain(described, "series=3&series_id=").unwrap(), json!({"series_id": 3}));
}

#[test]
fn a_lenient_parameter_takes_what_does_not_fit_as_absent() {
    let described = json!({"category_id": {"type": "id", "lenient": true}});
    assert_eq!(plain(described.clone(), "category_id=abc").unwrap(), json!({}));
    assert_eq!(plain(described.clone(), "category_id=0").unwrap(), json!({}));
    assert_eq!(plain(described, "category_id=7").unwrap(), json!({"category_id": 7}));
    let word = json!({"output": {"type": "text", "lenient": true, "one_of": ["ts", "m3u8"], "default": "ts"}});
    assert_eq!(plain(word, "output=flash").unwrap(), json!({"output": "ts"}));
}

#[test]
fn what_is_capped_is_its_bound_and_never_its_default() {
    let limit = json!({"limit": {"type": "int", "min": 1, "max": 1000, "default": 4, "lenient": true, "capped": true}});
    for (sent, taken) in [("1000", 1000), ("1001", 1000), ("99999999999999999999", 1000), ("x", 4), ("0", 4)] {
        assert_eq!(plain(limit.clone(), &format!("limit={sent}")).unwrap(), json!({"limit": taken}), "{sent}");
    }
    let page = json!({"limit": {"type": "int", "min": 1, "default": 50, "lenient": true}});
    let rows = coerced_of(page, "list", "limit=5000000000", CallerRole::Admin).unwrap();
    assert_eq!(rows, json!({"limit": 1000}));
}

#[test]
fn a_bad_value_is_refused_by_the_code_of_its_parameter() {
    let date = json!({"exp_date": {"type": "date", "code": "invalid_date"}});
    assert_eq!(code(date.clone(), "exp_date=tomorrow"), "invalid_date");
    assert_eq!(plain(date, "exp_date=never").unwrap(), json!({"exp_date": null}));
    let required = json!({"exp_date": {"type": "date", "code": "invalid_date", "required": true}});
    assert_eq!(plain(required.clone(), "exp_date=").unwrap(), json!({"exp_date": null}));
    assert_eq!(code(required, ""), "invalid_date");
    assert_eq!(code(json!({"x": {"type": "int", "min": 1, "max": 5}}), "x=6"), "invalid_input");
    assert_eq!(code(json!({"x": {"type": "int", "min": 1}}), "x=0"), "invalid_input");
    assert_eq!(code(json!({"x": {"type": "text", "max": 3}}), "x=abcd"), "invalid_input");
    assert_eq!(code(json!({"x": {"type": "text", "one_of": ["a"]}}), "x=b"), "invalid_input");
    assert_eq!(code(json!({"x": {"type": "decimal", "max": 10}}), "x=10.5"), "invalid_input");
}

#[test]
fn a_message_never_holds_the_value_that_was_sent() {
    let refused = plain(json!({"x": {"type": "int"}}), "x=s3cret").unwrap_err();
    assert!(!refused.message.contains("s3cret"));
    assert_eq!(refused.field.as_deref(), Some("x"));
}

#[test]
fn lists_come_as_items_json_text_or_comma_list() {
    let ids = json!({"b": {"type": "list", "of": "id"}});
    for query in ["b[]=1&b[]=2", "b[0]=1&b[1]=2", "b=[1,2]", r#"b=["1",2]"#, "b=1,2", "b=1,,2"] {
        assert_eq!(plain(ids.clone(), query).unwrap(), json!({"b": [1, 2]}), "{query}");
    }
    assert_eq!(plain(ids.clone(), "b=[]").unwrap(), json!({"b": []}));
    assert_eq!(plain(ids.clone(), "b[]=").unwrap(), json!({}));
    assert_eq!(code(ids.clone(), "b=1,x"), "invalid_input");
    assert_eq!(code(ids, "b=[1,[2]]"), "invalid_input");
    assert_eq!(code(json!({"b": {"type": "list", "of": "id", "max": 1}}), "b=1,2"), "invalid_input");
    assert_eq!(code(json!({"b": {"type": "list", "of": "int", "min": 5}}), "b=5,4"), "invalid_input");
    assert_eq!(plain(json!({"b": {"type": "list", "of": "int", "min": 5}}), "b=5,6").unwrap(), json!({"b": [5, 6]}));
}

#[test]
fn a_field_of_a_higher_role_is_refused_for_a_lower_one() {
    let described = json!({"member_id": {"type": "id", "role": "admin"}});
    let refused = coerced_of(described.clone(), "object", "member_id=1", CallerRole::Reseller).unwrap_err();
    assert_eq!(refused.code, Code::NotPermitted);
    assert!(coerced_of(described.clone(), "object", "member_id=", CallerRole::Reseller).is_ok());
    assert!(coerced_of(described, "object", "member_id=1", CallerRole::Admin).is_ok());
}

#[test]
fn a_parameter_that_clears_arrives_empty_when_it_was_sent_empty() {
    let described = json!({
        "notes": {"type": "text", "clears": true, "min": 3},
        "ips": {"type": "list", "of": "network", "clears": true, "aliases": ["allowed"]},
        "name": {"type": "text"},
    });
    assert_eq!(plain(described.clone(), "").unwrap(), json!({}));
    assert_eq!(plain(described.clone(), "notes=&name=").unwrap(), json!({"notes": ""}));
    for query in ["ips[]=", "ips=", "ips=[]", "allowed[]="] {
        assert_eq!(plain(described.clone(), query).unwrap(), json!({"ips": []}), "{query}");
    }
    assert_eq!(plain(described.clone(), "ips=&allowed=10.0.0.1").unwrap(), json!({"ips": ["10.0.0.1/32"]}));
    assert_eq!(code(described, "notes=ab"), "invalid_input");
    let reserved = json!({"notes": {"type": "text", "clears": true, "role": "admin"}});
    let refused = coerced_of(reserved, "object", "notes=", CallerRole::Reseller).unwrap_err();
    assert_eq!(refused.code, Code::NotPermitted);
}

#[test]
fn paging_of_a_list_is_capped_and_never_refused() {
    let described = json!({"start": {"type": "int"}, "limit": {"type": "int"}});
    for (query, start, limit) in [
        ("", 0, 50),
        ("start=10&limit=20", 10, 20),
        ("limit=100000", 0, 1_000),
        ("limit=0", 0, 50),
        ("limit=-5&start=-5", 0, 50),
        ("limit=x&start=y", 0, 50),
    ] {
        let got = coerced_of(described.clone(), "list", query, CallerRole::Admin).unwrap();
        assert_eq!(got, json!({"start": start, "limit": limit}), "{query:?}");
    }
}

/// What a query sends; nothing in it is escaped.
fn sent(query: &str) -> Sent<'_> {
    let mut sent = Sent::default();
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        sent.add_text(Part::Query, name.into(), value.into()).unwrap();
    }
    sent
}

fn of_body(described: Value, body: Value) -> Result<Value, Refusal> {
    let action = json!({"surface": "s", "name": "a", "summary": "", "roles": ["admin"], "parameters": described});
    let mut sent = Sent::default();
    sent.add_json(body.to_string().as_bytes()).unwrap();
    let asking = Asking { role: CallerRole::Admin, passes_over: false };
    coerced(&serde_json::from_value(action).unwrap(), &sent, asking).map(Value::Object)
}

fn of_user() -> Value {
    json!({"user_data": {"type": "object", "flat": true, "members": {
        "username": {"type": "text"}, "seats": {"type": "count", "max": 9, "default": 1},
        "bouquet": {"type": "list", "of": "id"}, "notes": {"type": "text", "role": "admin"},
    }}})
}

#[test]
fn an_object_is_read_from_brackets_json_and_beside_its_name() {
    let expected = json!({"user_data": {"username": "a", "seats": 2, "bouquet": [1, 2]}});
    for query in [
        "user_data[username]=a&user_data[seats]=2&user_data[bouquet]=[1,2]",
        "user_data[username]=a&user_data[seats]=2&user_data[bouquet][]=1&user_data[bouquet][]=2",
        r#"user_data={"username":"a","seats":"2","bouquet":[1,2]}"#,
        "username=a&seats=2&bouquet=1,2",
        "username=x&seats=2&bouquet=1,2&user_data[username]=a",
    ] {
        assert_eq!(plain(of_user(), query).unwrap(), expected, "{query}");
    }
    let body = json!({"user_data": {"username": "a", "seats": 2, "bouquet": [1, "2"]}});
    assert_eq!(of_body(of_user(), body).unwrap(), expected);
    assert_eq!(plain(of_user(), "").unwrap(), json!({"user_data": {"seats": 1}}));
}

#[test]
fn a_member_is_refused_under_its_whole_name() {
    let refused = plain(of_user(), "user_data[seats]=10").unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("user_data[seats]"));
    assert_eq!(code(of_user(), "user_data=7"), "invalid_input");
    let refused = coerced_of(of_user(), "object", "user_data[notes]=x", CallerRole::Reseller).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (Code::NotPermitted, Some("user_data[notes]")));
}

#[test]
fn objects_in_a_list_are_read_each_by_its_members() {
    let described = json!({"rows": {"type": "list", "of": "object", "max": 2, "members": {
        "price": {"type": "decimal", "required": true},
    }}});
    let read = |rows: Value| of_body(described.clone(), json!({ "rows": rows }));
    assert_eq!(read(json!([{"price": 5}])).unwrap(), json!({"rows": [{"price": "5.00"}]}));
    let refused = read(json!([{"price": 5}, {}])).unwrap_err();
    assert_eq!(refused.field.as_deref(), Some("rows[1][price]"));
    assert!(read(json!([{"price": 5}, {"price": 5}, {"price": 5}])).is_err() && read(json!([7])).is_err());
}

#[test]
fn null_clears_what_can_be_null_and_says_nothing_elsewhere() {
    let described = json!({
        "email": {"type": "text", "nullable": true}, "notes": {"type": "text", "clears": true},
        "seats": {"type": "count", "default": 3},
    });
    let nulls = json!({"email": null, "notes": null, "seats": null});
    assert_eq!(of_body(described.clone(), nulls).unwrap(), json!({"email": null, "notes": "", "seats": 3}));
    assert_eq!(plain(described.clone(), "email=").unwrap(), json!({"email": null, "seats": 3}));
    assert_eq!(plain(described, "").unwrap(), json!({"seats": 3}));
}

#[test]
fn a_parameter_that_stands_somewhere_is_read_there_and_nowhere_else() {
    let described = json!({
        "model": {"type": "text", "in": {"header": "x-model"}}, "page": {"type": "count", "in": "query"},
        "name": {"type": "text", "in": "body"},
    });
    let action = json!({"surface": "s", "name": "a", "summary": "", "roles": ["admin"], "parameters": described});
    let mut sent = sent("model=a&page=1&name=a");
    sent.add_text(Part::Header, "model".into(), "MAG254".into()).unwrap();
    let asking = Asking { role: CallerRole::Admin, passes_over: false };
    let read = coerced(&serde_json::from_value(action).unwrap(), &sent, asking).unwrap();
    assert_eq!(Value::Object(read), json!({"model": "MAG254", "page": 1}));
}
