//! The top floor: configuration, wiring and commands of the binary `linecard`.
//!
//! Knows all floors and decides nothing that a floor below could decide. It is a library so
//! that whole-panel tests start the very panel that the binary runs.

pub mod cli;
mod command;
mod complete;
pub mod config;
mod content;
pub mod control;
mod demo;
mod descriptors;
mod doctor;
mod feed;
mod guide_feed;
mod inspect;
pub mod logging;
pub mod machine;
mod metrics;
pub mod panel;
mod provider_feed;
pub mod request;
pub mod serve;
mod shipped;
mod signals;
mod view;

/// Answers a shell that asks how a command goes on, and ends the process then. The first thing that a program does.
pub fn complete() {
    complete::answer();
}

/// Runs a parsed command line to its end. An error is one sentence that says what to do.
pub fn run(cli: cli::Cli) -> anyhow::Result<()> {
    command::run(cli)
}
