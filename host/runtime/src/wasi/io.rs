//! Streams and waiting: an input is at its end, an output takes everything, and whatever is waited for has happened. A
//! stream's number alone says where output goes.

use super::inert::{Asked, Inert, Store, counted};
use wasmtime::component::{ComponentType, Lower, Resource};

/// An input stream; there is nothing in it.
pub(super) enum Input {}
/// An output stream; its number says which.
pub(super) enum Output {}
/// Something to wait for; it has happened.
pub(super) enum Pollable {}
/// The reason of a failed operation; nobody gets one, since nothing fails.
pub(super) enum Failure {}

pub(super) const FUNCTIONS: &[Inert] = &[
    Inert { interface: STREAMS, name: "[method]input-stream.read", link: |to, name| to.func_wrap(name, read) },
    Inert { interface: STREAMS, name: "[method]input-stream.blocking-read", link: |to, name| to.func_wrap(name, read) },
    Inert { interface: STREAMS, name: "[method]input-stream.skip", link: |to, name| to.func_wrap(name, skip) },
    Inert { interface: STREAMS, name: "[method]input-stream.blocking-skip", link: |to, name| to.func_wrap(name, skip) },
    Inert {
        interface: STREAMS,
        name: "[method]input-stream.subscribe",
        link: |to, name| to.func_wrap(name, |store, (_,): (Resource<Input>,)| ready(store)),
    },
    Inert { interface: STREAMS, name: "[method]output-stream.check-write", link: |to, name| to.func_wrap(name, room) },
    Inert { interface: STREAMS, name: "[method]output-stream.write", link: |to, name| to.func_wrap(name, write) },
    Inert {
        interface: STREAMS,
        name: "[method]output-stream.blocking-write-and-flush",
        link: |to, name| to.func_wrap(name, write),
    },
    Inert { interface: STREAMS, name: "[method]output-stream.flush", link: |to, name| to.func_wrap(name, flush) },
    Inert {
        interface: STREAMS,
        name: "[method]output-stream.blocking-flush",
        link: |to, name| to.func_wrap(name, flush),
    },
    Inert {
        interface: STREAMS,
        name: "[method]output-stream.subscribe",
        link: |to, name| to.func_wrap(name, |store, (_,): (Resource<Output>,)| ready(store)),
    },
    Inert { interface: POLL, name: "[method]pollable.ready", link: |to, name| to.func_wrap(name, is_ready) },
    Inert { interface: POLL, name: "[method]pollable.block", link: |to, name| to.func_wrap(name, block) },
    Inert { interface: POLL, name: "poll", link: |to, name| to.func_wrap(name, poll) },
    Inert {
        interface: CLOCK,
        name: "subscribe-instant",
        link: |to, name| to.func_wrap(name, |store, (_,): (u64,)| ready(store)),
    },
    Inert {
        interface: CLOCK,
        name: "subscribe-duration",
        link: |to, name| to.func_wrap(name, |store, (_,): (u64,)| ready(store)),
    },
];

const STREAMS: &str = "wasi:io/streams";
const POLL: &str = "wasi:io/poll";
const CLOCK: &str = "wasi:clocks/monotonic-clock";

/// How much an output takes at once.
const ROOM: u64 = 64 << 10;

#[derive(ComponentType, Lower)]
#[component(variant)]
#[expect(dead_code, reason = "only an end is ever told")]
enum StreamError {
    #[component(name = "last-operation-failed")]
    Failed(Resource<Failure>),
    #[component(name = "closed")]
    Closed,
}

type Told<T> = wasmtime::Result<(Result<T, StreamError>,)>;

fn read(mut store: Store<'_>, (_, _): (Resource<Input>, u64)) -> Told<Vec<u8>> {
    counted(&mut store).map(|_| (Err(StreamError::Closed),))
}

fn skip(mut store: Store<'_>, (_, _): (Resource<Input>, u64)) -> Told<u64> {
    counted(&mut store).map(|_| (Err(StreamError::Closed),))
}

fn room(mut store: Store<'_>, (_,): (Resource<Output>,)) -> Told<u64> {
    counted(&mut store).map(|_| (Ok(ROOM),))
}

fn write(mut store: Store<'_>, (stream, bytes): (Resource<Output>, Vec<u8>)) -> Told<()> {
    counted(&mut store)?.print(stream.rep(), &bytes);
    Ok((Ok(()),))
}

fn flush(mut store: Store<'_>, (_,): (Resource<Output>,)) -> Told<()> {
    counted(&mut store).map(|_| (Ok(()),))
}

fn ready(mut store: Store<'_>) -> wasmtime::Result<(Resource<Pollable>,)> {
    counted(&mut store).map(|_| (Resource::new_own(0),))
}

fn is_ready(mut store: Store<'_>, (_,): (Resource<Pollable>,)) -> wasmtime::Result<(bool,)> {
    counted(&mut store).map(|_| (true,))
}

fn block(mut store: Store<'_>, (_,): (Resource<Pollable>,)) -> wasmtime::Result<()> {
    counted(&mut store).map(|_| ())
}

fn poll(mut store: Store<'_>, (waited,): (Vec<Resource<Pollable>>,)) -> wasmtime::Result<(Vec<u32>,)> {
    counted(&mut store)?;
    if waited.is_empty() {
        return Err(Asked::NoPollable.into());
    }
    Ok(((0_u32..).zip(&waited).map(|(at, _)| at).collect(),))
}
