//! `linecard:base`: what is known of the call, log, time, chance, what the host holds for the call, and last words. Linked for every plugin.
//! Touches no store, so its functions are plain ones.

use crate::capability::Argument;
use crate::capability::function::{HostFunction, Interface};
#[cfg(feature = "native")]
use crate::capability::native;
use crate::log::Level;
use crate::state::CallState;
use crate::stop::Stop;
use wasmtime::StoreContextMut;
use wasmtime::component::{ComponentType, Lift, WasmStr};

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:base/base", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    HostFunction::plain("caller", |linker| {
        linker.func_wrap("caller", |store, ()| told(store, CallState::caller_facts))
    }),
    HostFunction::plain("request", |linker| {
        linker.func_wrap("request", |store, ()| told(store, CallState::request_facts))
    }),
    HostFunction::plain("settings", |linker| {
        linker.func_wrap("settings", |store, ()| told(store, CallState::settings_text))
    }),
    HostFunction::plain("instead-of", |linker| {
        linker.func_wrap("instead-of", |store, ()| told(store, CallState::instead_of))
    }),
    HostFunction::plain("dry-run", |linker| {
        linker.func_wrap("dry-run", |store, ()| told(store, CallState::is_dry_run))
    }),
    HostFunction::plain("arguments", |linker| {
        linker.func_wrap("arguments", |store, ()| told(store, CallState::verb_arguments))
    }),
    HostFunction::plain("log", |linker| linker.func_wrap("log", log)),
    HostFunction::plain("now", |linker| linker.func_wrap("now", now)),
    HostFunction::plain("random", |linker| linker.func_wrap("random", random)),
    HostFunction {
        #[cfg(feature = "native")]
        native: Some(native_read),
        ..HostFunction::plain("read", |linker| linker.func_wrap("read", read))
    },
    HostFunction::plain("sent", |linker| linker.func_wrap("sent", sent)),
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

/// What is known of the call.
fn told<T>(mut store: Store<'_>, fact: fn(&CallState) -> Result<T, Stop>) -> wasmtime::Result<(T,)> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    Ok((fact(call)?,))
}

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

#[cfg(feature = "native")]
fn native_read<'a>(call: &'a mut CallState, arguments: &'a [native::Argument<'a>]) -> native::Answering<'a> {
    Box::pin(async move {
        let mut arguments = arguments.iter();
        let (held, keep) = (native::argument(&mut arguments)?, native::argument(&mut arguments)?);
        call.meter.host_call().map_err(Stop::from)?;
        Ok(Ok(native::Answer::Text(call.held.read(held, keep).ok_or(Stop::NotHeld(held))?)))
    })
}

fn read(mut store: Store<'_>, (held, keep): (u32, bool)) -> wasmtime::Result<(String,)> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    Ok((call.held.read(held, keep).ok_or(Stop::NotHeld(held))?,))
}

fn sent(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Vec<u8>,)> {
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    Ok((call.asked.as_ref().map(|asked| asked.call.body.to_vec()).unwrap_or_default(),))
}

fn fault(mut store: Store<'_>, (message,): (WasmStr,)) -> wasmtime::Result<()> {
    let message = String::take(message, &store)?;
    let call = store.data_mut();
    call.meter.host_call().map_err(Stop::from)?;
    call.log(Level::Error, &message);
    Ok(())
}
