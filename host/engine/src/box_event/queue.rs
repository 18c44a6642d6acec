//! Queues an event for a box.

use crate::document::Options;
use crate::{Result, Work};
use host_core::box_event::{BoxCommand, BoxEvent, BoxEventState};
use host_core::caller::{CallerRole, Scope};
use host_core::kind::Kind;
use host_core::line::{DeliveryType, Line};
use host_core::plan::Change;
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::{BoxEventId, LineId, Refusal, Version};
use serde_json::{Map, Value, json};

/// Events that wait for one box: a script that runs wild fills no database, and no box gets them all at once.
const MOST_OPEN: u64 = 100;
/// Most characters of a text.
const LONGEST: usize = 2_000;
/// Old events that go with a new one.
const SWEPT: u32 = 100;
const DAY: i64 = 24 * 60 * 60;

/// Queues an event for a box with a MAG portal, and returns it. `options` are `{"event","message","channel",
/// "needs_confirm","reboots"}`: a text goes with `send_msg` alone, which has to be confirmed unless that is said, and a
/// channel with what plays one. Events that are older than the setting says go with it.
///
/// # Errors
/// `not_found` for what is no such box of the caller's; `invalid_input` by the field; `quota_exceeded` where too many wait.
pub async fn queue(work: &mut Work, line: LineId, options: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let fields = ["event", "message", "channel", "needs_confirm", "reboots"].map(|name| (name, CallerRole::Reseller));
    let options = Options::checked(options, &fields, work.caller().role())?;
    let command = command(options.text("event")?.as_deref())?;
    let message = message(command, options.text("message")?, options.get::<Option<u32>>("channel")?.flatten())?;
    let (needs_confirm, reboots) = manner(command, &options)?;
    let line: Line = work.get(line).await?;
    if line.delivery != DeliveryType::Mag {
        return Err(Refusal::not_found(Kind::Line.as_str()).into());
    }
    let open = Query { filters: vec![Filter::Open(line.id)], limit: 1, ..Query::all(Kind::BoxEvent, Scope::Tenant) };
    if work.list(open).await?.total.unwrap_or_default() >= MOST_OPEN {
        let message = format!("{MOST_OPEN} events wait for this box already; it has to ask for them first.");
        return Err(Refusal::new(Code::QuotaExceeded, message).into());
    }
    let days = work.engine().settings(work.caller().tenant).await?.box_event_days;
    let event = BoxEvent {
        id: BoxEventId(work.next_id(Kind::BoxEvent).await?),
        version: Version(0),
        at: work.now(),
        line: line.id,
        owner: line.owner,
        event: command,
        message,
        needs_confirm,
        reboots,
        state: BoxEventState::Waiting,
        sent_at: None,
        confirmed_at: None,
    };
    let before = work.now().plus(-i64::from(days) * DAY);
    work.change(Change::SweepBoxEvents(before, SWEPT));
    work.insert(event.clone());
    let mut shown = json!(event);
    shown["mac"] = json!(line.mac);
    shown["username"] = json!(line.username);
    Ok(shown)
}

fn command(word: Option<&str>) -> Result<BoxCommand> {
    let command = word.and_then(BoxCommand::of_word);
    let known = || {
        let words = BoxCommand::WORDS.map(|(_, word)| word).join(", ");
        Refusal::field(Code::InvalidInput, "event", format!("One of {words}."))
    };
    Ok(command.ok_or_else(known)?)
}

/// What goes with the command.
fn message(command: BoxCommand, text: Option<String>, channel: Option<u32>) -> Result<String> {
    let refuse = |field, message: String| Err(Refusal::field(Code::InvalidInput, field, message).into());
    match (command, text, channel) {
        (BoxCommand::SendMsg, Some(text), None) if text.chars().count() <= LONGEST => Ok(text),
        (BoxCommand::SendMsg, _, None) => refuse("message", format!("1 to {LONGEST} characters.")),
        (command, None, Some(channel)) if command.is_about_a_channel() && channel > 0 => Ok(channel.to_string()),
        (command, None, _) if command.is_about_a_channel() => {
            refuse("channel", "The number of the channel, from 1 on.".to_owned())
        }
        (_, _, Some(_)) => refuse("channel", "Only play_channel and play_radio_channel have one.".to_owned()),
        (_, Some(_), _) => refuse("message", "Only send_msg has a text.".to_owned()),
        (_, None, None) => Ok(String::new()),
    }
}

/// Whether it has to be confirmed, and whether the box starts anew then.
fn manner(command: BoxCommand, options: &Options<'_>) -> Result<(bool, bool)> {
    let flag = |name| Ok::<_, crate::Error>(options.get::<Option<bool>>(name)?.flatten());
    let (confirm, reboots) = (flag("needs_confirm")?, flag("reboots")?);
    if command == BoxCommand::SendMsg {
        let reboots = reboots.unwrap_or(false);
        // A box that starts anew does so after the confirmation.
        return Ok((confirm.unwrap_or(true) || reboots, reboots));
    }
    for (field, is_set) in [("needs_confirm", confirm), ("reboots", reboots)] {
        if is_set == Some(true) {
            return Err(Refusal::field(Code::InvalidInput, field, "Only send_msg is confirmed.").into());
        }
    }
    Ok((false, false))
}
