//! The node that serves the panel: who it is, how busy, and what it can drop or read again. `wit/node/node.wit` says more.

use crate::bindings::linecard::node::node as host;
use crate::{Refusal, read, written};
use serde::{Deserialize, Serialize};

/// Who the node is.
#[derive(Clone, Debug, Deserialize)]
pub struct About {
    /// Its number.
    pub id: u32,
    /// What it is called.
    pub name: String,
    /// Host names that players are sent to.
    pub domains: Vec<String>,
    /// Addresses that other networks reach.
    pub addresses: Vec<String>,
    /// Addresses that its own network reaches.
    pub private_addresses: Vec<String>,
    /// The port for plain connections; 0 is none.
    pub http_port: u16,
    /// The port for encrypted ones; 0 is none.
    pub https_port: u16,
    /// The version of the panel.
    pub version: String,
    /// Running connections of the panel.
    pub connections: u32,
    /// Lines that have some.
    pub lines: u32,
    /// All channels of the panel.
    pub channels: u32,
}

/// How busy its machine is.
#[derive(Clone, Debug, Deserialize)]
pub struct Load {
    /// Percent of all processors.
    pub cpu: f64,
    /// Percent of the memory.
    pub memory: f64,
    /// Percent of the disk that has the data.
    pub disk: f64,
    /// Seconds since it began.
    pub seconds: u64,
    /// Bytes received a second.
    pub received: u64,
    /// Bytes sent a second.
    pub sent: u64,
}

/// Room on a disk, in bytes.
#[derive(Clone, Debug, Deserialize)]
pub struct Space {
    /// What it is for.
    pub name: String,
    /// In all.
    pub total: u64,
    /// Free.
    pub free: u64,
}

/// A process of the node.
#[derive(Clone, Debug, Deserialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its program.
    pub name: String,
    /// Whether it is the node itself, and no child of it.
    pub own: bool,
    /// Percent of one processor since it began.
    pub cpu: f64,
    /// Bytes of memory.
    pub memory: u64,
    /// Seconds since it began.
    pub seconds: u64,
}

/// A certificate that clients are shown.
#[derive(Clone, Debug, Deserialize)]
pub struct Certificate {
    /// The host names that it is for.
    pub domains: Vec<String>,
    /// Who made it.
    pub issuer: String,
    /// Its number, in hexadecimal digits.
    pub serial: String,
    /// From when it is valid, in unix seconds.
    pub begins_at: i64,
    /// Until when.
    pub ends_at: i64,
}

/// What can be dropped, and is made again where it is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Clearing {
    /// Bodies that are kept for lines.
    Bodies,
    /// What is kept of channels for newcomers and slow players.
    Segments,
    /// Files that nothing holds.
    Temporary,
}

/// Who the node is.
pub fn about() -> Result<About, Refusal> {
    read(&host::about()?)
}

/// How busy its machine is.
pub fn load() -> Result<Load, Refusal> {
    read(&host::load()?)
}

/// Room on the disks that it uses.
pub fn spaces() -> Result<Vec<Space>, Refusal> {
    read(&host::spaces()?)
}

/// Its own process and its children.
pub fn processes() -> Result<Vec<Process>, Refusal> {
    read(&host::processes()?)
}

/// The certificates that clients are shown.
pub fn certificates() -> Result<Vec<Certificate>, Refusal> {
    read(&host::certificates()?)
}

/// What of a node changes: what is there.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Change {
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Host names that players are sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domains: Option<Vec<String>>,
}

/// Changes who the node is.
pub fn edit(change: &Change) -> Result<About, Refusal> {
    read(&host::edit(&written(change))?)
}

/// Takes new certificates, lays the routes out anew, and runs the operator's command where there is one: what was done.
pub fn reload() -> Result<Vec<String>, Refusal> {
    #[derive(Deserialize)]
    struct Reloaded {
        applied: Vec<String>,
    }
    Ok(read::<Reloaded>(&host::reload()?)?.applied)
}

/// Drops something at once: how many bytes that were.
pub fn clear(what: Clearing) -> Result<u64, Refusal> {
    #[derive(Deserialize)]
    struct Cleared {
        freed: u64,
    }
    let word = match what {
        Clearing::Bodies => "bodies",
        Clearing::Segments => "segments",
        Clearing::Temporary => "temporary",
    };
    Ok(read::<Cleared>(&host::clear(word)?)?.freed)
}
