//! Descriptions that hold together, and those that do not.

use crate::action::{Description, HOST_PARAMETERS};
use serde_json::{Value, json};

/// What is wrong with a description of one action with these fields besides the least.
fn wrong(fields: Value) -> Option<String> {
    let mut action = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["admin"] });
    let fields = fields.as_object().unwrap().clone();
    action.as_object_mut().unwrap().extend(fields);
    let description: Description = serde_json::from_value(json!({ "action": [action] })).unwrap();
    description.validate().err()
}

#[test]
fn a_write_answers_with_data_that_its_repeats_can_get_again() {
    let raw = json!({ "shape": "raw", "content_type": "text/plain" });
    assert_eq!(wrong(json!({ "kind": "read", "reply": raw })), None);
    let refused = wrong(json!({ "kind": "write", "reply": raw })).unwrap();
    assert!(refused.contains("s/a") && refused.contains("raw body"), "{refused}");
    for shape in ["object", "list", "none", "any"] {
        assert_eq!(wrong(json!({ "kind": "write", "reply": { "shape": shape } })), None, "{shape}");
    }
}

#[test]
fn a_write_is_never_answered_from_what_was_kept() {
    let cache = json!({ "depends": ["bouquets"] });
    assert_eq!(wrong(json!({ "kind": "read", "cache": cache })), None);
    let refused = wrong(json!({ "kind": "write", "cache": cache })).unwrap();
    assert!(refused.contains("s/a") && refused.contains("cache rule"), "{refused}");
}

/// What is wrong with a surface that has these fields besides the least.
fn wrong_surface(fields: Value) -> Option<String> {
    let mut surface = json!({ "name": "s", "mounts": [{ "path": "/x/s/{action}" }],
        "credentials": [{ "kind": "line", "username": "user", "password": "word" }],
        "selector": { "kind": "segment", "name": "action" }, "envelope": { "success": "{data}", "refusal": "{message}" },
        "refusals": { "default": { "http": 400 } } });
    surface.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let description: Description = serde_json::from_value(json!({ "surface": [surface] })).unwrap();
    description.validate().err()
}

#[test]
fn no_surface_has_a_name_of_the_hosts_own() {
    assert_eq!(wrong_surface(json!({ "name": "lives" })), None);
    for name in ["live", "docs"] {
        assert!(wrong_surface(json!({ "name": name })).unwrap().contains("of the host itself"), "{name}");
    }
}

#[test]
fn statuses_and_content_types_come_from_closed_lists() {
    for status in [100, 101, 204, 302, 304, 600, 999] {
        let refused = wrong_surface(json!({ "refusals": { "default": { "http": status } } })).unwrap();
        assert!(refused.contains(&status.to_string()) && refused.contains("503"), "{refused}");
    }
    for kind in ["image/svg+xml", "application/xhtml+xml", "text/javascript", "text/html;x=y", ""] {
        let refused = wrong(json!({ "reply": { "shape": "raw", "content_type": kind } })).unwrap();
        assert!(refused.contains("content_type"), "{refused}");
    }
    assert_eq!(wrong(json!({ "reply": { "shape": "raw", "content_type": "application/xml; charset=utf-8" } })), None);
}

#[test]
fn no_parameter_is_named_like_what_a_caller_shows_of_themselves() {
    let surface = json!({ "name": "s", "mounts": [{ "path": "/x/s/a", "action": "a" }],
        "credentials": [{ "kind": "api_key", "parameter": "api_key" }], "envelope": { "success": "{data}", "refusal": "{message}" },
        "refusals": { "default": { "http": 400 } } });
    let refused = |parameters: Value| {
        let action = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["admin"],
            "parameters": parameters });
        let description = json!({ "surface": [surface], "action": [action] });
        serde_json::from_value::<Description>(description).unwrap().validate().err()
    };
    for name in HOST_PARAMETERS.into_iter().chain(["api_key"]) {
        assert!(refused(json!({ name: { "type": "text" } })).unwrap().contains(name));
        assert!(refused(json!({ "notes": { "type": "text", "aliases": [name] } })).unwrap().contains(name));
    }
    assert_eq!(refused(json!({ "username": { "type": "text" }, "password": { "type": "text" } })), None);
}

#[test]
fn no_guest_is_given_the_header_or_the_cookie_by_which_callers_show_who_they_are() {
    let surface = json!({ "name": "s", "mounts": [{ "path": "/x/s" }],
        "credentials": [{ "kind": "session", "cookie": "sid", "bound": "mac" }],
        "envelope": { "success": "{data}", "refusal": "{message}" }, "refusals": { "default": { "http": 400 } },
        "selector": { "kind": "parameters", "names": ["action"] } });
    let refused = |stands: Value| {
        let parameters = json!({ "k": { "type": "text", "in": stands } });
        let action =
            json!({ "surface": "s", "name": "a", "summary": "", "roles": ["admin"], "parameters": parameters });
        let description = json!({ "surface": [surface], "action": [action] });
        serde_json::from_value::<Description>(description).unwrap().validate().err().unwrap_or_default()
    };
    for stands in [json!({ "header": "Authorization" }), json!({ "header": "cookie" }), json!({ "cookie": "sid" })] {
        assert!(refused(stands.clone()).contains("who they are"), "{stands}");
    }
    assert_eq!((refused(json!({ "header": "x-model" })), refused(json!({ "cookie": "mac" }))), Default::default());
}

#[test]
fn a_description_has_bounds_in_every_count_and_length() {
    let mounts = |count: usize| (0..count).map(|n| json!({ "path": format!("/x/s/{n}"), "action": "a" })).collect();
    assert_eq!(wrong_surface(json!({ "mounts": Value::Array(mounts(32)) })), None);
    assert!(wrong_surface(json!({ "mounts": Value::Array(mounts(33)) })).unwrap().contains("33 mounts"));
    let parameters = |count: usize| (0..count).map(|n| (format!("p{n}"), json!({ "type": "text" }))).collect();
    assert_eq!(wrong(json!({ "parameters": Value::Object(parameters(128)) })), None);
    assert!(wrong(json!({ "parameters": Value::Object(parameters(129)) })).unwrap().contains("129 parameters"));
    assert!(wrong(json!({ "summary": "x".repeat(1_025) })).unwrap().contains("summary"));
    assert!(wrong(json!({ "reply": { "fields": { "a\"b": { "type": "int" } } } })).unwrap().contains("quotation"));
    let long = wrong(json!({ "name": "\n<b>".repeat(100_000) })).unwrap();
    assert!(long.len() < 300 && !long.contains('\n'), "{long}");
}

#[test]
fn a_default_is_a_value_of_its_type() {
    let parameter = |described: Value| wrong(json!({ "parameters": { "x": described } }));
    assert_eq!(parameter(json!({ "type": "count", "default": u32::MAX })), None);
    assert_eq!(parameter(json!({ "type": "list", "of": "id", "default": [] })), None);
    for described in [
        json!({ "type": "int", "default": 2_147_483_648_u32 }),
        json!({ "type": "count", "default": -1 }),
        json!({ "type": "id", "default": 0 }),
        json!({ "type": "flag", "default": 1 }),
        json!({ "type": "decimal", "default": 1 }),
        json!({ "type": "list", "of": "int", "default": ["1"] }),
    ] {
        assert!(parameter(described.clone()).unwrap().contains("default"), "{described}");
    }
    assert!(parameter(json!({ "type": "date", "clears": true })).unwrap().contains("cleared"));
}

#[test]
fn a_cache_rule_names_parameters_that_there_are_and_asks_for_what_goes_together() {
    let action = |cache: Value| {
        wrong(json!({ "cache": cache, "reply": { "shape": "raw", "content_type": "text/plain" },
            "parameters": { "from": { "type": "int" }, "most": { "type": "int" }, "word": { "type": "text" } } }))
    };
    let window = |skip: &str, most: &str| json!({ "skip": skip, "most": most });
    assert_eq!(action(json!({ "depends": [], "key": ["word"], "window": window("from", "most") })), None);
    assert_eq!(action(json!({ "depends": [], "file": true })), None);
    for (cache, named) in [
        (json!({ "depends": [], "key": ["words"] }), "`key`"),
        (json!({ "depends": [], "window": window("from", "word") }), "type int"),
        (json!({ "depends": [], "window": window("from", "least") }), "type int"),
        (json!({ "depends": [], "window": window("from", "most"), "splice": ["username"] }), "`window`"),
        (json!({ "depends": [], "file": true, "splice": ["username"] }), "`file`"),
        (json!({ "depends": [], "begin": "b", "splice": ["username"] }), "without splice"),
        (json!({ "depends": [], "begin": "b", "window": window("from", "most") }), "without splice"),
        (json!({ "depends": [], "begin": "b" }), "what b answers"),
    ] {
        let refused = action(cache.clone()).unwrap();
        assert!(refused.contains("s/a") && refused.contains(named), "{cache}: {refused}");
    }
}

#[test]
fn an_archive_is_asked_for_by_a_flag_and_has_a_plain_name() {
    let action = |archive: Value| {
        wrong(json!({ "reply": { "shape": "raw", "content_type": "text/plain", "archive": archive },
            "parameters": { "gzip": { "type": "flag" }, "word": { "type": "text" } } }))
    };
    assert_eq!(action(json!({ "parameter": "gzip", "name": "epg.xml.gz" })), None);
    for (parameter, name) in [("word", "a.gz"), ("none", "a.gz"), ("gzip", ""), ("gzip", "a\"b"), ("gzip", "../a")] {
        assert!(action(json!({ "parameter": parameter, "name": name })).is_some(), "{parameter} {name}");
    }
}

#[test]
fn only_a_whole_number_with_a_bound_is_capped() {
    let parameters =
        |form: &str, max: Value| json!({ "parameters": { "x": { "type": form, "max": max, "capped": true } } });
    assert_eq!(wrong(parameters("int", json!(9))), None);
    for bad in [parameters("int", Value::Null), parameters("text", json!(9))] {
        assert!(wrong(bad).unwrap().contains("capped"));
    }
}

#[test]
fn an_action_is_described_once_and_for_somebody() {
    assert!(wrong(json!({ "roles": [] })).unwrap().contains("no role"));
    let one = json!({ "surface": "s", "name": "a", "summary": "", "roles": ["line"] });
    let twice: Description = serde_json::from_value(json!({ "action": [one, one] })).unwrap();
    assert!(twice.validate().unwrap_err().contains("described twice"));
}

#[test]
fn a_surface_says_who_may_call_it_and_where_things_stand() {
    let line = json!({ "kind": "line", "username": "u", "password": "p" });
    let session = |fields: Value| {
        let mut session = json!({ "kind": "session" });
        session.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        session
    };
    let wrong = |fields: Value| wrong_surface(fields).unwrap_or_default();
    assert_eq!(wrong(json!({ "credentials": [session(json!({ "cookie": "c" })), line, { "kind": "none" }] })), "");
    assert!(wrong(json!({ "credentials": [] })).contains("`none` is one"));
    assert!(wrong(json!({ "credentials": [{ "kind": "none" }, line] })).contains("is the last"));
    assert!(wrong(json!({ "credentials": [line, line] })).contains("of one kind"));
    assert!(wrong(json!({ "credentials": [session(json!({}))] })).contains("a cookie"));
    assert!(
        wrong(json!({ "credentials": [session(json!({ "cookie": "c", "bearer": true }))] })).contains("nothing else")
    );
    let by_get = json!({ "credentials": [session(json!({ "cookie": "c" }))], "reading": { "writes_by_get": true } });
    assert!(wrong(by_get).contains("any page"));
    assert!(wrong(json!({ "reading": { "order": ["path", "body"] } })).contains("once each"));
    assert!(wrong(json!({ "selector": { "kind": "parameters", "names": [] } })).contains("1 to 4"));
    assert!(wrong(json!({ "fallbacks": [{ "like": "*x*", "action": "a" }] })).contains("one *"));
    assert_eq!(wrong(json!({ "mounts": [{ "path": "/a", "fallback": "y" }] })), "");
    let both = json!([{ "path": "/a", "action": "x", "fallback": "y" }]);
    assert!(wrong(json!({ "mounts": both })).contains("no fallback"));
    let other = json!({ "accept": "text/html", "refusal": "{message}" });
    let envelope = json!({ "success": "{data}", "refusal": "{message}", "for": [other] });
    assert!(wrong(json!({ "envelope": envelope })).contains("problem+json"));
}

#[test]
fn a_route_that_reads_changes_nothing_and_is_a_path() {
    let route = |method: &str, path: &str| json!([{ "method": method, "path": path }]);
    assert_eq!(wrong(json!({ "routes": route("GET", "/customers/{id}") })), None);
    assert_eq!(wrong(json!({ "kind": "write", "routes": route("DELETE", "") })), None);
    assert!(wrong(json!({ "kind": "write", "routes": route("GET", "") })).unwrap().contains("changes nothing"));
    assert!(wrong(json!({ "routes": route("GET", "x y") })).unwrap().contains("begins with /"));
}

#[test]
fn objects_describe_their_members_and_nothing_else_does() {
    let parameter = |described: Value| wrong(json!({ "parameters": { "x": described } })).unwrap_or_default();
    let members = json!({ "a": { "type": "int" } });
    assert_eq!(parameter(json!({ "type": "object", "members": members })), "");
    assert_eq!(parameter(json!({ "type": "list", "of": "object", "members": members })), "");
    assert!(parameter(json!({ "type": "object" })).contains("members"));
    assert!(parameter(json!({ "type": "int", "members": members })).contains("members"));
    assert!(parameter(json!({ "type": "list", "of": "object", "members": members, "flat": true })).contains("flat"));
    let deep = (0..5).fold(members.clone(), |inner, _| json!({ "b": { "type": "object", "members": inner } }));
    assert!(parameter(json!({ "type": "object", "members": deep })).contains("deep"));
    let bad = json!({ "a": { "type": "int", "default": "x" } });
    assert!(parameter(json!({ "type": "object", "members": bad })).contains("default"));
}

#[test]
fn only_what_reads_is_followed() {
    assert_eq!(wrong(json!({ "reply": { "shape": "object", "follow": 1 } })), None);
    assert!(wrong(json!({ "kind": "write", "reply": { "follow": 1 } })).unwrap().contains("followed"));
    assert!(wrong(json!({ "reply": { "follow": 0 } })).unwrap().contains("300"));
}
