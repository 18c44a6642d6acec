//! What documents say of the descriptions of surfaces of every manner.

use super::*;
use crate::action::Description;
use serde_json::json;

/// The document of a surface whose description is this.
fn documented(surface: Value, actions: Value) -> Value {
    let described = json!({ "surface": [surface], "action": actions });
    let described: Description = serde_json::from_value(described).unwrap();
    described.validate().unwrap();
    let answered = described.actions.iter();
    let answered = answered.map(|action| Answered { action, routes: action.routes.iter().collect(), plugin: "mine" });
    document(&described.surfaces[0], &answered.collect::<Vec<_>>())
}

/// In the manner of a panel: an access code, a key, `action`, an envelope with words.
fn panel(actions: Value) -> Value {
    let surface = json!({ "name": "panel", "mounts": [{ "path": "/{code}/panel/index.php" }],
        "credentials": [{ "kind": "api_key", "parameter": "api_key" }],
        "selector": { "kind": "parameters", "names": ["action"] },
        "envelope": { "success": { "status": "OK", "data": "{data:[]}", "recordsTotal": "{total?}", "plan": "{plan?}" },
            "refusal": { "status": "{word}", "data": [], "error": "{message}" } },
        "refusals": { "default": { "http": 200, "word": "FAILURE" }, "username_taken": { "http": 200, "word": "EXISTS" },
            "rate_limited": { "http": 429, "word": "FAILURE" } } });
    documented(surface, actions)
}

fn line(more: Value) -> Value {
    let mut action = json!({ "surface": "panel", "name": "create_line", "summary": "Creates a line.", "kind": "write",
        "roles": ["reseller"], "refuses": ["username_taken"], "reply": { "shape": "object", "of": "line", "fields": {
            "id": { "type": "id" }, "trial": { "type": "flag" }, "price": { "type": "decimal" },
            "notes": { "type": "text", "role": "admin" }, "created_at": { "type": "text", "as": "datetime" } } } });
    action.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    action
}

/// What a reference leads to.
fn meant<'d>(document: &'d Value, schema: &'d Value) -> &'d Value {
    match schema["$ref"].as_str() {
        Some(path) => document.pointer(path.trim_start_matches('#')).unwrap_or_else(|| panic!("{path} leads nowhere")),
        None => schema,
    }
}

#[test]
fn an_action_that_parameters_name_has_a_path_of_its_own() {
    let document = panel(json!([
        line(json!({})),
        line(json!({ "name": "get_lines", "kind": "read",
        "refuses": [], "reply": { "shape": "list" } }))
    ]));
    let paths: Vec<_> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(path, item)| (path.as_str(), item.as_object().unwrap().keys().next().unwrap().as_str()))
        .collect();
    let wanted = [("/{code}/panel/index.php/create_line", "post"), ("/{code}/panel/index.php/get_lines", "get")];
    assert_eq!(paths, wanted);
    let made = &document["paths"][wanted[0].0]["post"];
    assert!(made["description"].as_str().unwrap().contains("`/{code}/panel/index.php?action=create_line`"));
    assert_eq!(made["parameters"][0]["name"], "code");
    assert_eq!(made["security"], json!([{ "apiKeyBearer": [] }, { "apiKey": [] }]));
}

#[test]
fn parameters_say_type_bounds_choice_default_need_and_other_names() {
    let parameters = json!({ "package": { "type": "id", "required": true, "aliases": ["package_id"], "code": "invalid_package" },
        "kind": { "type": "text", "one_of": ["a", "b"], "default": "a" }, "days": { "type": "count", "max": 31, "capped": true },
        "ips": { "type": "list", "of": "network", "max": 8, "clears": true }, "end": { "type": "date", "nullable": true },
        "data": { "type": "object", "members": { "mac": { "type": "text", "required": true } } },
        "credits": { "type": "decimal", "role": "admin" } });
    let document = panel(json!([line(json!({ "parameters": parameters }))]));
    let body = &document["paths"]["/{code}/panel/index.php/create_line"]["post"]["requestBody"];
    assert_eq!(body["required"], true);
    let schema = meant(&document, &body["content"]["application/json"]["schema"]);
    assert_eq!((&schema["required"], &schema["additionalProperties"]), (&json!(["package"]), &json!(false)));
    let of = |name: &str| &schema["properties"][name];
    assert_eq!((&of("package")["minimum"], &of("package")["maximum"]), (&json!(1), &json!(u32::MAX)));
    let said = of("package")["description"].as_str().unwrap();
    assert!(said.contains("`package_id`") && said.contains("`invalid_package`"), "{said}");
    assert_eq!((&of("kind")["enum"], &of("kind")["default"]), (&json!(["a", "b"]), &json!("a")));
    assert_eq!(of("days")["maximum"], json!(u32::MAX), "more is not refused");
    assert!(of("days")["description"].as_str().unwrap().contains("More than 31 counts as 31"));
    assert_eq!((&of("ips")["maxItems"], &of("ips")["items"]["type"]), (&json!(8), &json!("string")));
    assert_eq!(of("end")["type"], json!(["string", "integer", "null"]));
    assert_eq!(of("data")["required"], json!(["mac"]));
    assert!(of("credits")["description"].as_str().unwrap().contains("Only for admins"));
}

#[test]
fn answers_are_those_of_the_envelope_by_outcome_and_by_refusal() {
    let document = panel(json!([line(json!({}))]));
    let responses = &document["paths"]["/{code}/panel/index.php/create_line"]["post"]["responses"];
    let done = &responses["200"];
    let codes: Vec<_> = done["x-refusals"].as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    assert!(
        codes.contains(&"username_taken") && codes.contains(&"auth_failed") && !codes.contains(&"rate_limited"),
        "{codes:?}"
    );
    let bodies = done["content"]["application/json"]["schema"]["anyOf"].as_array().unwrap();
    let [made, refused] = [&bodies[0], &bodies[1]].map(|body| meant(&document, body));
    assert_eq!(made["properties"]["status"], json!({ "const": "OK" }));
    assert_eq!(refused["properties"]["status"]["enum"], json!(["EXISTS", "FAILURE"]));
    let row = meant(&document, &made["properties"]["data"]);
    assert_eq!(row["properties"]["trial"], json!({ "type": "integer", "enum": [0, 1] }));
    assert_eq!(row["properties"]["notes"]["x-role"], "admin");
    assert_eq!(row["additionalProperties"], false);
    assert!(made["properties"].get("plan").is_some() && made["properties"].get("recordsTotal").is_none());
    assert_eq!(responses["429"]["x-refusals"], json!(["rate_limited"]));
    assert!(responses["429"]["headers"]["Retry-After"].is_object());
    assert_eq!(responses["503"]["x-refusals"], json!(["unavailable"]), "what the transport means keeps its status");
    assert!(responses["404"]["content"]["text/plain"].is_object(), "an access code that is none");
}

/// In the manner of a REST API.
fn rest(actions: Value) -> Value {
    let surface = json!({ "name": "rest", "mounts": [{ "path": "/x/rest/v1" }, { "path": "/x/rest/v2" }],
        "credentials": [{ "kind": "session", "cookie": "sid" }, { "kind": "none" }],
        "envelope": { "success": { "data": "{data}" }, "refusal": { "code": "{code}" },
            "for": [{ "accept": "application/problem+json", "refusal": { "title": "{code}", "errors": "{details}" } }] },
        "refusals": { "default": { "http": 422 }, "auth_failed": { "http": 401, "body": "" },
            "not_found": { "http": 404, "body": "<none/>" } } });
    documented(surface, actions)
}

#[test]
fn routes_are_operations_and_outcomes_statuses() {
    let row = json!({ "of": "line", "fields": { "id": { "type": "id" } }, "version": "id",
        "outcomes": [{ "kind": "created", "location": "/lines/{id}" }] });
    let document = rest(json!([
        { "surface": "rest", "name": "make", "summary": "Makes.", "kind": "write", "roles": ["admin"],
            "routes": [{ "method": "POST", "path": "/lines" }], "reply": row },
        { "surface": "rest", "name": "drop", "summary": "Drops.", "kind": "write", "roles": ["admin"],
            "routes": [{ "method": "DELETE", "path": "/lines/{id}" }], "parameters": {
                "id": { "type": "id", "required": true, "in": "path" }, "why": { "type": "text", "in": "query" },
                "version": { "type": "count", "in": "if_match" } },
            "reply": { "shape": "none", "outcomes": [{ "kind": "none" }] } },
        { "surface": "rest", "name": "show", "summary": "Shows.", "roles": ["stranger"],
            "routes": [{ "method": "GET", "path": "/lines/{line}" }], "reply": { "shape": "any", "follow": 5 },
            "parameters": { "line": { "type": "id", "required": true } } },
        { "surface": "rest", "name": "hook", "summary": "Hears.", "roles": ["stranger"], "raw_body": true,
            "routes": [{ "method": "POST", "path": "/hooks/{*rest}" }], "reply": { "shape": "none" } },
    ]));
    let paths = document["paths"].as_object().unwrap();
    let mut found: Vec<_> = paths.keys().map(String::as_str).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        ["/x/rest/v1/hooks/{rest}", "/x/rest/v1/lines", "/x/rest/v1/lines/{id}"],
        "one shape is one path"
    );
    let made = &paths["/x/rest/v1/lines"]["post"];
    assert!(
        made["responses"]["201"]["headers"]["Location"].is_object()
            && made["responses"]["201"]["headers"]["ETag"].is_object()
    );
    assert!(
        made["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["plan"].is_object(),
        "a dry run"
    );
    assert_eq!(made["security"], json!([{ "sessionCookie": [], "csrf": [] }]));
    assert!(made["description"].as_str().unwrap().contains("`/x/rest/v2`"));
    assert!(made["responses"]["422"]["content"]["application/problem+json"].is_object());
    assert!(made["responses"]["401"].get("content").is_none(), "an empty body");
    let dropped = &paths["/x/rest/v1/lines/{id}"]["delete"];
    let at: Vec<_> = dropped["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|parameter| (parameter["name"].as_str().unwrap_or("$ref"), parameter["in"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(at[..3], [("id", "path"), ("If-Match", "header"), ("why", "query")]);
    assert!(dropped["responses"]["204"].get("content").is_none());
    assert!(dropped["responses"]["412"]["x-refusals"] == json!(["stale"]));
    let shown = &paths["/x/rest/v1/lines/{id}"]["get"];
    assert_eq!((&shown["parameters"][0]["name"], &shown["security"]), (&json!("id"), &json!([{}])));
    assert!(shown["responses"]["200"]["content"]["text/event-stream"].is_object());
    assert!(paths["/x/rest/v1/hooks/{rest}"]["post"]["requestBody"]["content"]["application/octet-stream"].is_object());
}

#[test]
fn two_words_name_an_action_and_set_top_boxes_write_by_get() {
    let surface = json!({ "name": "box", "mounts": [{ "path": "/x/box/portal.php" }],
        "credentials": [{ "kind": "session", "bearer": true, "bound": "mac" }, { "kind": "line", "username": "u", "password": "p" }],
        "selector": { "kind": "parameters", "names": ["type", "action"] }, "reading": { "writes_by_get": true, "unknown": "ignore" },
        "envelope": { "success": { "js": "{data}" }, "refusal": "{message}" },
        "refusals": { "default": { "http": 200, "body": "No." }, "expired": { "http": 200, "answer_with": "profile" } } });
    let document = documented(
        surface,
        json!([
            { "surface": "box", "name": "handshake", "aliases": ["stb.handshake"], "summary": "Hands.", "kind": "write",
                "roles": ["line"], "parameters": { "mac": { "type": "text", "in": { "cookie": "mac" } },
                    "model": { "type": "text", "in": { "header": "x-model" } },
                    "data": { "type": "object", "flat": true, "members": { "a": { "type": "text" } } } },
                "reply": { "shape": "none" } },
            { "surface": "box", "name": "profile", "summary": "Who.", "roles": ["line"], "also_for": ["expired"], "reply": { "shape": "any" } },
        ]),
    );
    let hands = &document["paths"]["/x/box/portal.php/stb/handshake"]["get"];
    let at = |name: &str| {
        let all = hands["parameters"].as_array().unwrap();
        all.iter().find(|parameter| parameter["name"] == name).unwrap_or_else(|| panic!("no {name}: {hands}"))
    };
    assert_eq!((&at("mac")["in"], &at("x-model")["in"]), (&json!("cookie"), &json!("header")));
    assert_eq!((&at("data")["in"], &at("data")["style"]), (&json!("query"), &json!("deepObject")));
    assert_eq!(
        hands["security"],
        json!([{ "sessionBearer": [], "boundCookie": [] }, { "lineUsername": [], "linePassword": [] }])
    );
    let said = hands["responses"]["200"]["description"].as_str().unwrap();
    assert!(said.contains("To `expired` it answers as `profile`"), "{said}");
    assert_eq!(hands["responses"]["200"]["content"]["text/plain"]["schema"], json!({ "const": "No." }));
    assert!(document["paths"]["/x/box/portal.php/profile"]["get"].is_object(), "one word is enough");
}

#[test]
fn examples_are_parameters_and_bodies() {
    let example = |parameters: Value| json!([{ "summary": "One.", "parameters": parameters }]);
    let document = panel(json!([
        line(
            json!({ "parameters": { "package": { "type": "id" }, "data": { "type": "object", "members": { "a": { "type": "flag" } } } },
            "example": example(json!({ "package": "7", "data[a]": "1" })) })
        ),
        line(json!({ "name": "get_line", "kind": "read", "parameters": { "ids": { "type": "list", "of": "id" } },
            "example": example(json!({ "ids": "1,2" })) })),
    ]));
    let body = &document["paths"]["/{code}/panel/index.php/create_line"]["post"]["requestBody"];
    let value = json!({ "summary": "One.", "value": { "package": 7, "data": { "a": true } } });
    assert_eq!(body["content"]["application/json"]["examples"]["example1"], value);
    let parameters = document["paths"]["/{code}/panel/index.php/get_line"]["get"]["parameters"].as_array().unwrap();
    let ids = parameters.iter().find(|parameter| parameter["name"] == "ids").unwrap();
    assert_eq!(ids["examples"]["example1"], json!({ "summary": "One.", "value": [1, 2] }));
}
