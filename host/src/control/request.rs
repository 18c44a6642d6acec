//! What commands ask of a panel, and what it answers: one JSON line each way, with progress lines in between.

use host_core::user::Role;
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::net::IpAddr;
use std::path::PathBuf;

/// One request. Tenants and users are named as people name them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each mirrors the command of the same name in the module `cli`, which documents it")]
pub enum Request {
    TenantCreate { name: String, hosts: Vec<String> },
    TenantList,
    TenantShow { name: String },
    TenantSet { name: String, values: Vec<(String, String)> },
    TenantSuspend { name: String, suspended: bool },
    TenantDelete { name: String },
    UserCreate { tenant: String, role: Role, username: String, parent: Option<String>, group: Option<String> },
    UserList { tenant: String },
    UserReset { tenant: String, username: String },
    UserEnabled { tenant: String, username: String, enabled: bool },
    KeyCreate { tenant: String, user: String, options: Map<String, Value> },
    KeyList { tenant: String, user: Option<String> },
    KeyRevoke { tenant: String, id: u32 },
    AccessCodeCreate { tenant: String, surface: String, code: Option<String>, addresses: Vec<IpNet> },
    AccessCodeList { tenant: String },
    AccessCodeAddresses { tenant: String, code: String, addresses: Vec<IpNet> },
    AccessCodeEnabled { tenant: String, code: String, enabled: bool },
    ImportPlaylist { tenant: String, file: PathBuf, source: String, bouquet: String, prune: bool, dry_run: bool },
    ImportGuide { tenant: String, file: PathBuf, source: String, dry_run: bool },
    PluginList { tenant: String },
    PluginAdd { tenant: String, file: PathBuf },
    PluginRemove { tenant: String, name: String },
    PluginGrant { tenant: String, name: String, digest: Option<String>, what: Vec<String> },
    PluginRevoke { tenant: String, name: String, what: Vec<String> },
    PluginExplain { tenant: String, action: String },
    PluginSettings { tenant: String, name: String, values: Vec<(String, String)> },
    PluginLogs { tenant: String, name: String },
    Why { tenant: String, line: String, address: Option<IpAddr> },
    Verify { tenant: Option<String> },
}

/// One line of an answer.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// How much of the file was read; more lines follow.
    Progress {
        /// Bytes read so far.
        done: u64,
        /// Bytes of the file.
        total: u64,
    },
    /// It is done; the last line. The value is what `--json` prints.
    Done {
        /// The result.
        value: Value,
    },
    /// It was refused or failed; the last line.
    Failed {
        /// One sentence that says what to do.
        message: String,
    },
}
