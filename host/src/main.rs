//! The binary `linecard`: parses the command line, runs it, and says how it ended.

use clap::Parser;
use std::process::ExitCode;

/// A request takes some dozens of small pieces of memory, on one thread and back on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    linecard::complete();
    let cli = match linecard::cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            // `--help` and `--version` are not mistakes; everything else is wrong usage.
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
        }
    };
    match linecard::run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linecard: {error:#}");
            ExitCode::from(1)
        }
    }
}
