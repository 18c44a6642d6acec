//! What a change of a guide source means for when it is fetched.

use crate::import::{ask, call_off};
use crate::{Result, Work};
use host_core::Refusal;
use host_core::event::Effect;
use host_core::guide::GuideSource;
use host_core::object::Object;
use host_core::refusal::Code;
use serde_json::{Map, Value};

/// The field that asks for an import now; it is sent and never kept.
const RELOAD: &str = "reload";

/// Takes out of a document whether an import is asked for.
pub(super) fn take(document: &mut Map<String, Value>) -> Result<bool, Refusal> {
    match document.remove(RELOAD) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(reload)) => Ok(reload),
        Some(_) => Err(Refusal::field(Code::InvalidInput, RELOAD, "reload is true or false.")),
    }
}

/// Asks for an import where one is wanted or what is fetched has changed, and calls off what is fetched no more.
///
/// # Errors
/// `invalid_input` where an import is wanted of a source without an address, or that is off.
pub(super) async fn settle(work: &mut Work, before: Option<&Object>, after: &mut Object, reload: bool) -> Result<()> {
    let Object::GuideSource(source) = after else { return Ok(()) };
    let before = match before {
        Some(Object::GuideSource(before)) => Some(before),
        _ => None,
    };
    if !source.is_fetched() {
        if reload {
            let message = "This guide source has no address, or is off; set one, or import a file by command.";
            return Err(Refusal::field(Code::InvalidInput, "id", message).into());
        }
        source.due_at = None;
        let Some(before) = before.filter(|before| before.is_fetched()) else { return Ok(()) };
        call_off(work, before).await?;
    } else if reload || before.is_none_or(|before| !before.is_fetched() || !before.asks_as(source)) {
        ask(work, source).await?;
    } else if before.is_some_and(|before| before.every != source.every || before.at != source.at) {
        let zone = work.engine().settings(work.caller().tenant).await?.timezone.clone();
        let next = source.next(work.now(), work.engine().zones.ahead(&zone, work.now()), 0);
        // After failures it may be due earlier.
        source.due_at = Some(source.due_at.filter(|due| source.failures > 0 && *due < next).unwrap_or(next));
    } else {
        return Ok(());
    }
    work.effect(Effect::ScheduleGuide { source: source.id });
    Ok(())
}

/// Calls off the fetch of a source that goes. Its programmes are dropped by and by.
pub(super) async fn delete(work: &mut Work, source: &GuideSource) -> Result<()> {
    call_off(work, source).await?;
    work.effect(Effect::ScheduleGuide { source: source.id });
    Ok(())
}
