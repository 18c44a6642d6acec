//! What a plugin may consist of: one more of anything, and it is refused before any of it is compiled.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_runtime::{Package, PackageError};
use support::guest::sealed;

/// A limit: what is counted, how many are allowed, and a component that has that many.
type Limit = (&'static str, usize, fn(usize) -> String);

const LIMITS: &[Limit] = &[
    ("functions", 20_000, |count| module(&"(func)".repeat(count))),
    ("functions", 20_000, |count| modules(["(func)".repeat(count - 10_000), "(func)".repeat(10_000)])),
    ("types", 10_000, |count| module(&"(type (func))".repeat(count))),
    ("types", 10_000, |count| component("(type (func))".repeat(count))),
    ("types", 10_000, |count| component("(core type (func))".repeat(count))),
    ("exports", 1_000, |count| module(&format!("(func $f) {}", numbered(count, "(export \"e#\" (func $f))")))),
    ("exports", 1_000, |count| component(format!("(type $t (func)) {}", numbered(count, "(export \"e#\" (type $t))")))),
    ("core modules", 16, |count| component("(core module)".repeat(count))),
    ("levels of nesting", 4, |count| component("(component ".repeat(count) + &")".repeat(count))),
    ("levels of nesting", 4, |count| {
        component("(component ".repeat(count - 1) + "(core module)" + &")".repeat(count - 1))
    }),
    ("memories", 1, |count| modules(std::iter::repeat_n("(memory 1)".to_owned(), count))),
    // 64 MiB.
    ("pages of memory at the start", 1_024, |count| module(&format!("(memory {count})"))),
    ("tables", 4, |count| module(&"(table 1 funcref)".repeat(count))),
    ("tables", 4, |count| modules(std::iter::repeat_n("(table 1 funcref)".to_owned(), count))),
    ("table elements at the start", 10_000, |count| module(&format!("(table {count} funcref)"))),
    ("table elements at the start", 10_000, |count| {
        module(&format!("(table {} funcref) (table 9000 funcref)", count - 9_000))
    }),
];

fn component(fields: String) -> String {
    format!("(component {fields})")
}

fn module(fields: &str) -> String {
    modules([fields.to_owned()])
}

fn modules(of: impl IntoIterator<Item = String>) -> String {
    component(of.into_iter().map(|fields| format!("(core module {fields})")).collect())
}

/// A text `count` times, each time with its number in place of `#`.
fn numbered(count: usize, text: &str) -> String {
    (0..count).map(|number| text.replace('#', &number.to_string())).collect()
}

/// What becomes of a component that imports nothing and does nothing.
fn read(component: &str) -> Result<Package, PackageError> {
    let component = wat::parse_str(component).unwrap();
    Package::read(sealed(component, br#"{"action":[]}"#, "name = \"large\"\nversion = \"1.0.0\"\n").into())
}

#[test]
fn as_many_as_are_allowed_are_read_and_one_more_is_refused_by_name() {
    for (number, (what, most, of)) in LIMITS.iter().enumerate() {
        if let Err(error) = read(&of(*most)) {
            panic!("{number}: {most} {what} are allowed: {error}");
        }
        let refused = read(&of(most + 1)).map(|_| ()).unwrap_err();
        let PackageError::Limit { what: named, found, most: told } = refused else { panic!("{number}: {refused}") };
        assert_eq!((named, found, told), (*what, most + 1, *most), "{number}");
    }
}
