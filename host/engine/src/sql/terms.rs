//! What the operator allows of an admin's own SQL.

use ipnet::IpNet;

/// What the operator allows of an admin's own SQL.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// There is such a thing.
    pub enabled: bool,
    /// From where it may be asked; empty: from wherever the key may be used.
    pub allow: Vec<IpNet>,
}
