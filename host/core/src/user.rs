//! A user: a person who manages, in a tree of resellers below the admins. Sign-in is the engine's, balances are
//! in [`crate::ledger`].

use crate::credit::Credits;
use crate::secret::PasswordHash;
use crate::time::Unix;
use crate::{GroupId, PackageId, UserId, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The deepest tree: an admin's reseller is at depth 1.
pub const MAX_DEPTH: u32 = 5;

/// What a user may be.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Sells lines within their part of the tree.
    Reseller,
    /// Sees and changes everything of the tenant.
    Admin,
}

/// A person who manages. Serialises to the *user view* that plugins read.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// The user above; none for admins and for resellers directly below the panel.
    pub parent: Option<UserId>,
    /// Role.
    pub role: Role,
    /// Rights of a reseller.
    pub group: Option<GroupId>,
    /// Unique in the tenant, compared without case.
    pub username: String,
    /// Argon2id.
    #[serde(skip)]
    pub password: PasswordHash,
    /// Mail address, may be empty.
    pub email: String,
    /// A disabled user's keys and their subtree's rights stop.
    pub enabled: bool,
    /// Host name shown to their customers, may be empty.
    pub reseller_dns: String,
    /// Notes of the users above.
    pub notes: String,
    /// Prices that replace the packages' own, per package.
    pub package_prices: BTreeMap<PackageId, Credits>,
    /// When it was made.
    pub created_at: Unix,
}
