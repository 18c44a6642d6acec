//! Links what a component imports of WASI.

use super::inert::{Absent, Asked, Inert};
use super::{io, network, stdio, surroundings};
use crate::state::CallState;
use linecard_package::wasi::is_answered;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, LinkerInstance, ResourceType};

const TABLES: &[&[Inert]] = &[surroundings::FUNCTIONS, stdio::FUNCTIONS, io::FUNCTIONS, network::FUNCTIONS];

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
