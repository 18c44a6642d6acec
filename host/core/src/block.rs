//! Block lists of a tenant: addresses, user agents and network operators that are turned away.

use crate::time::Unix;
use crate::{BlockId, Version};
use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// What an entry looks at.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "value")]
pub enum Blocked {
    /// An address or network.
    Address(IpNet),
    /// A user agent that contains this text, case-insensitive.
    Agent(String),
    /// A network operator, by its name in the MaxMind database, case-insensitive.
    Isp(String),
}

/// One entry of a block list. Serialises to the `block` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Block {
    /// Its id.
    #[serde(default = "no_id")]
    pub id: BlockId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// What it blocks.
    #[serde(flatten)]
    pub blocked: Blocked,
    /// Why, in the operator's words.
    #[serde(default)]
    pub note: String,
    /// When it was made.
    #[serde(default)]
    pub created_at: Unix,
}

fn no_id() -> BlockId {
    BlockId(0)
}

impl Blocked {
    /// Whether a visitor meets this entry.
    pub fn hits(&self, address: IpAddr, agent: &str, isp: Option<&str>) -> bool {
        match self {
            Blocked::Address(net) => net.contains(&address),
            Blocked::Agent(text) => agent.to_lowercase().contains(&text.to_lowercase()),
            Blocked::Isp(name) => isp.is_some_and(|isp| isp.eq_ignore_ascii_case(name)),
        }
    }
}
