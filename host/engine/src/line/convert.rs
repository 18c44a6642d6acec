//! Makes an ordinary line of a box, and a box of a line.

use super::{delivery, naming, purchase, view};
use crate::document::Options;
use crate::{Result, Work, session};
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::line::{DeliveryType, Line};
use host_core::refusal::Code;
use host_core::session::Holder;
use host_core::{LineId, Refusal};
use serde_json::{Map, Value};

/// Changes what a line is delivered to and keeps its term, bouquets and seats; `options` are `{"to","mac"}`, `to` being
/// `line` unless said. A line that a box becomes signs in by a new user name and password. Connections and sessions of
/// before end. Returns the line view.
///
/// # Errors
/// `not_found`; `invalid_type` for what has a code, and for what is of that type already; `invalid_mac`, `mac_taken`.
pub async fn convert(work: &mut Work, id: LineId, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let options = Options::checked(
        options,
        &[("to", CallerRole::Reseller), ("mac", CallerRole::Reseller)],
        work.caller().role(),
    )?;
    let group = purchase::seller(work).await?.map(|seller| seller.group);
    let before: Line = work.get(id).await?;
    let to = options.get::<DeliveryType>("to")?.unwrap_or_default();
    if to == before.delivery {
        return Err(refuse("It is of that type already.").into());
    }
    if to == DeliveryType::Code || before.delivery == DeliveryType::Code {
        return Err(refuse("What has an activation code stays as it is; its code is what it is known by.").into());
    }
    let mut line = Line { mac: None, lock_device: before.lock_device && to.is_box(), ..before.clone() };
    delivery::begin(work, &mut line, to, &options, delivery::GENERATED).await?;
    if to == DeliveryType::Line {
        line.username = naming::username(work, None, group.as_ref()).await?;
        let password = naming::password(work, None, group.as_ref())?;
        naming::set_password(work, id, &mut line, &password);
    }
    session::end_of(work, Holder::Line(id)).await?;
    work.effect(Effect::EndConnections { line: id });
    work.update(&before, line.clone());
    view::document(&line, work).await
}

fn refuse(message: &'static str) -> Refusal {
    Refusal::field(Code::InvalidType, "to", message)
}
