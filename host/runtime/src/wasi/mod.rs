//! WASI 0.2 as far as the standard library of a guest brings it along: all of it is there, and all of it is empty.
//! No environment, no arguments, no files, no sockets; clocks stand at the call's time, chance and printing count
//! against the call's limits. It gives nothing, so it needs no grant. Knows no capability and no tenant.

mod io;
mod network;
mod stdio;
mod surroundings;

pub(crate) use stdio::Printed;

use crate::state::{CallState, Stop};
use wasmtime::StoreContextMut;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};

type Store<'a> = StoreContextMut<'a, CallState>;

/// Packages that are answered, in versions 0.2.x.
const PACKAGES: &[&str] = &["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// One function that is answered; the others of its interface can only be called with handles that nobody has.
struct Inert {
    /// `wasi:cli/exit`.
    interface: &'static str,
    name: &'static str,
    link: fn(&mut LinkerInstance<'_, CallState>, &str) -> wasmtime::Result<()>,
}

const TABLES: &[&[Inert]] = &[surroundings::FUNCTIONS, stdio::FUNCTIONS, io::FUNCTIONS, network::FUNCTIONS];

/// A handle of this kind is never made: files, sockets, terminals.
enum Absent {}

/// What ends a call that asks WASI for more than there is.
#[derive(Debug, thiserror::Error)]
enum Asked {
    #[error("it ended itself with exit; return from the function instead")]
    Exit,
    #[error("it called {0}, which is nothing that a plugin is given; ask a capability of the host instead")]
    Missing(String),
    #[error("it waits for nothing: it polled an empty list")]
    NoPollable,
}

/// Whether an import is of WASI, answered or not.
pub(crate) fn is_wasi(import: &str) -> bool {
    import.starts_with("wasi:")
}

/// Whether an import such as `wasi:cli/exit@0.2.4` is answered.
pub(crate) fn is_answered(import: &str) -> bool {
    let parts = import.strip_prefix("wasi:").and_then(|rest| rest.split_once('/'));
    let Some((package, (_, version))) = parts.and_then(|(package, rest)| Some((package, rest.split_once('@')?))) else {
        return false;
    };
    let patch = version.strip_prefix("0.2.");
    PACKAGES.contains(&package) && patch.is_some_and(|patch| patch.parse::<u16>().is_ok())
}

/// Links what a component imports of WASI; a component without it pays nothing.
pub(crate) fn link(linker: &mut Linker<CallState>, component: &Component) -> wasmtime::Result<()> {
    let engine = linker.engine().clone();
    for (import, item) in component.component_type().imports(&engine) {
        let ComponentItem::ComponentInstance(instance) = item.ty else { continue };
        if !is_answered(import) {
            continue;
        }
        let interface = import.split('@').next().unwrap_or(import);
        let mut linker = linker.instance(import)?;
        for (name, item) in instance.exports(&engine) {
            match item.ty {
                ComponentItem::ComponentFunc(_) => function(&mut linker, interface, name)?,
                ComponentItem::Resource(_) => linker.resource(name, resource(name), |_, _| Ok(()))?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn function(linker: &mut LinkerInstance<'_, CallState>, interface: &str, name: &str) -> wasmtime::Result<()> {
    let known = TABLES.iter().copied().flatten().find(|inert| inert.interface == interface && inert.name == name);
    if let Some(inert) = known {
        return (inert.link)(linker, name);
    }
    let called = format!("{interface}.{name}");
    linker.func_new(name, move |_, _, _, _| Err(Asked::Missing(called.clone()).into()))
}

/// The host's type behind a resource; its name is the same in each interface that uses it.
fn resource(name: &str) -> ResourceType {
    match name {
        "error" => ResourceType::host::<io::Failure>(),
        "input-stream" => ResourceType::host::<io::Input>(),
        "network" => ResourceType::host::<network::Network>(),
        "output-stream" => ResourceType::host::<io::Output>(),
        "pollable" => ResourceType::host::<io::Pollable>(),
        _ => ResourceType::host::<Absent>(),
    }
}

/// Counts a host call, like every other.
fn counted<'a>(store: &'a mut Store<'_>) -> wasmtime::Result<&'a mut CallState> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    Ok(call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answered_is_what_a_standard_library_brings_in_version_0_2() {
        for import in ["wasi:cli/environment@0.2.0", "wasi:io/streams@0.2.12", "wasi:sockets/tcp@0.2.4"] {
            assert!(is_answered(import), "{import}");
        }
        for import in [
            "wasi:http/outgoing-handler@0.2.0",
            "wasi:keyvalue/store@0.2.0",
            "wasi:cli/environment@0.3.0",
            "wasi:cli/environment@0.2.0-rc1",
            "wasi:cli/environment@0.20.0",
            "wasi:cli/environment",
            "wasi:cli",
            "linecard:cli/environment@0.2.0",
        ] {
            assert!(!is_answered(import), "{import}");
        }
    }
}
