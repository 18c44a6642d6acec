//! Kept bodies: built once for their key, spliced for each line, never with another line's values.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::caller::Caller;
use host_runtime::{BodyReply, Call, CallError, Coding};
use serde_json::{Value, json};
use std::io::Read;
use std::sync::Arc;
use support::Panel;
use support::guest::mirror::{CALL, LINE};
use support::guest::{Guest, data, headers};
use support::viewer::{body, bytes, call_of, counts};

const WRITE: &str = r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#;
const CAPABILITIES: &str = "[capabilities.lines]\nreason = \"To try.\"\n[capabilities.body]\nreason = \"To try.\"\n";

/// Writes what `lines.mine` says into its body.
fn mirror(depends: &[&str], splice: &[&str]) -> Guest {
    let more = json!({ "cache": { "depends": depends, "splice": splice },
        "reply": { "shape": "raw", "content_type": "text/plain" } });
    let code = format!("(call $write {LINE} (i32.const 128)) (call $body_with (i32.const 8192) (i32.const 1))");
    let guest = Guest {
        imports: WRITE,
        capabilities: CAPABILITIES,
        fields: headers(8192, &[("Content-Disposition", "attachment")]),
        ..Guest::with_action(code, more)
    };
    guest.with_line_mirror()
}

/// Writes 100,000 bytes that depend on nothing.
fn fixed() -> Guest {
    let more = json!({ "cache": { "depends": [] }, "reply": { "shape": "raw", "content_type": "text/plain" } });
    Guest {
        imports: WRITE,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        fields: data(9000, "0123456789"),
        ..Guest::with_action(
            "(local.set $n (i32.const 10000))
             (loop $more
               (call $write (i32.const 9000) (i32.const 10) (i32.const 64))
               (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
             (call $body)",
            more,
        )
    }
}

fn text(body: &BodyReply) -> String {
    String::from_utf8(body.identity().to_vec()).unwrap()
}

/// What a build sees of a line and its panel besides what its rule names: nothing.
fn nothing_but(username: &str, password: &str) -> String {
    format!(
        "id 0\nusername {username}\npassword {password}\nstatus active\nexpiry null\ntrial 0\ncreated 0\nactive 0\nmax 0\n\
         outputs 0\nserver \nmessage \nzone \noffsets 0\nfar 0\ndays 0\nhttps 0\nhttp 0\n"
    )
}

#[tokio::test]
async fn a_body_is_built_once_and_has_each_lines_own_values() {
    let panel = Panel::with(vec![mirror(&[], &["username", "password"]).file()]);
    let tenant = panel.tenant("acme").await;
    let ann = body(&panel, call_of(&panel, tenant, 1, "ann", "p\"a/ß")).await;
    let bob = body(&panel, call_of(&panel, tenant, 2, "bob", "secret")).await;
    assert_eq!(text(&ann), nothing_but("ann", "p\"a/ß"));
    assert_eq!(text(&bob), nothing_but("bob", "secret"));
    assert_ne!(ann.etag, bob.etag);
    assert_eq!(body(&panel, call_of(&panel, tenant, 1, "ann", "p\"a/ß")).await.etag, ann.etag);
    assert_eq!(ann.headers, [("content-disposition".to_owned(), "attachment".to_owned())]);
    let counts = counts(&panel, tenant);
    assert_eq!((counts.answered, counts.kept), (1, 2));
}

#[tokio::test]
async fn tenants_do_not_share_bodies() {
    let panel = Panel::with(vec![fixed().file()]);
    let tenants = [panel.tenant("acme").await, panel.tenant("other").await];
    for tenant in tenants {
        body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
        assert_eq!(counts(&panel, tenant).answered, 1);
    }
}

#[tokio::test]
async fn many_callers_wait_for_one_build() {
    let panel = Arc::new(Panel::with(vec![fixed().file()]));
    let tenant = panel.tenant("acme").await;
    let callers: Vec<_> = (0..20)
        .map(|id| {
            let panel = Arc::clone(&panel);
            tokio::spawn(async move {
                let call = call_of(&panel, tenant, id + 1, "ann", "x");
                body(&panel, call).await.identity().len()
            })
        })
        .collect();
    for caller in callers {
        assert_eq!(caller.await.unwrap(), 100_000);
    }
    assert_eq!(counts(&panel, tenant).answered, 1);
}

#[tokio::test]
async fn every_coding_has_the_same_content() {
    let panel = Panel::with(vec![fixed().file()]);
    let tenant = panel.tenant("acme").await;
    let fixed = body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
    assert!(fixed.is_ready(Coding::Gzip) && fixed.is_ready(Coding::Zstd));
    same_in_every_coding(&fixed).await;
    let panel = Panel::with(vec![mirror(&[], &["username", "password"]).file()]);
    let tenant = panel.tenant("acme").await;
    let spliced = body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
    assert!(!spliced.is_ready(Coding::Gzip));
    same_in_every_coding(&spliced).await;
}

async fn same_in_every_coding(body: &BodyReply) {
    let joined = async |coding| bytes(body.content(coding).unwrap()).await;
    let identity = joined(Coding::Identity).await;
    assert_eq!(identity, body.identity());
    let unzipped = |coded: Vec<u8>| {
        let mut unzipped = Vec::new();
        flate2::read::GzDecoder::new(&*coded).read_to_end(&mut unzipped).unwrap();
        unzipped
    };
    assert!(unzipped(joined(Coding::Gzip).await) == identity);
    assert!(unzipped(bytes(body.archived().unwrap()).await) == identity);
    assert!(zstd::decode_all(&*joined(Coding::Zstd).await).unwrap() == identity);
}

#[tokio::test]
async fn a_build_that_reads_more_than_its_rule_names_is_refused() {
    let reading = Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "get" (func $get (param i32 i32 i32 i32)))"#,
        capabilities: "[capabilities.lines]\nreason = \"To try.\"\n",
        ..Guest::with_action(
            "(call $get (i32.const 32) (i32.const 4) (i32.const 1) (i32.const 64))
             (call $refuse (i32.load (i32.const 68)) (i32.load (i32.const 72)) (i32.load (i32.const 88)) (i32.load (i32.const 92)))",
            json!({ "cache": { "depends": [] }, "reply": { "shape": "raw", "content_type": "text/plain" } }),
        )
    };
    let panel = Panel::with(vec![reading.file()]);
    let tenant = panel.tenant("acme").await;
    let refused = panel.call_with("probe", "go", call_of(&panel, tenant, 1, "ann", "x")).await;
    assert!(matches!(refused, Err(CallError::Refusal(refusal)) if refusal.message.contains("cache rule")));
}

#[tokio::test]
async fn a_build_is_told_of_the_call_what_its_rule_names_and_nothing_else() {
    let told = async |depends: &[&str]| {
        let more =
            json!({ "cache": { "depends": depends }, "reply": { "shape": "raw", "content_type": "text/plain" } });
        let guest = Guest {
            imports: WRITE,
            capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
            ..Guest::with_action(format!("(call $write {CALL} (i32.const 128)) (call $body)"), more)
        };
        let panel = Panel::with(vec![guest.with_call_mirror().file()]);
        let tenant = panel.tenant("acme").await;
        let call = Call { asked_name: Some("gone".into()), ..call_of(&panel, tenant, 1, "ann", "x") };
        let told = serde_json::from_slice::<Value>(&body(&panel, call).await.identity()).unwrap();
        assert_eq!(
            (&told["asked"], &told["caller"]),
            (&json!(""), &json!({ "role": "line", "user": null, "line": null }))
        );
        let mut request = told["request"].clone();
        request.as_object_mut().unwrap().remove("now");
        request
    };
    let request = |host: &str, port: u16| json!({ "id": "", "scheme": "http", "host": host, "port": port, "address": "", "agent": "" });
    assert_eq!(told(&[]).await, request("", 0));
    assert_eq!(told(&["host"]).await, request("tv.example.org", 8080));
}

#[tokio::test]
async fn a_body_is_built_again_when_what_it_depends_on_changes() {
    let panel = Panel::with(vec![mirror(&["settings"], &["username"]).file()]);
    let tenant = panel.tenant("acme").await;
    let named = |name: &str| {
        let document = json!({ "server_name": name }).as_object().unwrap().clone();
        let caller = Caller::system(tenant, "test");
        let engine = Arc::clone(&panel.engine);
        async move {
            let edit =
                async |work: &mut host_engine::Work| host_engine::record::edit(work, "settings", 1, &document).await;
            engine.act(caller, "settings", edit).await.unwrap();
        }
    };
    for name in ["One", "Two"] {
        named(name).await;
        let seen = text(&body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await);
        assert!(seen.contains(&format!("server {name}\n")) && seen.contains("username ann\npassword \n"), "{seen}");
    }
    assert_eq!(counts(&panel, tenant).answered, 2);
}

#[tokio::test]
async fn an_action_with_a_cache_rule_must_write_a_body() {
    let mut guest = Guest::answering("1");
    guest.description["action"][0]["cache"] = json!({ "depends": [] });
    let panel = Panel::with(vec![guest.file()]);
    let tenant = panel.tenant("acme").await;
    let failed = panel.call_with("probe", "go", call_of(&panel, tenant, 1, "ann", "x")).await;
    assert!(matches!(failed, Err(CallError::Fault { .. })));
}
