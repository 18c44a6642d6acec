//! What the node tells of its machine.

use super::machine::{machine, told};
use crate::{Result, Work};
use serde_json::{Value, json};

/// `{"cpu","memory","disk","seconds","received","sent"}`: percents, seconds since the machine began, bytes a second.
///
/// # Errors
/// `not_permitted` for all but admins; likewise below.
pub async fn load(work: &mut Work) -> Result<Value> {
    Ok(json!(machine(work)?.load().await.map_err(told)?))
}

/// `[{"name","total","free"}]`, in bytes: of `data`, and of `media` and `temporary` files where these are.
///
/// # Errors
/// As above.
pub async fn spaces(work: &mut Work) -> Result<Value> {
    Ok(json!(machine(work)?.spaces().await.map_err(told)?))
}

/// `[{"pid","name","own","cpu","memory","seconds"}]`: our own process, and then its children.
///
/// # Errors
/// As above.
pub async fn processes(work: &mut Work) -> Result<Value> {
    Ok(json!(machine(work)?.processes().await.map_err(told)?))
}

/// `[{"domains","issuer","serial","begins_at","ends_at"}]`.
///
/// # Errors
/// As above.
pub async fn certificates(work: &mut Work) -> Result<Value> {
    Ok(json!(machine(work)?.certificates().await.map_err(told)?))
}
