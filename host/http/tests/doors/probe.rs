//! A plugin for these tests: a player surface and an admin surface.

use crate::guest::mirror::{CALL, LINE};
use crate::guest::{Guest, data};
use serde_json::{Value, json};

/// Its code. Told apart by the length of the action's name: `admin/breaks`, `player/everything`,
/// `player/bulk_list` (16 MB), `player/personal`, all others.
fn code() -> String {
    format!(
        "(if (i32.eq (local.get $action_len) (i32.const 12)) (then (unreachable)))
         (if (result i32) (i32.eq (local.get $action_len) (i32.const 17))
           (then
             (local.set $n (i32.const 1000))
             (loop $more
               (call $write (i32.const 9100) (i32.const 100) (i32.const 64))
               (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (call $body))
           (else (if (result i32) (i32.eq (local.get $action_len) (i32.const 16))
           (then
             (memory.fill (i32.const 12000) (i32.const 97) (i32.const 20000))
             (local.set $n (i32.const 800))
             (loop $more
               (call $write (i32.const 12000) (i32.const 20000) (i32.const 64))
               (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (call $body))
           (else (if (result i32) (i32.eq (local.get $action_len) (i32.const 15))
             (then
               (call $write {LINE} (i32.const 128))
               (call $body))
             (else (call $ok {CALL})))))))"
    )
}

/// A plugin that owns a player and an admin surface, and answers each call with what it knows of the call.
pub(crate) fn probe() -> Vec<u8> {
    let actions = actions();
    let names = actions.as_array().unwrap().iter();
    let names =
        names.map(|action| format!("{}/{}", action["surface"].as_str().unwrap(), action["name"].as_str().unwrap()));
    let guest = Guest {
        names: names.collect(),
        imports: r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n[capabilities.body]\nreason = \"To try.\"\n",
        description: json!({"surface": surfaces(), "action": actions}),
        fields: data(9100, &"0123456789".repeat(10)),
        ..Guest::new(code())
    };
    guest.with_call_mirror().with_line_mirror().file()
}

fn surfaces() -> Value {
    let player = json!({
        "name": "player", "mounts": [{"path": "/player_api.php"}],
        "credentials": [{"kind": "line", "username": "username", "password": "password"}],
        "selector": {"kind": "parameters", "names": ["action"]}, "envelope": {"success": "{data}", "refusal": {"error": "{message}", "request_id": "{request}"}},
        "fallbacks": [{"like": "*", "action": "account"}],
        "rate": "player",
        "refusals": {
            "default": {"http": 400, "body": ""},
            "auth_failed": {"http": 200, "body": "{\"user_info\":{\"auth\":0}}", "http_setting": "auth_failed_status"},
            "expired": {"http": 200, "answer_with": "account"},
        },
    });
    let admin = json!({
        "name": "admin", "mounts": [{"path": "/{code}/admin/index.php"}],
        "credentials": [{"kind": "api_key", "parameter": "api_key"}],
        "selector": {"kind": "parameters", "names": ["action"]}, "rate": "panel",
        "envelope": {
            "success": {"status": "STATUS_SUCCESS", "data": "{data:[]}", "recordsTotal": "{total?}",
                "recordsFiltered": "{matching?}", "recordsLimit": "{limit?}", "dry_run": "{dry_run?}",
                "plan": "{plan?}", "ignored": "{ignored?}", "request_id": "{request}"},
            "refusal": {"status": "{word}", "data": [], "error": "{message}", "request_id": "{request}"},
        },
        "refusals": {
            "default": {"http": 200, "word": "STATUS_FAILURE"},
            "auth_failed": {"http": 200, "word": "STATUS_FAILURE", "message": "Invalid API key."},
            "unknown_action": {"http": 200, "word": "STATUS_FAILURE", "message": "Invalid action."},
            "invalid_package": {"http": 200, "word": "STATUS_INVALID_PACKAGE"},
        },
    });
    json!([player, admin])
}

fn actions() -> Value {
    let any = json!({"shape": "any"});
    json!([
        {"surface": "player", "name": "account", "summary": "A.", "roles": ["line"], "also_for": ["expired"], "reply": any},
        {"surface": "player", "name": "list", "aliases": ["202"], "summary": "L.", "roles": ["line"], "reply": any,
            "rate": "guide", "parameters": {"category_id": {"type": "id", "lenient": true}}},
        {"surface": "player", "name": "everything", "summary": "E.", "roles": ["line"],
            "reply": {"shape": "raw", "content_type": "text/plain"}, "cache": {"depends": ["bouquets"]}},
        {"surface": "player", "name": "bulk_list", "summary": "M.", "roles": ["line"],
            "reply": {"shape": "raw", "content_type": "text/plain"}, "cache": {"depends": ["bouquets"]}},
        {"surface": "player", "name": "personal", "summary": "P.", "roles": ["line"], "reply":
            {"shape": "raw", "content_type": "text/plain"}, "cache": {"depends": ["bouquets"], "splice": ["username", "password"]}},
        {"surface": "admin", "name": "read", "summary": "R.", "roles": ["admin"], "reply":
            {"shape": "object", "fields": {"surface": {"type": "text"}, "action": {"type": "text"}, "caller": {"type": "document"}}}},
        {"surface": "admin", "name": "write", "kind": "write", "summary": "W.", "roles": ["admin"], "reply": any,
            "parameters": {"package": {"type": "id", "required": true, "code": "invalid_package"},
                "ids": {"type": "list", "of": "id"}}},
        {"surface": "admin", "name": "breaks", "summary": "B.", "roles": ["admin"], "reply": any},
        {"surface": "admin", "name": "for_resellers", "summary": "N.", "roles": ["reseller"], "reply": any},
    ])
}
