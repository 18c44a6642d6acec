//! Standard input, output and error: nothing to read, and what is printed becomes lines of the plugin's log, as
//! far as the call's allowance for it goes. There the panic messages and tracebacks of many languages appear.

use super::io::{Input, Output};
use super::{Absent, Inert, Store, counted};
use crate::log::{Level, LogLine, Ring, one_line};
use crate::state::CallState;
use host_core::time::Unix;
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

const STDOUT: u32 = 0;
const STDERR: u32 = 1;

/// A line without an end is cut here.
const LONGEST: usize = 4 << 10;

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

/// What one call prints. The lines that it did not end are kept when the call is over.
pub(crate) struct Printed {
    log: Arc<Ring>,
    request: String,
    at: Unix,
    /// Lines that have begun, of standard output and standard error.
    begun: [Vec<u8>; 2],
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

impl Printed {
    fn take(&mut self, stream: u32, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let line = self.line(stream);
            line.extend_from_slice(part);
            if part.ends_with(b"\n") || line.len() >= LONGEST {
                self.end(stream);
            }
        }
    }

    fn line(&mut self, stream: u32) -> &mut Vec<u8> {
        let [out, err] = &mut self.begun;
        if stream == STDOUT { out } else { err }
    }

    fn end(&mut self, stream: u32) {
        let line = std::mem::take(self.line(stream));
        let text = String::from_utf8_lossy(&line);
        let message = one_line(text.trim_end(), text.len());
        if message.is_empty() {
            return;
        }
        let level = if stream == STDOUT { Level::Info } else { Level::Warn };
        self.log.push(LogLine { at: self.at, level, request: self.request.clone(), message });
    }
}

impl Drop for Printed {
    fn drop(&mut self) {
        self.end(STDOUT);
        self.end(STDERR);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_becomes_lines_whatever_its_pieces() {
        let log = Arc::new(Ring::default());
        let mut printed =
            Printed { log: Arc::clone(&log), request: "r".into(), at: Unix(7), begun: Default::default() };
        for (stream, piece) in [(STDOUT, "one\n\ntw"), (STDERR, "bad\r\n"), (STDOUT, "o\nthree"), (STDERR, "end")] {
            printed.take(stream, piece.as_bytes());
        }
        printed.take(STDOUT, &[b'x'; LONGEST]);
        drop(printed);
        let lines = log.lines();
        let said: Vec<_> = lines.iter().map(|line| line.message.get(..5).unwrap_or(&line.message)).collect();
        assert_eq!(said, ["one", "bad", "two", "three", "end"]);
        assert_eq!(
            lines.iter().map(|line| line.level == Level::Warn).collect::<Vec<_>>(),
            [false, true, false, false, true]
        );
    }
}
