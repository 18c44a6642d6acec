//! `linecard:body`: a body that the host holds, for answers too large to cross at once.

use crate::capability::function::{HostFunction, Interface};
use crate::guest::GuestRefusal;
use crate::state::CallState;
use crate::stop::Stop;
use std::sync::Arc;
use wasmtime::StoreContextMut;
use wasmtime::component::WasmStr;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:body/body", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[HostFunction::plain("write", |linker| {
    linker.func_wrap_async("write", |store, (chunk,): (WasmStr,)| Box::new(write(store, chunk)))
})];

async fn write(
    mut store: StoreContextMut<'_, CallState>,
    chunk: WasmStr,
) -> wasmtime::Result<(Result<(), GuestRefusal>,)> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    // The text is copied once, straight from the guest's memory; for that the body steps out of the store.
    let (mut body, waits) = (std::mem::take(&mut call.body), Arc::clone(&call.waits));
    body.hold(chunk.to_str(&store)?.as_bytes()).map_err(Stop::from)?;
    waits.during(body.pass_on()).await?;
    store.data_mut().body = body;
    Ok((Ok(()),))
}
