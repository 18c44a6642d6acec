//! The command line, as `--help` teaches it.

mod access;
mod plugin;
mod value;

pub use access::{AccessCode, Key, NewKey};
pub use plugin::Plugin;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::net::SocketAddr;
use std::path::PathBuf;

/// An IPTV panel whose every API action is a sandboxed plugin.
#[derive(Parser, Debug)]
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
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run a whole panel with sample content in a temporary folder, and print every login and URL.
    Demo(Demo),
    /// Run the panel.
    Serve(Serve),
    /// Create and manage tenants: each is one isolated panel.
    #[command(subcommand)]
    Tenant(Tenant),
    /// Create and manage users: admins and resellers.
    #[command(subcommand)]
    User(User),
    /// Create, list and revoke API keys of users.
    #[command(subcommand)]
    Key(Key),
    /// Create, list and change access codes: the first path segments that open a panel surface.
    #[command(subcommand)]
    AccessCode(AccessCode),
    /// Import playlists and guides.
    #[command(subcommand)]
    Import(Import),
    /// Install, grant and look into plugins.
    #[command(subcommand)]
    Plugin(Plugin),
    /// Say why a line would be refused now, check by check, and its last refusals.
    Why(Why),
    /// Look for what keeps this machine from running a panel.
    Doctor(Doctor),
    /// Check the configuration file.
    #[command(subcommand)]
    Config(Config),
    /// Recompute ledger, audit chain and every other invariant of the stored data.
    Verify(Verify),
    /// Compile one plugin from standard input to standard output (used by the host itself).
    #[command(hide = true)]
    CompilePlugin,
}

/// `linecard demo`.
#[derive(Args, Debug)]
pub struct Demo {
    /// Where the panel listens.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Where health and metrics are; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    pub management: SocketAddr,
}

/// `linecard serve`.
#[derive(Args, Debug)]
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
#[derive(Args, Debug)]
pub struct Doctor {
    /// Where the panel is to listen.
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub listen: SocketAddr,
    /// Where health and metrics are to be.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "ADDR")]
    pub management: SocketAddr,
}

/// `linecard config …`.
#[derive(Subcommand, Debug)]
pub enum Config {
    /// Read the configuration file and every certificate that it names as `serve` would, and say what is wrong.
    Check,
}

/// `linecard tenant …`.
#[derive(Subcommand, Debug)]
pub enum Tenant {
    /// Create a tenant with an admin, an API key and access codes; the secrets are shown this once.
    Create {
        /// 1 to 63 of a-z, 0-9 and inner -.
        name: String,
        /// A host name that it answers to; may be repeated. The only tenant answers to any.
        #[arg(long = "host", value_name = "HOST")]
        hosts: Vec<String>,
    },
    /// List all tenants.
    List,
    /// Show a tenant with its settings and quotas.
    Show {
        /// Its name.
        name: String,
    },
    /// Set quotas and settings: `timezone=Europe/Vienna lines=5000`.
    Set {
        /// Its name.
        name: String,
        /// What to set.
        #[arg(required = true, value_name = "KEY=VALUE", value_parser = value::pair)]
        values: Vec<(String, String)>,
    },
    /// Answer nothing for a tenant until it is resumed.
    Suspend {
        /// Its name.
        name: String,
    },
    /// Answer for a suspended tenant again.
    Resume {
        /// Its name.
        name: String,
    },
    /// Delete a tenant and its directory, for good.
    Delete {
        /// Its name.
        name: String,
        /// The name once more, so that no one is deleted by a slip.
        #[arg(long, value_name = "NAME")]
        confirm: String,
    },
}

/// The roles of users.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum RoleName {
    /// Sees and changes everything of the tenant.
    Admin,
    /// Sells lines within their part of the tree.
    Reseller,
}

/// `linecard user …`.
#[derive(Subcommand, Debug)]
pub enum User {
    /// Create a user with a password and an API key; both are shown this once.
    Create {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// What they may be.
        #[arg(long)]
        role: RoleName,
        /// Unique in the tenant.
        #[arg(long)]
        username: String,
        /// The user above them, by name.
        #[arg(long, value_name = "USERNAME")]
        parent: Option<String>,
        /// Their group, by name; default the tenant's first.
        #[arg(long)]
        group: Option<String>,
    },
    /// List the users of a tenant.
    List {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
    /// Give a user a new password and API key, revoking the old ones; both are shown this once.
    Reset {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// Their name.
        username: String,
    },
    /// Stop a user's keys and their subtree's rights.
    Disable {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// Their name.
        username: String,
    },
    /// Let a disabled user's keys and their subtree's rights work again.
    Enable {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// Their name.
        username: String,
    },
}

/// `linecard import …`.
#[derive(Subcommand, Debug)]
pub enum Import {
    /// Import an M3U playlist; running it again updates what it made.
    ///
    /// An entry is a stream of the same source when it has the stream's address. At another
    /// address it still is that stream when both have the same tvg-id (or both have none) and
    /// the same name, when the source has no second such stream and the file no second such
    /// entry, and when the stream's own address is nowhere in the file. Any other entry is added.
    ///
    /// Fields that were edited by hand are kept. What is gone from the file stays, is counted as
    /// missing, and goes with --prune. All streams of the file are put into the bouquet, each
    /// time: to hide one, disable it instead of taking it out.
    ///
    /// When the import is cancelled, because this command or the panel ends, what was imported so
    /// far stays; running it again completes it.
    M3u {
        /// The file, plain or gzip; `-` is not allowed because it is read more than once.
        file: PathBuf,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// Name under which its entries are found again; default the file's name.
        #[arg(long)]
        source: Option<String>,
        /// The bouquet that the file's streams go into, old and new; default the file's name.
        #[arg(long)]
        bouquet: Option<String>,
        /// Delete what this source had before and has no more.
        #[arg(long)]
        prune: bool,
        /// Count what would happen, change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Write what is left out to this file: line, reason and name, a tab between them.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
    /// Import an XMLTV guide; it replaces the last one of its source when it is whole.
    ///
    /// When the import fails or is cancelled, the last good guide stays and what was read of the new one is
    /// dropped; run it again. A second import of the same source is refused while the first runs.
    Xmltv {
        /// The file, plain or gzip.
        file: PathBuf,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// The guide source's name; default the file's name.
        #[arg(long)]
        source: Option<String>,
        /// Count what would happen, change nothing.
        #[arg(long)]
        dry_run: bool,
        /// Write what is left out to this file: line, reason and name, a tab between them.
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
    },
}

/// `linecard why`.
#[derive(Args, Debug)]
pub struct Why {
    /// The line's user name or id.
    pub line: String,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// The address it would come from.
    #[arg(long)]
    pub address: Option<std::net::IpAddr>,
}

/// `linecard verify`.
#[derive(Args, Debug)]
pub struct Verify {
    /// Only this tenant.
    #[arg(long)]
    pub tenant: Option<String>,
}
