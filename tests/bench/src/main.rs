//! What the panel costs: CPU time, as ratios against baselines that are built and measured in the same run. Each
//! subject has a file; the method is the same for all and lies in [`cpu`] and [`report`]. It prints goals beside
//! figures, and never fails for being slow.

mod baseline;
mod builds;
mod children;
mod connections;
mod cpu;
mod dispatch;
mod guests;
mod guide;
mod imports;
mod lists;
mod load;
mod many;
mod mass_edits;
mod memory;
mod movies;
mod native;
mod neighbours;
mod nginx;
mod panel;
mod php;
mod plans;
mod playlist;
mod ready;
mod report;
mod requests;
mod rows;
mod seats;
mod sign_in;
mod tenants;

use clap::{Parser, Subcommand, ValueEnum};
use report::Report;
use std::path::PathBuf;
use std::process::ExitCode;

/// The allocator of the binary `linecard`, for the baselines as well.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Measures what the panel costs, in CPU time, and prints ratios.
///
/// Run it as `cargo run --release -p linecard-bench` on a machine that does nothing else. Every
/// subject builds its baseline in the same run; a ratio is the median over the rounds.
#[derive(Parser)]
#[command(name = "linecard-bench")]
struct Cli {
    /// What to measure; everything when nothing is named.
    subjects: Vec<Subject>,
    /// Rounds of each measurement.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// JSON instead of a table.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    child: Option<Child>,
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Subject {
    /// Sign-in through the plugin against the same action compiled natively.
    SignIn,
    /// Whole requests over 32 connections: sign-in, also against PHP, a page of lines, a new line.
    Requests,
    /// Pages of an admin's lists among a million rows; makes them first, which takes long.
    Rows,
    /// The page of 10,000 connections that run.
    Connections,
    /// An edit of 100,000 lines as a job.
    MassEdits,
    /// One call in this process, on one and on two threads.
    Dispatch,
    /// A list of 20,000 channels, served from what is kept.
    Lists,
    /// The same list, built when nothing is kept.
    Builds,
    /// An m3u_plus playlist of 50,000 entries.
    Playlist,
    /// The guide of 2,000 channels and two weeks.
    Guide,
    /// Taking and leaving a seat.
    Seats,
    /// Durable plans: at the store port, and through HTTP.
    Plans,
    /// Many tenants that write.
    Tenants,
    /// 1,000 tenants with 20 plugins each: the start, memory, and a sign-in among them.
    Many,
    /// A playlist import.
    Imports,
    /// A movie's file, whole and in ranges.
    Movies,
    /// A tenant that signs in while another one is attacked.
    Neighbours,
}

/// What the program starts itself for.
#[derive(Subcommand)]
enum Child {
    /// Serves a panel and prints its address.
    #[command(hide = true)]
    ServePanel {
        /// Its data directory.
        data: PathBuf,
        /// Answers the player's actions by native code.
        #[arg(long)]
        native: bool,
    },
    /// Serves the baselines and prints its address.
    #[command(hide = true)]
    ServeBaseline {
        /// Files that it serves from memory, as `/0`, `/1`, …
        files: Vec<PathBuf>,
    },
    /// Dispatches that often, for counting system calls.
    #[command(hide = true)]
    RepeatDispatch {
        /// The data directory of a panel.
        data: PathBuf,
        /// How often.
        count: u32,
    },
    /// Takes and leaves a seat that often, for counting system calls.
    #[command(hide = true)]
    RepeatSeats {
        /// How often.
        count: u32,
    },
    /// Makes the data directory of a small panel.
    #[command(hide = true)]
    Prepare {
        /// Where.
        data: PathBuf,
    },
    /// Compiles a plugin.
    #[command(hide = true)]
    CompilePlugin {
        /// What the panel says.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("linecard-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.child {
        Some(child) => return start(child),
        None if cfg!(debug_assertions) => {
            anyhow::bail!("this is a debug build, which measures nothing; run it with --release")
        }
        None => {}
    }
    let mut report = Report::new(cli.rounds);
    let wanted = |subject| cli.subjects.is_empty() || cli.subjects.contains(&subject);
    for subject in Subject::value_variants() {
        if !wanted(*subject) {
            continue;
        }
        eprintln!("measuring {subject:?} …");
        match subject {
            Subject::SignIn => sign_in::measure(&mut report)?,
            Subject::Requests => requests::measure(&mut report)?,
            Subject::Rows => rows::measure(&mut report)?,
            Subject::Connections => connections::measure(&mut report)?,
            Subject::MassEdits => mass_edits::measure(&mut report)?,
            Subject::Dispatch => dispatch::measure(&mut report)?,
            Subject::Lists => lists::measure(&mut report)?,
            Subject::Builds => builds::measure(&mut report)?,
            Subject::Playlist => playlist::measure(&mut report)?,
            Subject::Guide => guide::measure(&mut report)?,
            Subject::Seats => seats::measure(&mut report)?,
            Subject::Plans => plans::measure(&mut report)?,
            Subject::Tenants => tenants::measure(&mut report)?,
            Subject::Many => many::measure(&mut report)?,
            Subject::Imports => imports::measure(&mut report)?,
            Subject::Movies => movies::measure(&mut report)?,
            Subject::Neighbours => neighbours::measure(&mut report)?,
        }
    }
    println!("{}", if cli.json { report.json() } else { report.table() });
    Ok(ExitCode::SUCCESS)
}

fn start(child: Child) -> anyhow::Result<ExitCode> {
    match child {
        Child::ServePanel { data, native } => panel::serve(&data, native)?,
        Child::ServeBaseline { files } => baseline::serve(&files)?,
        Child::RepeatDispatch { data, count } => dispatch::repeat(&data, count)?,
        Child::RepeatSeats { count } => seats::repeat(count)?,
        Child::Prepare { data } => drop(panel::prepare(&data, panel::Size { channels: 100, bouquets: 0 })?),
        Child::CompilePlugin { .. } => host_runtime::compile_child()?,
    }
    Ok(ExitCode::SUCCESS)
}
