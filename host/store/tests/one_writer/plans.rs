//! A plan is taken by one public function only.

use crate::items::{ORDERS, held};
use crate::sources::sources;
use std::collections::BTreeSet;

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
        "pub fn write(database: Database,\n    plan: Plan,\n) {}",
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
