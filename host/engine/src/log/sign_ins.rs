//! Reads the log of sign-ins that went well.

use super::page::{Names, Rows};
use super::query::{OF_USERS, asked, manages};
use crate::{Result, Work};
use host_core::journal::{Entry, Log, LogRow};
use host_core::object::Key;
use serde_json::{Map, Value, json};

/// A page: `query` is `{"line","user","of","from","to","until","search","start","after","limit","fields"}`, where `of` is
/// `users` or `others`. A row stands for all sign-ins of one line or user on one surface from one network within an
/// hour: `times` of them, the last at `last_at`.
///
/// # Errors
/// `invalid_input` for a malformed query; `not_permitted` below a reseller.
pub async fn sign_ins(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    manages(work)?;
    let asked = asked(work, query, OF_USERS).await?.of(Log::SignIns);
    let limit = asked.limit;
    let page = work.engine().journal().read(work.caller().tenant, asked).await?;
    Rows { page, limit, query, id: |row| row.id }.document(work, about, show).await
}

fn about(row: &LogRow) -> Vec<Key> {
    match &row.entry {
        Entry::SignIn { user, line, .. } => user.map(Key::User).into_iter().chain(line.map(Key::Line)).collect(),
        _ => Vec::new(),
    }
}

fn show(row: &LogRow, names: &Names) -> Value {
    let mut shown = json!(row);
    if let Entry::SignIn { user, line, .. } = &row.entry {
        shown["username"] = json!(names.of(*user).or_else(|| names.of(*line)));
        shown["status"] = json!("success");
    }
    shown
}
