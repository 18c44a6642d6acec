//! `linecard:base`: log, time, chance and last words. Linked for every plugin.
//! Touches no store, so its functions are plain ones.

use crate::capability::Argument;
use crate::capability::function::{HostFunction, Interface};
use crate::log::Level;
use crate::state::CallState;
use crate::stop::Stop;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, WasmStr};

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:base/base", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    HostFunction::plain("log", |linker| linker.func_wrap("log", log)),
    HostFunction::plain("now", |linker| linker.func_wrap("now", now)),
    HostFunction::plain("random", |linker| linker.func_wrap("random", random)),
    HostFunction::plain("fault", |linker| linker.func_wrap("fault", fault)),
];

#[derive(Debug, Clone, Copy, ComponentType, Lift)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "guests make them")]
enum GuestLevel {
    #[component(name = "debug")]
    Debug,
    #[component(name = "info")]
    Info,
    #[component(name = "warn")]
    Warn,
    #[component(name = "error")]
    Error,
}

impl From<GuestLevel> for Level {
    fn from(level: GuestLevel) -> Level {
        match level {
            GuestLevel::Debug => Level::Debug,
            GuestLevel::Info => Level::Info,
            GuestLevel::Warn => Level::Warn,
            GuestLevel::Error => Level::Error,
        }
    }
}

type Store<'a> = StoreContextMut<'a, CallState>;

fn log(mut store: Store<'_>, (level, message): (GuestLevel, WasmStr)) -> wasmtime::Result<()> {
    let message = String::take(message, &store)?;
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    call.log(level.into(), &message);
    Ok(())
}

fn now(mut store: Store<'_>, (): ()) -> wasmtime::Result<(u32,)> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    Ok((u32::try_from(call.work.now().0).unwrap_or_default(),))
}

fn random(mut store: Store<'_>, (count,): (u32,)) -> wasmtime::Result<(Vec<u8>,)> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    call.meter.random(count as usize).map_err(Stop::from)?;
    Ok((call.work.random(count as usize),))
}

fn fault(mut store: Store<'_>, (message,): (WasmStr,)) -> wasmtime::Result<()> {
    let message = String::take(message, &store)?;
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    call.log(Level::Error, &message);
    Ok(())
}
