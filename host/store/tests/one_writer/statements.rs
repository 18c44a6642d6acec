//! Only the write path has statements that change rows.

use crate::sources::{for_tests, sources};
use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, LitStr};

/// Files of the write path, each driven by the writer; the journal has its own database.
const WRITING: &[&str] = &[
    "journal/age.rs",
    "journal/rows.rs",
    "journal/trust.rs",
    "journal/write.rs",
    "sqlite/audit_chain/heads.rs",
    "sqlite/audit_chain/mod.rs",
    "sqlite/batch/apply.rs",
    "sqlite/box_events.rs",
    "sqlite/document_places.rs",
    "sqlite/guide.rs",
    "sqlite/idempotency.rs",
    "sqlite/ledger.rs",
    "sqlite/member_places.rs",
    "sqlite/outbox.rs",
    "sqlite/schema.rs",
    "sqlite/sessions.rs",
    "sqlite/set_change.rs",
    "sqlite/table.rs",
    "sqlite/tables/series.rs",
    "sqlite/tables/streams.rs",
    "sqlite/tables/tenants.rs",
    "sqlite/tables/users.rs",
    "sqlite/unfinished.rs",
    "sqlite/writer/book.rs",
];

/// The texts of a file that change rows: not its comments, attributes and tests.
#[derive(Default)]
struct Statements(Vec<String>);

impl Statements {
    fn of(file: &syn::File) -> Vec<String> {
        let mut found = Statements::default();
        found.visit_file(file);
        found.0
    }

    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) {
                        self.visit_lit_str(&text);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Statements {
    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        if changes_rows(&text.value()) {
            self.0.push(text.value());
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }

    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        if !for_tests(&module.attrs) {
            visit::visit_item_mod(self, module);
        }
    }
}

/// A word of SQL in capitals, or in small letters two that follow each other in no sentence.
fn changes_rows(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let capital = words.iter().any(|word| ["INSERT", "UPDATE", "DELETE", "REPLACE"].contains(word));
    let small: Vec<String> = words.iter().map(|word| word.to_ascii_lowercase()).collect();
    let pair = |first: &str, second: &[&str]| {
        small.windows(2).any(|pair| pair[0] == first && second.contains(&pair[1].as_str()))
    };
    let update = small.iter().position(|word| word == "update");
    capital
        || pair("insert", &["into", "or"])
        || pair("replace", &["into"])
        || pair("delete", &["from"])
        || update.is_some_and(|at| small[at..].iter().any(|word| word == "set"))
}

#[test]
fn only_the_write_path_has_statements_that_change_rows() {
    let sources = sources();
    let writing = sources.iter().filter(|(_, file)| !Statements::of(file).is_empty());
    assert_eq!(writing.map(|(name, _)| name).collect::<Vec<_>>(), WRITING);
}

#[test]
fn a_statement_is_found_however_it_is_written() {
    let of = |text: &str| Statements::of(&syn::parse_file(text).unwrap());
    for source in [
        r#"fn f(c: C) { c.execute("REPLACE INTO lines VALUES (1)"); }"#,
        r#"fn f(c: C) { c.execute(&format!("{} INTO {x}", "INSERT")); }"#,
        r#"fn f(c: C) { c.execute("WITH old AS (SELECT 1) \n                DELETE FROM lines"); }"#,
        "fn f(c: C) { c.execute(\"\n  update lines\n  set owner = 1\"); }",
        r##"const SQL: &str = r#"insert or ignore into lines"#;"##,
        r#"const SQL: &str = concat!("DELETE ", "FROM lines");"#,
        r#"mod inner { fn f(c: C) { run!(c, { nested("DELETE FROM lines") }); } }"#,
    ] {
        assert_eq!(of(source).len(), 1, "{source}");
    }
    for source in [
        "/// INSERT INTO lines\nfn f() {} // DELETE FROM lines",
        r#"#[cfg(test)] mod tests { const SQL: &str = "DELETE FROM lines"; }"#,
        r#"fn f(c: C) { warn!("an update failed; delete the file"); }"#,
    ] {
        assert_eq!(of(source), [""; 0], "{source}");
    }
}
