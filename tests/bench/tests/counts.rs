//! What must not happen on hot paths, counted by strace and not timed: no memory system call for a
//! warm dispatch, no system call at all for a seat.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_linecard-bench");

/// Calls that may come from elsewhere in the process: the allocator's growth, a timer's tick.
const SLACK: u64 = 40;
/// Likewise, and those by which two starts differ: plugins are loaded by several threads, which share what one of them
/// has made ready or do not. Some seventy, however many dispatches follow.
const SLACK_OF_STARTS: u64 = 200;

/// System calls of one run, of the watched kind, over all threads.
fn system_calls(watched: &str, arguments: &[&str]) -> u64 {
    let folder = TempDir::new().unwrap();
    let counted = folder.path().join("counted");
    let status = Command::new("strace")
        .args(["-f", "-c", "-e", watched, "-o"])
        .arg(&counted)
        .arg(PROGRAM)
        .args(arguments)
        .status()
        .expect("strace is needed to count system calls; install it");
    assert!(status.success(), "{arguments:?} failed under strace");
    let table = std::fs::read_to_string(counted).unwrap();
    // `100.00  0.000123  1  57  3 total`: the calls are the fourth column. Without calls there is no table.
    let total = table.lines().find(|line| line.trim_end().ends_with("total"));
    total.map_or(0, |line| line.split_whitespace().nth(3).unwrap().parse().unwrap())
}

/// By how much the count grows from a short run to a long one: the least of three tries, because
/// threads that wait for one another on a busy machine add calls that are not of the work.
fn growth(
    watched: &str,
    arguments: impl Fn(&'static str) -> Vec<String>,
    short: &'static str,
    long: &'static str,
) -> u64 {
    let count = |times| {
        let arguments = arguments(times);
        system_calls(watched, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let grown = (0..3).map(|_| {
        let (short, long) = (count(short), count(long));
        long.saturating_sub(short)
    });
    grown.min().unwrap_or_default()
}

fn prepare(data: &Path) {
    let status = Command::new(PROGRAM).arg("prepare").arg(data).status().unwrap();
    assert!(status.success());
}

#[test]
fn a_warm_dispatch_makes_no_memory_system_call() {
    let folder = TempDir::new().unwrap();
    let data = folder.path().join("data");
    prepare(&data);
    let dispatches = |times: &'static str| vec!["repeat-dispatch".into(), data.display().to_string(), times.into()];
    let grown = growth("trace=memory", dispatches, "500", "20500");
    assert!(grown <= SLACK_OF_STARTS, "{grown} memory system calls in 20,000 dispatches");
}

#[test]
fn a_seat_is_taken_and_left_without_a_system_call() {
    let seats = |times: &'static str| vec!["repeat-seats".into(), times.into()];
    let grown = growth("trace=all", seats, "10000", "110000");
    assert!(grown <= SLACK, "{grown} system calls in 100,000 pairs");
}
