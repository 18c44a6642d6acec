//! What goes wrong behind a port that stores.

/// What went wrong in storage. Ours, never the caller's.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// Stored data makes no sense: which table, column and row.
    #[error("the database is damaged: table {table}, column {column}, row {row}: {reason}")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: i64,
        /// What is wrong with it.
        reason: String,
    },
    /// The database could not be read or written.
    #[error("the database failed: {0}")]
    Failed(String),
    /// A commit failed, and so did what was to undo it for good: whether the plan was done shows
    /// when storage works again. Whoever asked must look before asking again.
    #[error("the database failed, and whether this was done is not known before it works again: {0}")]
    Unknown(String),
    /// The database file is not what it should be.
    #[error("the database is damaged: {0}; restore it from a backup")]
    Damaged(String),
    /// No such tenant, or its database is not there.
    #[error("there is no database for this tenant")]
    NoDatabase,
    /// A queue is full, of writes or of long reads, or the store is shutting down; try again.
    #[error("the database is too busy")]
    Busy,
    /// A long read took longer than reads may. It may be answered later, or when it asks for less.
    #[error("the read took too long")]
    TooLong,
}

impl StoreError {
    /// Whether nothing is wrong but the load, so that the same may succeed a little later.
    pub fn is_passing(&self) -> bool {
        matches!(self, StoreError::Busy | StoreError::TooLong)
    }
}
