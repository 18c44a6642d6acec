//! `linecard key` and `linecard access-code`: what opens the panel surfaces, as `--help` teaches it.

use super::value;
use clap::{Args, Subcommand};
use ipnet::IpNet;

/// `linecard key …`.
#[derive(Subcommand, Debug)]
pub enum Key {
    /// Give a user one more API key; it is shown this once.
    Create(NewKey),
    /// List the API keys of a tenant, without the keys themselves.
    List {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// Only this user's.
        #[arg(long, value_name = "USERNAME")]
        user: Option<String>,
    },
    /// Stop an API key for good.
    Revoke {
        /// Its id, as `key list` shows it.
        id: u32,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
}

/// `linecard key create`.
#[derive(Args, Debug)]
pub struct NewKey {
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Whose key it is.
    #[arg(long, value_name = "USERNAME")]
    pub user: String,
    /// What it is for, in your words.
    #[arg(long)]
    pub name: Option<String>,
    /// Refuse it in query strings and forms: it must come as `Authorization: Bearer KEY`.
    #[arg(long)]
    pub header_only: bool,
    /// Let it change things by GET, as old scripts of these panels do.
    #[arg(long)]
    pub get_writes: bool,
    /// Pass over unknown parameters of a write, as old scripts that post whole forms need it, and name
    /// them in the reply's `ignored`; without this the write is refused.
    #[arg(long)]
    pub compatible: bool,
    /// An address or network (192.0.2.0/24) that callers must come from; may be repeated.
    #[arg(long, value_name = "NET", value_parser = value::network)]
    pub from: Vec<IpNet>,
    /// When it stops: 2030-12-31 (the day begins in UTC) or 2030-12-31T18:00:00Z.
    #[arg(long, value_name = "DATE", value_parser = value::moment)]
    pub expires: Option<i64>,
}

/// `linecard access-code …`.
#[derive(Subcommand, Debug)]
pub enum AccessCode {
    /// Make one more code for a surface.
    Create {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// The surface that it opens: `admin`, `reseller`, or one that a plugin brings.
        #[arg(long)]
        surface: String,
        /// The code itself, 8 to 64 characters of `A-Za-z0-9_-`; default a random one.
        #[arg(long)]
        code: Option<String>,
        /// An address or network (192.0.2.0/24) that callers must come from; may be repeated.
        #[arg(long, value_name = "NET", value_parser = value::network)]
        from: Vec<IpNet>,
    },
    /// List the codes of a tenant.
    List {
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
    /// Say where callers of a code must come from; from elsewhere it is like an unknown path.
    Set {
        /// The code.
        code: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
        /// An address or network (192.0.2.0/24); may be repeated, and replaces what was set.
        #[arg(long, value_name = "NET", value_parser = value::network, required_unless_present = "anywhere")]
        from: Vec<IpNet>,
        /// From everywhere.
        #[arg(long, conflicts_with = "from")]
        anywhere: bool,
    },
    /// Close a code until it is enabled: it is then like an unknown path.
    Disable {
        /// The code.
        code: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
    /// Open a disabled code again.
    Enable {
        /// The code.
        code: String,
        /// The tenant's name.
        #[arg(long)]
        tenant: String,
    },
}
