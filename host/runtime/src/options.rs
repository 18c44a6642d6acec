//! What the runtime is told from outside.

use crate::compile::CompileLimits;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

/// Where things are, and what is allowed.
#[derive(Debug, Clone)]
pub struct Options {
    /// Compiled plugins; made with mode 0700 when it is missing.
    pub cache_dir: PathBuf,
    /// Files of foreign plugins, named by their digest.
    pub plugins_dir: PathBuf,
    /// The tenants' folders: `NAME/plugins/*.wasm` is picked up.
    pub tenants_dir: PathBuf,
    /// How to start a process that calls [`crate::compile_child`]: program and arguments. Empty
    /// compiles in this process, without its limits: for tests and for shipped plugins at build time.
    pub compiler: Vec<OsString>,
    /// The whole environment of that process: names and values.
    pub compiler_environment: Vec<(&'static str, &'static str)>,
    /// What compiling a foreign plugin may use; shipped ones may use more.
    pub compile: CompileLimits,
    /// Bytes that one function of these plugins may have, where the usual 64 KiB are not right.
    pub function_bytes: BTreeMap<String, usize>,
    /// Threads for calls that take longer than a tick; 0 leaves every call on the thread where it began, for
    /// those who step everything by hand.
    pub slow_threads: usize,
    /// Whether foreign plugins are loaded at all.
    pub allow_unsigned: bool,
    /// The plugins that came with the host.
    pub shipped: &'static [Shipped],
}

/// A plugin that came with the host; trusted with what its manifest asks.
#[derive(Debug, Clone, Copy)]
pub struct Shipped {
    /// Its name, for messages.
    pub name: &'static str,
    /// Its file.
    pub bytes: &'static [u8],
}
