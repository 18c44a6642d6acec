//! One way to write: a plan enters by `commit` alone, and the statements that change rows stand in the files that it
//! reaches. Reads the sources as the compiler does; knows nothing of running stores.
#![allow(clippy::unwrap_used)]

use proc_macro2::{TokenStream, TokenTree};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};
use syn::{Attribute, FnArg, ImplItem, Item, ItemImpl, LitStr, Signature, TraitItem, Visibility};

/// Files of the write path, each driven by the writer; the journal has its own database.
const WRITING: &[&str] = &[
    "journal/age.rs",
    "journal/trust.rs",
    "journal.rs",
    "sqlite/audit_chain/heads.rs",
    "sqlite/audit_chain.rs",
    "sqlite/batch/apply.rs",
    "sqlite/guide.rs",
    "sqlite/idempotency.rs",
    "sqlite/ledger.rs",
    "sqlite/member_places.rs",
    "sqlite/outbox.rs",
    "sqlite/schema.rs",
    "sqlite/set_change.rs",
    "sqlite/table.rs",
    "sqlite/tables/series.rs",
    "sqlite/tables/streams.rs",
    "sqlite/tables/tenants.rs",
    "sqlite/tables/users.rs",
    "sqlite/writer/book.rs",
];

/// What says that rows are to be changed.
const ORDERS: [&str; 3] = ["Plan", "Change", "Transfer"];

/// The crate's files, by their path in `src`.
fn sources() -> Vec<(String, syn::File)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    below(&root, &mut paths);
    let parsed = paths.iter().map(|path| {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        (name, syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap())
    });
    parsed.collect()
}

fn below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, into);
        } else if !path.ends_with("tests.rs") {
            into.push(path);
        }
    }
    into.sort();
}

/// Whether something is there in tests alone.
fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"))
    })
}

// --- Statements -----------------------------------------------------------------------------

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

// --- Plans ----------------------------------------------------------------------------------

/// Names of types that a piece of source has, but for those that only travel through a channel: who holds an end of
/// one holds no plan.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path_segment(&mut self, segment: &'ast syn::PathSegment) {
        let name = segment.ident.to_string();
        if !["Sender", "Receiver"].contains(&name.as_str()) {
            self.0.insert(name);
            visit::visit_path_segment(self, segment);
        }
    }

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.tokens(call.tokens.clone());
    }
}

impl Names {
    fn of(read: impl FnOnce(&mut Names)) -> BTreeSet<String> {
        let mut names = Names::default();
        read(&mut names);
        names.0
    }

    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(name) => drop(self.0.insert(name.to_string())),
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

/// What a function takes: its parameters, also by their bounds, without `self`.
fn taken(signature: &Signature) -> BTreeSet<String> {
    Names::of(|names| {
        names.visit_generics(&signature.generics);
        for input in &signature.inputs {
            if let FnArg::Typed(parameter) = input {
                names.visit_type(&parameter.ty);
            }
        }
    })
}

/// An item: what it is called, whether the crate's user can reach it, and the types that it takes or contains.
struct Held {
    name: String,
    public: bool,
    types: BTreeSet<String>,
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

fn held(items: &[Item], into: &mut Vec<Held>) {
    for item in items {
        let (name, public, types) = match item {
            Item::Mod(module) => {
                let inside = module.content.as_ref().filter(|_| !for_tests(&module.attrs));
                held(inside.map(|(_, items)| items.as_slice()).unwrap_or_default(), into);
                continue;
            }
            Item::Impl(block) => {
                methods(block, into);
                continue;
            }
            Item::Trait(interface) => {
                for item in &interface.items {
                    if let TraitItem::Fn(function) = item {
                        let name = format!("{}::{}", interface.ident, function.sig.ident);
                        into.push(Held { name, public: is_public(&interface.vis), types: taken(&function.sig) });
                    }
                }
                continue;
            }
            Item::Fn(function) => (function.sig.ident.to_string(), is_public(&function.vis), taken(&function.sig)),
            Item::Struct(of) => {
                (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_fields(&of.fields)))
            }
            Item::Enum(of) => (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_item_enum(of))),
            Item::Type(of) => (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_type(&of.ty))),
            Item::Static(of) => (of.ident.to_string(), is_public(&of.vis), Names::of(|names| names.visit_type(&of.ty))),
            Item::Use(of) => {
                renamed(&of.tree, is_public(&of.vis), into);
                continue;
            }
            // What a macro makes at this level is not seen by its name, so it counts as reachable.
            Item::Macro(of) => ("a macro".to_owned(), true, Names::of(|names| names.visit_macro(&of.mac))),
            _ => continue,
        };
        into.push(Held { name, public, types });
    }
}

/// The functions of one type. Those of a trait are as public as the trait may be.
fn methods(block: &ItemImpl, into: &mut Vec<Held>) {
    if for_tests(&block.attrs) {
        return;
    }
    let of = match &*block.self_ty {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default(),
        _ => "a type".to_owned(),
    };
    for item in &block.items {
        if let ImplItem::Fn(function) = item {
            let mut types = taken(&function.sig);
            types.extend(Names::of(|names| names.visit_generics(&block.generics)));
            let public = block.trait_.is_some() || is_public(&function.vis);
            into.push(Held { name: format!("{of}::{}", function.sig.ident), public, types });
        }
    }
}

/// Another name for a type, as `use Plan as Other` gives, and what is passed on to the crate's user.
fn renamed(tree: &syn::UseTree, public: bool, into: &mut Vec<Held>) {
    match tree {
        syn::UseTree::Path(path) => renamed(&path.tree, public, into),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| renamed(tree, public, into)),
        syn::UseTree::Rename(rename) => {
            let types = [rename.ident.to_string()].into();
            into.push(Held { name: rename.rename.to_string(), public, types });
        }
        syn::UseTree::Name(name) if public && ORDERS.iter().any(|order| name.ident == order) => {
            let name = name.ident.to_string();
            into.push(Held { name: format!("use {name}"), public, types: [name].into() });
        }
        _ => {}
    }
}

/// The public items that take or contain a plan, a change or a transfer, also inside of another type of the crate.
fn takers<'a>(files: impl IntoIterator<Item = &'a syn::File>) -> Vec<String> {
    let mut items = Vec::new();
    files.into_iter().for_each(|file| held(&file.items, &mut items));
    let mut orders: BTreeSet<String> = ORDERS.map(String::from).into();
    loop {
        let more = items.iter().filter(|item| !item.types.is_disjoint(&orders)).map(|item| item.name.clone());
        let all: BTreeSet<String> = orders.iter().cloned().chain(more).collect();
        if all.len() == orders.len() {
            break;
        }
        orders = all;
    }
    let takers = items.into_iter().filter(|item| item.public && !item.types.is_disjoint(&orders));
    takers.map(|item| item.name).collect()
}

/// Types with the queue inside in which plans wait for their writer; none gives it out.
const HOLDING: [&str; 3] = ["Opened", "SqliteStore", "Writers"];

#[test]
fn a_plan_is_taken_by_one_public_function_only() {
    let sources = sources();
    let takers = takers(sources.iter().map(|(_, file)| file));
    let (holding, taking): (Vec<_>, Vec<_>) = takers.iter().partition(|name| HOLDING.contains(&name.as_str()));
    assert_eq!(taking, ["SqliteStore::commit"]);
    assert_eq!(holding, HOLDING);
}

#[test]
fn a_taker_is_found_however_it_is_written() {
    let of = |text: &str| takers([&syn::parse_file(text).unwrap()]);
    for source in [
        "pub fn write(place: Place,\n    plan: Plan,\n) {}",
        "impl Store { pub fn write(&self, plan: &Plan) {} }",
        "impl Port for Store { fn write(&self, plan: Box<host_core::plan::Plan>) {} }",
        "impl Store { pub fn write(&self, changes: Vec<(u8, Change)>) {} }",
        "pub fn write(transfers: &[Transfer]) {}",
        "pub fn write(plan: impl Into<Plan>) {}",
        "pub fn write<P>(plan: P) where P: AsRef<Plan> {}",
        "impl<P: Into<Plan>> Store<P> { pub fn write(&self, plan: P) {} }",
        "struct Order { plan: Plan }\npub fn write(order: Order) {}",
        "enum Inner { One(Change) } struct Outer(Inner);\npub fn write(order: Vec<Outer>) {}",
        "use host_core::plan::Plan as Other;\npub fn write(plan: Other) {}",
        "type Other = Plan;\npub fn write(plan: Other) {}",
        "pub struct Order { pub plan: Option<Plan> }",
        "pub use host_core::plan::Plan;",
        "pub trait Write { fn write(&self, plan: Plan); }",
        "make! { pub fn write(plan: Plan) }",
    ] {
        assert_eq!(of(source).len(), 1, "{source}: {:?}", of(source));
    }
    for source in [
        "fn write(plan: Plan) {}",
        "impl Store { pub(crate) fn write(&self, plan: Plan) {} pub fn transfers(&self) -> Vec<Transfer> {} }",
        "struct Order(Plan); pub struct Store { orders: Sender<Order> } pub fn open(store: Store) {}",
        "#[cfg(test)] mod tests { pub fn write(plan: Plan) {} }",
    ] {
        assert_eq!(of(source), [""; 0], "{source}");
    }
}
