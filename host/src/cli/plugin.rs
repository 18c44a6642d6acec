//! `linecard plugin`: what an operator does with plugins, as `--help` teaches it.

use super::value;
use clap::Subcommand;
use std::path::PathBuf;

/// `linecard plugin …`.
#[derive(Subcommand, Debug)]
pub enum Plugin {
    /// List a tenant's plugins with their state.
    List {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
    /// Install a plugin file for a tenant; it waits for its grant.
    Add {
        /// The packed `.wasm` file.
        file: PathBuf,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
    /// Take a plugin out.
    Remove {
        /// Its name.
        name: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
    /// Give a plugin what it asks for, or only what is named of it.
    ///
    /// A version that came through the drop folder is granted as a whole only by its digest, so that
    /// what you have looked at is what you grant. Pages that run in a browser, `html:SURFACE`, are
    /// granted by name alone.
    Grant {
        /// Its name.
        name: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// The version that is meant: its digest as `plugin list` shows it, or how it begins.
        #[arg(long, value_name = "HEX")]
        digest: Option<String>,
        /// `linecard:lines/lines.sell`, `records:stream:read`, `route:player/account`,
        /// `mount:/x/welcome/hello` or `budget:job`; none grants all it asks for.
        #[arg(value_name = "WHAT")]
        what: Vec<String>,
    },
    /// Take granted functions or limits back; none takes all.
    Revoke {
        /// Its name.
        name: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// What to take back, written as for `grant`.
        #[arg(value_name = "WHAT")]
        what: Vec<String>,
    },
    /// Print which plugin answers an action, with version and grant.
    Explain {
        /// `reseller/create_line`.
        #[arg(value_name = "SURFACE/ACTION", value_parser = value::action)]
        action: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
    /// Print what a plugin file describes and asks for, without loading it.
    Inspect {
        /// The packed `.wasm` file, or the name of a shipped plugin.
        file: PathBuf,
    },
    /// Print a tenant's settings for a plugin, or set some: `greeting=Hello`, `greeting=null` to unset.
    ///
    /// A value is JSON where it reads as JSON, otherwise text. The plugin gets all of them with each
    /// call; which there are, its author says. Do not put secrets there: the audit shows them.
    Settings {
        /// Its name.
        name: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// What to set; none prints what is set.
        #[arg(value_name = "KEY=VALUE", value_parser = value::pair)]
        values: Vec<(String, String)>,
    },
    /// Print the last log lines of a plugin in a running panel.
    Logs {
        /// Its name.
        name: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
}
