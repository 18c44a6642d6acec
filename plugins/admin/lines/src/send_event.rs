//! Queues an event for a box.

use crate::parameters::SendEvent;
use linecard_sdk::box_events::{self, Event};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn send_event(call: Call<SendEvent>) -> Result<Reply, Refusal> {
    let SendEvent { id, r#type, message, channel, need_confirm, reboot_portal } = call.parameters;
    let event = Event { event: r#type, message, channel, needs_confirm: need_confirm, reboots: reboot_portal };
    reply::held(box_events::send(id, &event)?)
}
