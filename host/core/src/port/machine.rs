//! The machine that a node runs on, and what its process keeps beside the data.

use super::Pending;
use crate::TenantId;
use crate::time::Unix;
use serde::Serialize;
use std::net::IpAddr;

/// How busy a machine is.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Load {
    /// Percent of all processors.
    pub cpu: f32,
    /// Percent of the memory.
    pub memory: f32,
    /// Percent of the disk that has the data.
    pub disk: f32,
    /// Seconds since the machine began.
    pub seconds: u64,
    /// Bytes that all its networks receive a second.
    pub received: u64,
    /// Bytes that they send.
    pub sent: u64,
}

/// Room on a disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Space {
    /// What it is for: `data`, `media`, `temporary`.
    pub name: &'static str,
    /// Bytes in all.
    pub total: u64,
    /// Bytes that are free for this process.
    pub free: u64,
}

/// A process: our own, or one of its children.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// The name of its program, without what it was called with.
    pub name: String,
    /// Whether it is our own.
    pub own: bool,
    /// Percent of one processor since it began.
    pub cpu: f32,
    /// Bytes of memory.
    pub memory: u64,
    /// Seconds since it began.
    pub seconds: u64,
}

/// A certificate that clients are shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CertificateFacts {
    /// The host names that it is for.
    pub domains: Vec<String>,
    /// Who made it.
    pub issuer: String,
    /// Its number, in hexadecimal digits.
    pub serial: String,
    /// From when it is valid.
    pub begins_at: Unix,
    /// Until when.
    pub ends_at: Unix,
}

/// What can be dropped, and is made again where it is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Clearing {
    /// Bodies that are kept for a tenant's lines.
    Bodies,
    /// What is kept of its channels for newcomers and slow players.
    Segments,
    /// Files that a process left and nothing holds.
    Temporary,
}

impl Clearing {
    /// Each with its word.
    pub const WORDS: [(Clearing, &'static str); 3] =
        [(Clearing::Bodies, "bodies"), (Clearing::Segments, "segments"), (Clearing::Temporary, "temporary")];
}

/// Why something could not be done with the machine: one sentence for its admins.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct MachineError(pub String);

/// The machine, and what its process keeps. What takes long is not done on the thread that asks.
pub trait Machine: Send + Sync + 'static {
    /// How busy it is, not longer ago than a second.
    fn load(&self) -> Pending<'_, Load, MachineError>;
    /// The addresses of its interfaces, but for those that no other machine reaches.
    fn addresses(&self) -> Pending<'_, Vec<IpAddr>, MachineError>;
    /// Room on the disks that this process uses.
    fn spaces(&self) -> Pending<'_, Vec<Space>, MachineError>;
    /// Our own process, and then its children.
    fn processes(&self) -> Pending<'_, Vec<Process>, MachineError>;
    /// The certificates that clients are shown.
    fn certificates(&self) -> Pending<'_, Vec<CertificateFacts>, MachineError>;
    /// Takes new certificates and lays the tenant's routes out anew, and runs the operator's command where there is
    /// one. What was done, by words: `certificates`, `routes`, `command`.
    fn reload(&self, tenant: TenantId) -> Pending<'_, Vec<&'static str>, MachineError>;
    /// Drops something; how many bytes are free now that were not.
    fn clear(&self, tenant: TenantId, what: Clearing) -> Pending<'_, u64, MachineError>;
}
