//! Standard input, output and error: nothing to read, and what is printed becomes lines of the plugin's log, as
//! far as the call's allowance for it goes. There the panic messages and tracebacks of many languages appear.

use super::inert::{Absent, Inert, Store, counted};
use super::io::{Input, Output};
use super::printed::{Printed, STDERR, STDOUT};
use crate::state::CallState;
use std::sync::Arc;
use wasmtime::component::Resource;

pub(super) const FUNCTIONS: &[Inert] = &[
    Inert { interface: "wasi:cli/stdin", name: "get-stdin", link: |to, name| to.func_wrap(name, stdin) },
    Inert { interface: "wasi:cli/stdout", name: "get-stdout", link: |to, name| to.func_wrap(name, stdout) },
    Inert { interface: "wasi:cli/stderr", name: "get-stderr", link: |to, name| to.func_wrap(name, stderr) },
    Inert {
        interface: "wasi:cli/terminal-stdin",
        name: "get-terminal-stdin",
        link: |to, name| to.func_wrap(name, no_terminal),
    },
    Inert {
        interface: "wasi:cli/terminal-stdout",
        name: "get-terminal-stdout",
        link: |to, name| to.func_wrap(name, no_terminal),
    },
    Inert {
        interface: "wasi:cli/terminal-stderr",
        name: "get-terminal-stderr",
        link: |to, name| to.func_wrap(name, no_terminal),
    },
];

fn stdin(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Resource<Input>,)> {
    counted(&mut store).map(|_| (Resource::new_own(0),))
}

fn stdout(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Resource<Output>,)> {
    counted(&mut store).map(|_| (Resource::new_own(STDOUT),))
}

fn stderr(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Resource<Output>,)> {
    counted(&mut store).map(|_| (Resource::new_own(STDERR),))
}

fn no_terminal(mut store: Store<'_>, (): ()) -> wasmtime::Result<(Option<Resource<Absent>>,)> {
    counted(&mut store).map(|_| (None,))
}

impl CallState {
    /// Takes what a guest wrote to a stream; what is beyond the allowance is dropped.
    pub(super) fn print(&mut self, stream: u32, bytes: &[u8]) {
        let printed = self.printed.get_or_insert_with(|| {
            let request = self.work.caller().request.clone();
            Box::new(Printed { log: Arc::clone(&self.log), request, at: self.work.now(), begun: Default::default() })
        });
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let allowed = match part.ends_with(b"\n") {
                true => self.meter.log_line(part.len()).unwrap_or_default(),
                false => self.meter.log(part.len()),
            };
            printed.take(stream, part.get(..allowed).unwrap_or_default());
        }
    }
}
