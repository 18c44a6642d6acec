//! The command line, as `--help` teaches it. Commands to a panel are in [`crate::request`].

use crate::request::Request;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// An IPTV panel whose every API action is a sandboxed plugin.
#[derive(Parser)]
#[command(name = "linecard", version, max_term_width = 110, arg_required_else_help = true)]
#[command(after_help = "Start with `linecard demo`: a whole panel with sample content, in a temporary folder.")]
pub struct Cli {
    /// Folder with all data of the panel.
    #[arg(long, global = true, default_value = "./linecard-data", env = "LINECARD_DATA", value_name = "DIR")]
    pub data: PathBuf,
    /// Configuration file (TOML); without one every setting has its default.
    #[arg(long, global = true, env = "LINECARD_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print stable JSON for scripts instead of tables.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Subcommand)]
pub enum Command {
    /// Run a whole panel with sample content in a temporary folder, and print every login and URL.
    Demo(Demo),
    /// Run the panel.
    Serve(Serve),
    #[allow(missing_docs, reason = "a comment would be the program's own help")]
    #[command(flatten)]
    Request(Request),
    /// Look for what keeps this machine from running a panel.
    Doctor(Doctor),
    /// Check the configuration file.
    #[command(subcommand)]
    Config(Config),
    /// Print what lets a shell complete commands, actions and their parameters.
    Completions(Completions),
    /// Compile one plugin from standard input to standard output (used by the host itself).
    #[command(hide = true)]
    CompilePlugin,
}

/// `linecard demo`.
#[derive(Args)]
pub struct Demo {
    /// Where the panel listens.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Where health and metrics are; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    pub management: SocketAddr,
}

/// `linecard serve`.
#[derive(Args)]
pub struct Serve {
    /// Where the panel listens.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Where health and metrics are.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    pub management: SocketAddr,
    /// Answer panel surfaces on a plain listener that is not loopback. Keys then cross the network in the clear.
    #[arg(long)]
    pub insecure_panel: bool,
}

/// `linecard doctor`.
#[derive(Args)]
pub struct Doctor {
    /// Where the panel is to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Where health and metrics are to be.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    pub management: SocketAddr,
}

/// `linecard config …`.
#[derive(Subcommand)]
pub enum Config {
    /// Read the configuration file and every certificate that it names as `serve` would, and say what is wrong.
    Check,
}

/// `linecard completions`.
///
/// Put `source <(linecard completions bash)` into `~/.bashrc`, or write the text to where your shell looks for
/// completions. It asks the program itself, so that it knows what this version knows.
#[derive(Args)]
pub struct Completions {
    /// The shell.
    pub shell: Shell,
}

/// Shells that can be taught.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say what they are")]
pub enum Shell {
    Bash,
    Elvish,
    Fish,
    Powershell,
    Zsh,
}
