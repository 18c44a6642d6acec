//! What an admin's own SQL asks of storage, and what it gets.

use super::StoreError;
use crate::time::Unix;
use crate::{LineId, StreamId};
use serde::Serialize;

/// Most bytes that the text of a query may have.
pub const MAX_QUERY: usize = 64 << 10;

/// One SELECT over the views that stand in the place of tables.
#[derive(Debug, Clone)]
pub struct Select {
    /// The statement.
    pub text: String,
    /// Chance, new for each statement: names that no statement can say are made of it.
    pub chance: [u8; 16],
    /// What time it is, for who asks it in the statement.
    pub now: Unix,
    /// The connections that run: storage does not know them. None where the statement does not name them.
    pub live: Vec<LiveConnection>,
}

/// A connection that runs, as the statement sees it.
#[derive(Debug, Clone, Serialize)]
pub struct LiveConnection {
    /// Its number.
    pub number: i64,
    /// Whose.
    pub line: LineId,
    /// Of what.
    pub stream: StreamId,
    /// With which player.
    pub agent: String,
    /// From where.
    pub address: String,
    /// In which form.
    pub container: &'static str,
    /// When it began.
    pub started_at: Unix,
    /// Bytes sent so far.
    pub bytes: u64,
}

/// What a statement found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selected {
    /// The rows as JSON: a list of objects.
    pub rows: String,
    /// How many they are.
    pub count: u32,
    /// Whether there were more than an answer may have.
    pub truncated: bool,
}

/// Why a statement found nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SelectError {
    /// It is no SELECT over the views, or not a right one: what is wrong with it.
    #[error("{0}")]
    Wrong(String),
    /// It is more work than one may be, or one too many at a time: what to do.
    #[error("{0}")]
    TooMuch(&'static str),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
