//! Guests that bring a standard library with WASI: it is there, and it is empty.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::Code;
use host_runtime::{CallError, LoadError, PackageError, Reply};
use linecard_pack::{Target, provide};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use support::Panel;
use support::guest::{Guest, sealed};
use support::panel::{TENANT, call, refused_at_start};

/// The guest of `guests/std.rs` as a plugin file, built once.
fn standard() -> Vec<u8> {
    static MODULE: OnceLock<Vec<u8>> = OnceLock::new();
    let guest = Guest::new("");
    let component = guest.encoded(MODULE.get_or_init(build).clone());
    guest.sealed(component)
}

/// With the compiler of the workspace, for the WASI target, which is added where it is missing.
fn build() -> Vec<u8> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    provide(here, Target::Wasi).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let module: PathBuf = folder.path().join("std.wasm");
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(here).args(["--edition", "2024", "--target", Target::Wasi.triple(), "--crate-type", "cdylib"]);
    rustc.args(["-Copt-level=s", "-Cpanic=abort", "-Cstrip=debuginfo", "-Clink-arg=--skip-wit-component", "-o"]);
    let built = rustc.arg(&module).arg("tests/guests/std.rs").output().unwrap();
    let words = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{words}");
    std::fs::read(module).unwrap()
}

async fn answered(panel: &Panel, mode: &str) -> Result<Value, CallError> {
    let mut call = call(TENANT);
    call.parameters.insert("mode".into(), mode.into());
    let answered = panel.call_with("probe", "go", call).await;
    answered.inspect_err(|_| println!("{:?}", said(panel))).map(|reply| match reply {
        Reply::Data { data, .. } => serde_json::from_str(&data).unwrap(),
        Reply::Body(_) => panic!("a body"),
    })
}

fn said(panel: &Panel) -> Vec<String> {
    panel.runtime.logs(TENANT, "probe").into_iter().map(|line| line.message).collect()
}

#[tokio::test]
async fn a_guest_with_a_standard_library_answers_and_finds_nothing_around_it() {
    let panel = Panel::with(vec![standard()]);
    let before = panel.engine.clock().now().0;
    let mut seen = answered(&panel, "").await.unwrap();
    let now = seen["now"].take().as_i64().unwrap();
    assert!((before..before + 60).contains(&now), "{now} is the call's time");
    assert_eq!(
        seen,
        json!({ "now": null, "slept": 0, "read": 0, "folder": "NotFound", "file": "NotFound",
            "socket": "PermissionDenied", "udp": "PermissionDenied", "no_name": true, "arguments": 0,
            "variables": 0, "words": 3 })
    );
}

#[tokio::test]
async fn what_a_guest_prints_is_in_its_log_and_nowhere_else() {
    let panel = Panel::with(vec![standard()]);
    answered(&panel, "").await.unwrap();
    assert_eq!(said(&panel), ["looking", "around", "half a line"]);
}

#[tokio::test]
async fn the_message_of_a_panic_is_in_the_log() {
    let panel = Panel::with(vec![standard()]);
    assert!(matches!(answered(&panel, "panic").await, Err(CallError::Fault { .. })));
    let said = said(&panel).join("\n");
    assert!(said.contains("std.rs") && said.contains("the cellar is empty") && said.contains("unreachable"), "{said}");
}

#[tokio::test]
async fn a_guest_that_exits_has_failed() {
    let panel = Panel::with(vec![standard()]);
    assert!(matches!(answered(&panel, "exit").await, Err(CallError::Fault { .. })));
    assert!(panel.last_words("probe").contains("exit"), "{}", panel.last_words("probe"));
    assert!(answered(&panel, "").await.is_ok(), "the next call is a new instance");
}

#[tokio::test]
async fn printing_counts_against_the_allowance_of_the_log() {
    let panel = Panel::with(vec![standard()]);
    answered(&panel, "flood").await.unwrap();
    let logged: usize = said(&panel).iter().map(String::len).sum();
    assert!((60 << 10..=64 << 10).contains(&logged), "{logged}");
}

/// Calls a function of WASI without end.
fn flood(import: &'static str, function: &'static str, once: &str) -> Guest {
    let imports = format!("(import \"{import}\" \"{function}\" (func $once");
    let signature = if once.contains("i64") { "(param i64 i32)))" } else { "(result i32)))" };
    let once = once.to_owned();
    Guest {
        imports: format!("{imports} {signature}").leak(),
        ..Guest::new(format!("(loop $more {once} (br $more)) (unreachable)"))
    }
}

#[tokio::test]
async fn chance_and_calls_of_wasi_count_like_any_others() {
    let limits = [
        ("wasi:cli/stdout@0.2.0", "get-stdout", "(drop (call $once))", "host calls"),
        ("wasi:random/random@0.2.0", "get-random-bytes", "(call $once (i64.const 9000) (i32.const 64))", "random"),
        ("wasi:random/random@0.2.0", "get-random-bytes", "(call $once (i64.const 0) (i32.const 64))", "host calls"),
    ];
    for (import, function, once, word) in limits {
        let panel = Panel::with(vec![flood(import, function, once).file()]);
        assert!(
            matches!(answered(&panel, "").await, Err(CallError::Refusal(no)) if no.code == Code::TooLarge),
            "{import}"
        );
        let words = panel.last_words("probe");
        assert!(words.contains(word), "{import}: {words}");
    }
}

#[test]
fn other_wasi_and_foreign_imports_are_refused_by_name() {
    let component = |import: &str| {
        let text = format!(r#"(component (import "{import}" (instance (export "f" (func)))))"#);
        sealed(wat::parse_str(text).unwrap(), br#"{"action":[]}"#, "name = \"a\"\nversion = \"1.0.0\"\n")
    };
    for import in ["wasi:http/outgoing-handler@0.2.0", "wasi:cli/environment@0.3.0", "wasi:nn/graph@0.2.0"] {
        let refused = refused_at_start(component(import));
        assert!(matches!(&refused, LoadError::Package(PackageError::Wasi(name)) if name == import), "{refused}");
    }
    let other = refused_at_start(component("other:thing/here"));
    assert!(other.to_string().contains("other:thing/here"), "{other}");
}

#[test]
fn wasi_of_another_type_than_the_standard_is_refused_by_name() {
    let text = r#"(component (import "wasi:cli/environment@0.2.0" (instance
        (export "get-arguments" (func (result u32))))))"#;
    let file = sealed(wat::parse_str(text).unwrap(), br#"{"action":[]}"#, "name = \"a\"\nversion = \"1.0.0\"\n");
    let refused = refused_at_start(file);
    assert!(matches!(&refused, LoadError::Link(words) if words.contains("get-arguments")), "{refused}");
}
