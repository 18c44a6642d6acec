//! What a user may be.

use serde::{Deserialize, Serialize};

/// What a user may be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sells lines within their part of the tree.
    Reseller,
    /// Sees and changes everything of the tenant.
    Admin,
}
