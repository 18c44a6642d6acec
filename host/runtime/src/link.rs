//! Turns a grant into a linker: each host function is linked by itself, and only when it is granted.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{
    base, body, catalogue, collections, connections, credits, guide, lines, logs, node, packages, records, sessions,
    sql, users,
};
use crate::state::CallState;
use crate::wasi;
use host_core::grant::{Function, Grant};
use std::collections::BTreeSet;
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

/// Every interface there is. The first is linked for everyone.
pub(crate) const INTERFACES: &[&Interface] = &[
    &base::INTERFACE,
    &lines::INTERFACE,
    &users::INTERFACE,
    &sessions::INTERFACE,
    &credits::INTERFACE,
    &packages::INTERFACE,
    &records::INTERFACE,
    &collections::INTERFACE,
    &logs::INTERFACE,
    &connections::INTERFACE,
    &sql::INTERFACE,
    &node::INTERFACE,
    &catalogue::INTERFACE,
    &guide::INTERFACE,
    &body::INTERFACE,
];

/// Every function that a plugin can ask for.
pub fn offered() -> BTreeSet<Function> {
    let asked = INTERFACES.iter().skip(1);
    asked.flat_map(|interface| interface.functions.iter().map(|host| interface.function(host))).collect()
}

/// The asked functions that this host does not have.
pub(crate) fn unknown(asked: &Grant) -> Vec<String> {
    let offered = offered();
    asked.functions.difference(&offered).map(|function| function.0.clone()).collect()
}

/// A linker with exactly the base interface, these functions, and what the component imports of WASI.
pub(crate) fn linker(
    engine: &Engine,
    component: &Component,
    granted: &BTreeSet<Function>,
) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    for (position, interface) in INTERFACES.iter().enumerate() {
        let wanted = |host: &&HostFunction| position == 0 || granted.contains(&interface.function(host));
        let functions: Vec<_> = interface.functions.iter().filter(wanted).collect();
        if functions.is_empty() {
            continue;
        }
        let mut instance = linker.instance(&format!("{}@{}", interface.name, interface.version))?;
        for host in functions {
            (host.link)(&mut instance)?;
        }
    }
    wasi::link(&mut linker, component)?;
    Ok(linker)
}
