//! What a program asks of its surroundings: environment, arguments, exit, clocks, chance, open folders.
//! There is none of it but the call's own time and its share of random bytes.

use super::inert::{Absent, Asked, Inert, Store, counted};
use crate::stop::Stop;
use wasmtime::component::{ComponentType, Lower, Resource};

pub(super) const FUNCTIONS: &[Inert] = &[
    Inert { interface: ENVIRONMENT, name: "get-environment", link: |to, name| to.func_wrap(name, environment) },
    Inert { interface: ENVIRONMENT, name: "get-arguments", link: |to, name| to.func_wrap(name, arguments) },
    Inert { interface: ENVIRONMENT, name: "initial-cwd", link: |to, name| to.func_wrap(name, folder) },
    Inert { interface: EXIT, name: "exit", link: |to, name| to.func_new(name, |_, _, _, _| Err(Asked::Exit.into())) },
    Inert {
        interface: EXIT,
        name: "exit-with-code",
        link: |to, name| to.func_new(name, |_, _, _, _| Err(Asked::Exit.into())),
    },
    Inert { interface: WALL, name: "now", link: |to, name| to.func_wrap(name, now) },
    Inert { interface: WALL, name: "resolution", link: |to, name| to.func_wrap(name, resolution) },
    Inert { interface: MONOTONIC, name: "now", link: |to, name| to.func_wrap(name, nanoseconds) },
    Inert { interface: MONOTONIC, name: "resolution", link: |to, name| to.func_wrap(name, step) },
    Inert { interface: RANDOM, name: "get-random-bytes", link: |to, name| to.func_wrap(name, bytes) },
    Inert { interface: RANDOM, name: "get-random-u64", link: |to, name| to.func_wrap(name, number) },
    Inert { interface: INSECURE, name: "get-insecure-random-bytes", link: |to, name| to.func_wrap(name, bytes) },
    Inert { interface: INSECURE, name: "get-insecure-random-u64", link: |to, name| to.func_wrap(name, number) },
    Inert { interface: SEED, name: "insecure-seed", link: |to, name| to.func_wrap(name, seed) },
    Inert { interface: SEED, name: "get-insecure-seed", link: |to, name| to.func_wrap(name, seed) },
    Inert { interface: PREOPENS, name: "get-directories", link: |to, name| to.func_wrap(name, directories) },
];

const ENVIRONMENT: &str = "wasi:cli/environment";
const EXIT: &str = "wasi:cli/exit";
const WALL: &str = "wasi:clocks/wall-clock";
const MONOTONIC: &str = "wasi:clocks/monotonic-clock";
const RANDOM: &str = "wasi:random/random";
const INSECURE: &str = "wasi:random/insecure";
const SEED: &str = "wasi:random/insecure-seed";
const PREOPENS: &str = "wasi:filesystem/preopens";

/// Both clocks step in seconds, as `linecard:base` does.
const STEP: u64 = 1_000_000_000;

#[derive(Clone, Copy, ComponentType, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

fn environment(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Vec<(String, String)>,)> {
    counted(&mut store).map(|_| (Vec::new(),))
}

fn arguments(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Vec<String>,)> {
    counted(&mut store).map(|_| (Vec::new(),))
}

fn folder(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Option<String>,)> {
    counted(&mut store).map(|_| (None,))
}

/// Open folders with their paths.
type Directories = Vec<(Resource<Absent>, String)>;

fn directories(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Directories,)> {
    counted(&mut store).map(|_| (Vec::new(),))
}

fn seconds(store: &mut Store<'_>) -> wasmtime::Result<u64> {
    Ok(u64::try_from(counted(store)?.work.now().0).unwrap_or_default())
}

fn now(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Datetime,)> {
    Ok((Datetime { seconds: seconds(&mut store)?, nanoseconds: 0 },))
}

fn resolution(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Datetime,)> {
    counted(&mut store).map(|_| (Datetime { seconds: 1, nanoseconds: 0 },))
}

fn nanoseconds(mut store: Store<'_>, (): ()) -> wasmtime::Result<(u64,)> {
    Ok((seconds(&mut store)?.saturating_mul(STEP),))
}

fn step(mut store: Store<'_>, (): ()) -> wasmtime::Result<(u64,)> {
    counted(&mut store).map(|_| (STEP,))
}

fn bytes(mut store: Store<'_>, (count,): (u64,)) -> wasmtime::Result<(Vec<u8>,)> {
    let call = counted(&mut store)?;
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    call.meter.random(count).map_err(Stop::from)?;
    Ok((call.work.random(count),))
}

fn number(store: Store<'_>, (): ()) -> wasmtime::Result<(u64,)> {
    let (bytes,) = bytes(store, (8,))?;
    Ok((bytes.first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk)),))
}

fn seed(store: Store<'_>, (): ()) -> wasmtime::Result<((u64, u64),)> {
    let (bytes,) = bytes(store, (16,))?;
    let half = |half: Option<&[u8; 8]>| half.map_or(0, |chunk| u64::from_le_bytes(*chunk));
    Ok(((half(bytes.first_chunk()), half(bytes.last_chunk())),))
}
