//! Sockets: the network is a handle that opens nothing. Every socket and every name is refused with
//! `access-denied`, as a system would refuse them. Plugins reach others only through capabilities.

use super::inert::{Inert, Store, counted};
use crate::state::CallState;
use wasmtime::component::{LinkerInstance, Resource, Val};

/// The network that nothing can be done with.
pub(super) enum Network {}

pub(super) const FUNCTIONS: &[Inert] = &[
    Inert {
        interface: "wasi:sockets/instance-network",
        name: "instance-network",
        link: |to, name| to.func_wrap(name, network),
    },
    Inert { interface: "wasi:sockets/tcp-create-socket", name: "create-tcp-socket", link: denied },
    Inert { interface: "wasi:sockets/udp-create-socket", name: "create-udp-socket", link: denied },
    Inert { interface: "wasi:sockets/ip-name-lookup", name: "resolve-addresses", link: denied },
];

fn network(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Resource<Network>,)> {
    counted(&mut store).map(|_| (Resource::new_own(0),))
}

/// Whatever it is asked, the answer is `error(access-denied)`.
fn denied(linker: &mut LinkerInstance<'_, CallState>, name: &str) -> wasmtime::Result<()> {
    linker.func_new(name, |mut store, _, arguments, results| {
        counted(&mut store)?;
        for argument in arguments {
            // The network is lent for the call, and has to be given back.
            if let Val::Resource(network) = argument {
                network.try_into_resource::<Network>(&mut store)?;
            }
        }
        results.fill(Val::Result(Err(Some(Box::new(Val::Enum("access-denied".into()))))));
        Ok(())
    })
}
