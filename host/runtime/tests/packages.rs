//! Plugin files that are refused before any of their code runs, each with the reason.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_runtime::{CompileError, LoadError, PackageError, Runtime, StartError};
use support::Panel;
use support::guest::{Guest, REPLY, sealed};
use support::panel::{engine, options, refused_at_start};

#[test]
fn what_is_no_plugin_is_refused_with_the_reason() {
    let good = Guest::answering(REPLY);
    let message = |file: Vec<u8>| refused_at_start(file).to_string();
    assert!(message(b"\x7fELF something".to_vec()).contains("native code"));
    assert!(message(wat::parse_str("(module)").unwrap()).contains("core module"));
    assert!(message(good.component()).contains("last section is missing"));
    let whole = good.file();
    assert!(message(whole[..whole.len() - 1].to_vec()).contains("incomplete"));
    let mut changed = whole.clone();
    let at = whole.len() - 300;
    changed[at] ^= 1;
    assert!(message(changed).contains("digest"));
    let mut appended = whole;
    linecard_package::append(&mut appended, "more", b"x");
    assert!(message(appended).contains("last section"));
    assert!(message(vec![0; (16 << 20) + 1]).contains("at most"));
}

#[test]
fn a_surface_that_says_where_its_files_are_has_some() {
    let mut guest = Guest::answering(REPLY);
    guest.description["surface"][0]["assets"] = "/app".into();
    let refused = refused_at_start(guest.file()).to_string();
    assert!(refused.contains("assets/"), "{refused}");
}

#[test]
fn every_cut_of_a_file_is_refused() {
    let whole = Guest::answering(REPLY).file();
    for end in (0..whole.len()).step_by(7) {
        let cut = bytes::Bytes::copy_from_slice(&whole[..end]);
        assert!(host_runtime::Package::read(cut).is_err(), "cut at {end} of {}", whole.len());
    }
    assert!(host_runtime::Package::read(whole.into()).is_ok());
}

#[test]
fn an_import_that_the_manifest_does_not_explain_is_refused_by_name() {
    let guest = Guest {
        imports: r#"(import "linecard:lines/lines@0.1.0" "delete" (func $delete (param i32 i32 i32 i32)))"#,
        ..Guest::new("(call $delete (i32.const 32) (i32.const 4) (i32.const 7) (i32.const 64)) (unreachable)")
    };
    let refused = refused_at_start(guest.file());
    assert!(refused.to_string().contains("linecard:lines/lines.delete"), "{refused}");
}

#[test]
fn a_second_memory_or_a_64_bit_one_is_refused() {
    let guest = Guest { fields: "(memory 1)".into(), ..Guest::answering(REPLY) };
    let text = std::panic::catch_unwind(|| guest.file());
    // The author's own tool may refuse it first; the host refuses whatever gets through.
    if let Ok(file) = text {
        assert!(matches!(refused_at_start(file), LoadError::Package(PackageError::Limit { what: "memories", .. })));
    }
    let module = r#"(component (core module (memory i64 1)))"#;
    let file = sealed(wat::parse_str(module).unwrap(), br#"{"action":[]}"#, "name = \"a\"\nversion = \"1.0.0\"\n");
    assert!(matches!(refused_at_start(file), LoadError::Package(PackageError::Invalid(_))));
}

/// One that has a function of 60,000 bytes and more.
fn large(name: &'static str, constants: usize) -> Guest {
    let fields = format!("(func {})", "(drop (i32.const 1000000))".repeat(constants));
    Guest { name, fields: Guest::answering(REPLY).fields + &fields, ..Guest::answering(REPLY) }
}

#[test]
fn a_function_larger_than_64_kib_is_refused_unless_the_operator_allows_this_plugin_more() {
    let refused = refused_at_start(large("big", 20_000).file());
    let LoadError::Compile(CompileError::LargeFunction { found, most, .. }) = &refused else { panic!("{refused}") };
    assert!(*found > 90_000 && *most == 64 << 10);
    assert!(refused.to_string().contains("[plugins.limits.big]"), "{refused}");
    let start = |name, constants| {
        let folder = tempfile::tempdir().unwrap();
        let mut options = options(&folder, vec![large(name, constants).file()]);
        options.function_bytes = [("big".to_owned(), 150_000), ("less".to_owned(), 1_000)].into();
        Runtime::new(engine(&folder), options).map(|_| ())
    };
    start("big", 20_000).unwrap();
    assert!(start("big", 40_000).is_err(), "more is not without end");
    assert!(start("other", 20_000).is_err(), "another plugin has the usual limit");
    assert!(start("less", 1_000).is_err(), "the operator may also allow less");
}

#[tokio::test]
async fn a_limit_that_was_lowered_counts_for_compiled_plugins_too() {
    let file = large("big", 10_000).file();
    let panel = Panel::with(vec![file.clone()]);
    let Panel { engine, runtime, folder } = panel;
    drop(runtime);
    let mut options = options(&folder, vec![file]);
    options.function_bytes = [("big".to_owned(), 1_000)].into();
    assert!(matches!(Runtime::new(engine, options), Err(StartError::Shipped(_, LoadError::Compile(_)))));
}

#[test]
fn a_description_that_differs_from_the_component_is_refused_by_name() {
    let guest = Guest { names: vec!["probe/go".into(), "probe/hidden".into()], ..Guest::answering(REPLY) };
    let refused = refused_at_start(guest.file());
    assert!(matches!(&refused, LoadError::Description(text) if text.contains("probe/hidden")), "{refused}");
}
