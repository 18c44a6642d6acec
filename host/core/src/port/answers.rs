//! What reads of the storage port answer with, as plain data.

use crate::bouquet::Member;
use crate::document::{Cursor, Document};
use crate::event::Effect;
use crate::object::Object;
use crate::stream::StreamKind;
use crate::time::Unix;
use crate::{BouquetId, LineId, OutboxId, PackageId, UserId};

/// A member of a bouquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BouquetMember {
    /// The bouquet that holds it.
    pub bouquet: BouquetId,
    /// The member.
    pub member: Member,
    /// What it is, when it is a stream.
    pub kind: Option<StreamKind>,
}

/// How many members of a kind a bouquet has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The bouquet.
    pub bouquet: BouquetId,
    /// Of streams of this kind; none for series.
    pub kind: Option<StreamKind>,
    /// How many.
    pub members: u32,
}

/// What something is called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Called {
    /// The user name of a line or a user, the name of a stream.
    pub name: String,
    /// The MAC address, of a line that is a box.
    pub mac: Option<String>,
    /// The word of the delivery type, of a line.
    pub delivery: Option<String>,
}

/// Codes that were sold together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBatch {
    /// The first of them, be it still there or not.
    pub id: LineId,
    /// The package that the first one that is there was last sold under.
    pub package: Option<PackageId>,
    /// Who owns it.
    pub owner: UserId,
    /// When they were made.
    pub created_at: Unix,
    /// How many are still there.
    pub codes: u32,
    /// How many of these were redeemed.
    pub redeemed: u32,
}

/// A page of them, and how many there are.
pub type CodeBatches = (u32, Vec<CodeBatch>);

/// A page of a list, and how many rows there are.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The rows.
    pub rows: Vec<Object>,
    /// Rows in scope that meet the filters, without the search; none where the page was asked for by a cursor.
    pub total: Option<u64>,
    /// Rows that also match the search; likewise.
    pub matching: Option<u64>,
    /// The last row's id when the page is full: what the next page comes behind.
    pub last: Option<u32>,
}

/// What is known of a collection of documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Collection {
    /// How many it has.
    pub documents: u32,
    /// The shape by which they are found, as JSON; empty for one that nothing asked for yet.
    pub shape: String,
}

/// A part of a collection.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// The documents, each with where it stands.
    pub rows: Vec<(Cursor, Document)>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

/// A reply that was given under an idempotency key.
#[derive(Debug, Clone)]
pub struct Replayed {
    /// SHA-256 over action and parameters of the first request.
    pub request: [u8; 32],
    /// Its reply, late values filled in.
    pub reply: Vec<u8>,
}

/// An effect that waits to be performed.
#[derive(Debug, Clone)]
pub struct Waiting {
    /// Its row.
    pub id: OutboxId,
    /// What to do.
    pub effect: Effect,
    /// How often it was tried.
    pub attempts: u32,
}

/// What a look at every invariant of a database found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many invariants were looked at; those of a table count for each table.
    pub checks: u32,
    /// What does not hold. Empty when all is well.
    pub findings: Vec<Finding>,
}

/// One invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which: `ledger sum`, `audit chain`, `foreign key`, …
    pub invariant: &'static str,
    /// What is wrong, with row numbers.
    pub detail: String,
}

/// What is wrong with a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// Its database is not there.
    Missing,
    /// Its database cannot be read: why.
    Damaged(String),
    /// Something that must hold does not: what.
    Broken(String),
    /// It could not be written the last time, and is tried again every second: why.
    Unwritable(String),
}
