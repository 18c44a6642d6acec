//! Reads one line.

use super::view;
use crate::{Result, Work};
use host_core::LineId;
use host_core::line::Line;
use serde_json::Value;

/// The line view.
///
/// # Errors
/// `not_found`, also for a line outside the caller's scope.
pub async fn get(work: &mut Work, id: LineId) -> Result<Value> {
    let line: Line = work.get(id).await?;
    view::document(&line, work).await
}
