//! Compiling in a child process: the real child, its limits and its end. This binary is its own compile child, so it
//! has no test harness.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_runtime::{CompileError, LoadError, Runtime, StartError};
use std::ffi::OsString;
use support::guest::{Guest, REPLY};
use support::panel::{engine, options};

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("child") => child(),
        Some("report") => report(),
        Some("--list") => println!("compile: test"),
        _ => {
            a_child_compiles_a_plugin();
            a_child_limits_itself_before_it_reads();
            println!("test result: ok. 2 passed");
        }
    }
}

fn child() {
    if let Err(error) = host_runtime::compile_child() {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

/// Compiles, then fails with its limits as last words.
fn report() {
    host_runtime::compile_child().unwrap();
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    for limit in ["Max address space", "Max cpu time", "Max core file size"] {
        let line = limits.lines().find_map(|line| line.strip_prefix(limit)).unwrap();
        eprintln!("{limit}: {};", line.split_whitespace().next().unwrap());
    }
    std::process::exit(1);
}

fn start(word: &str) -> Result<(), StartError> {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, vec![Guest::answering(REPLY).file()]);
    options.compiler = vec![OsString::from(std::env::current_exe().unwrap()), word.into()];
    Runtime::new(engine(&folder), options).map(|_| ())
}

fn a_child_compiles_a_plugin() {
    start("child").unwrap();
}

fn a_child_limits_itself_before_it_reads() {
    let Err(StartError::Shipped(_, LoadError::Compile(CompileError::Failed(words)))) = start("report") else {
        panic!("the child was to fail");
    };
    // More than a foreign plugin has: without this one there is no panel, however slow the machine is.
    for limit in ["Max address space: 2147483648;", "Max cpu time: 600;", "Max core file size: 0;"] {
        assert!(words.contains(limit), "{words}");
    }
}
