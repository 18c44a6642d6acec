//! The binary `linecard`, built beside the tests so that they can start, kill and restart it.

use clap::Parser;

fn main() -> std::process::ExitCode {
    linecard::complete();
    match linecard::run(linecard::cli::Cli::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("linecard: {error:#}");
            std::process::ExitCode::from(1)
        }
    }
}
