//! `linecard:body`: a body that the host holds, for answers too large to cross at once.
//! Knows nothing of what is in it.

use crate::capability::GuestRefusal;
use crate::limits::{BODY_BYTES, Spent};
use crate::link::{HostFunction, Interface};
use crate::state::{CallState, Stop};
use wasmtime::StoreContextMut;
use wasmtime::component::WasmStr;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:body/body", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[HostFunction::plain("write", |linker| linker.func_wrap("write", write))];

fn write(
    mut store: StoreContextMut<'_, CallState>,
    (chunk,): (WasmStr,),
) -> wasmtime::Result<(Result<(), GuestRefusal>,)> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    // The text is copied once, straight from the guest's memory; for that the body steps out of the store.
    let mut body = call.body.take().unwrap_or_default();
    let text = chunk.to_str(&store)?;
    if body.len() + text.len() > BODY_BYTES {
        return Err(Stop::from(Spent::Body).into());
    }
    body.extend_from_slice(text.as_bytes());
    store.data_mut().body = Some(body);
    Ok((Ok(()),))
}
