//! Deletes a line, ends its connections and gives back what it cost, where the settings say so.

use super::{purchase, refund};
use crate::document::Options;
use crate::record::reference;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::kind::Kind;
use host_core::line::Line;
use host_core::refusal::Code;
use host_core::{LineId, Refusal};
use serde_json::{Map, Value};

/// Deletes a line. Whoever paid for what nobody used gets it back by the setting `refunds`.
///
/// # Errors
/// `not_found`; `not_permitted` when the caller's group may not delete lines.
pub async fn delete(work: &mut Work, id: LineId) -> Result<()> {
    delete_with(work, id, &Map::new()).await
}

/// Likewise; `options` are `{"refund"}`: false gives nothing back, whatever the settings say, and true deletes nothing that
/// they give nothing back for.
///
/// # Errors
/// As of [`delete`].
pub async fn delete_with(work: &mut Work, id: LineId, options: &Map<String, Value>) -> Result<()> {
    let options = Options::checked(options, &[("refund", CallerRole::Reseller)], work.caller().role())?;
    let refund = options.get::<Option<bool>>("refund")?.flatten();
    let seller = purchase::seller(work).await?;
    let line: Line = work.get(id).await?;
    if seller.is_some_and(|seller| !seller.group.delete_lines) {
        return Err(Refusal::new(Code::NotPermitted, "This group may not delete lines.").into());
    }
    reference::let_go(work, Kind::Line.as_str(), id.0).await?;
    refund::refund(work, &line, refund).await?;
    work.delete(&line);
    work.effect(Effect::EndConnections { line: id });
    Ok(())
}
