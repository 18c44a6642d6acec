//! Completion of command lines: the shell asks the program, which knows its own commands. What else arguments may be,
//! `host/src/request/candidates.rs` knows.

use crate::cli::{Cli, Shell};
use anyhow::Context;
use clap::{CommandFactory, ValueEnum};
use clap_complete::env::{CompleteEnv, Shells};

/// The variable by which a shell says that it asks, and which shell it is.
const ASKED_BY: &str = "COMPLETE";
const PROGRAM: &str = "linecard";

/// Answers a shell that asks, and ends the process then.
pub(crate) fn answer() {
    CompleteEnv::with_factory(Cli::command).var(ASKED_BY).bin(PROGRAM).complete();
}

/// Prints what makes a shell ask.
pub(crate) fn register(shell: Shell) -> anyhow::Result<()> {
    let name = shell.to_possible_value().context("the shell has no name")?;
    let shells = Shells::builtins();
    let shell = shells.completer(name.get_name()).context("nothing completes in this shell")?;
    Ok(shell.write_registration(ASKED_BY, PROGRAM, PROGRAM, PROGRAM, &mut std::io::stdout())?)
}
