//! Events for boxes: messages, restarts, channels to go to.

use crate::bindings::linecard::lines::lines as host;
use crate::{Held, Refusal, written};
use serde::Serialize;

/// What is sent to a box. `wit/lines/lines.wit` says which events there are, and what goes with them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Event {
    /// What the box is told.
    pub event: String,
    /// The text of a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The number of a channel to play.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<u32>,
    /// Whether whoever watches has to confirm a message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_confirm: Option<bool>,
    /// Whether the box starts anew then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reboots: Option<bool>,
}

/// Queues an event for a box; it waits until the box asks.
pub fn send(id: u32, event: &Event) -> Result<Held<()>, Refusal> {
    Ok(Held::new(host::send_event(id, &written(event))?))
}
