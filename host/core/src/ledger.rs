//! The double-entry ledger: credits only move, from one account to another. The store applies transfers under
//! their own guard.

use crate::credit::Credits;
use crate::object::Key;
use crate::time::Unix;
use crate::{TransferId, UserId};
use serde::{Deserialize, Serialize};

/// Where credits lie. The sum over all accounts is always zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Account {
    /// The panel itself; the only account that may be below zero.
    System,
    /// A user.
    User(UserId),
}

/// A transfer as it is stored, with what it has left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Entry {
    /// The transfer.
    #[serde(flatten)]
    pub transfer: Transfer,
    /// The giver's balance after it.
    pub from_after: Credits,
    /// The taker's.
    pub to_after: Credits,
}

/// Why credits moved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A line, device or code was bought or extended.
    Purchase,
    /// A sub-reseller was created.
    UserPrice,
    /// Given or taken by hand.
    Adjustment,
    /// The rest of a deleted user's balance.
    Settlement,
    /// What was charged is given back.
    Refund,
    /// A balance that was brought from another panel.
    Opening,
}

/// One movement. Never changed or deleted; a correction is another one.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// Its id: 0 before it is stored, and then what storage gives it.
    pub id: TransferId,
    /// Who gives. A user's balance must cover the amount.
    pub from: Account,
    /// Who gets; never the giver.
    pub to: Account,
    /// Above zero.
    pub amount: Credits,
    /// The transfer that this one takes back, in whole or in part; each is taken back at most once.
    pub reverses: Option<TransferId>,
    /// Why.
    pub reason: Reason,
    /// What was bought, or who was adjusted.
    pub object: Option<Key>,
    /// Who did it; none for the system.
    pub actor: Option<UserId>,
    /// A note for people.
    pub note: String,
    /// When.
    pub at: Unix,
}
