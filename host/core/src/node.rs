//! Nodes: the processes that serve one panel. Today there is one, and what names a node names it.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{Display, Formatter};
use std::num::ParseIntError;
use std::str::FromStr;

/// One process with its data directory. Drawn once for each directory, so it outlives restarts; as text 16 hexadecimal
/// digits, because engines of JavaScript do not know all of its numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub u64);

impl Display for NodeId {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl FromStr for NodeId {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<NodeId, ParseIntError> {
        u64::from_str_radix(text, 16).map(NodeId)
    }
}

impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<NodeId, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Which nodes something is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nodes {
    /// Every one.
    #[default]
    All,
    /// This one alone.
    Node(NodeId),
}

impl Nodes {
    /// Whether it is for this node.
    pub fn include(self, node: NodeId) -> bool {
        match self {
            Nodes::All => true,
            Nodes::Node(one) => one == node,
        }
    }

    pub(crate) fn are_all(&self) -> bool {
        *self == Nodes::All
    }
}
