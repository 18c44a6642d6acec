//! Writes over many rows, each of them one change.

use crate::document::Shape;
use crate::time::Unix;
use crate::{BouquetId, DocumentId, GuideSourceId, UserId};

/// One write over many rows: what is to happen, and how many rows that must be.
#[derive(Clone, PartialEq, Debug)]
pub struct SetChange {
    /// What happens to which rows.
    pub what: SetKind,
    /// How many rows it must touch; another number is a conflict. None takes any number.
    pub expected: Option<u32>,
}

/// The set changes there are. Each is a statement or two in the store, and none for each row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum SetKind {
    /// Lines of one owner get another (a deleted user's).
    MoveLines(UserId, UserId),
    /// Users below one parent get another.
    MoveUsers(UserId, Option<UserId>),
    /// Keys of a user are revoked.
    RevokeKeys(UserId),
    /// Streams of an import source that were not seen since a time are marked missing.
    MarkMissing(String, Unix),
    /// Streams of an import source that are marked missing are deleted.
    PruneMissing(String),
    /// A bouquet leaves all lines and packages that hold it.
    ForgetBouquet(BouquetId),
    /// Streams that prefer a guide source prefer none.
    ForgetGuideSource(GuideSourceId),
    /// A transcode profile leaves all streams that have it.
    ForgetProfile(DocumentId),
}

/// A collection gets another shape: all its documents stand by it then, or nothing has changed.
#[derive(Clone, PartialEq, Debug)]
pub struct Reshape {
    /// Which collection.
    pub collection: String,
    /// The shape.
    pub shape: Shape,
}

/// Most documents that a collection may have when it gets another shape: they hold the writer meanwhile.
pub const MAX_RESHAPED: u32 = 20_000;
