//! Where the token of a late value may stand: as a whole JSON string of a reply's data, and nowhere else.

use crate::error::{Error, Result};
use host_core::late::places;
use host_core::object::Object;
use host_core::plan::{Change, Late, Plan};
use host_core::secret::Secret;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::collections::HashMap;

/// Refuses a plan with a token in what it would write, and a reply with one anywhere but as a
/// whole JSON string of its data. It is asked before the commit: afterwards a text that the
/// values cannot be filled into would be told as a failure though everything was done.
/// `password` opens the password of a line that the plan writes.
pub(crate) fn check(plan: &Plan, reply: &[u8], password: impl Fn(&Object) -> Option<Secret>) -> Result<()> {
    if plan.late.is_empty() {
        return Ok(());
    }
    check_reply(reply, &plan.late)?;
    let texts: Vec<Secret> = plan.changes.iter().map(|change| text(change, &password)).collect();
    if texts.iter().any(|text| places(text.reveal(), &plan.late).next().is_some()) {
        return Err(Error::Invalid("a late value's token stands in something that would be stored".into()));
    }
    // Audit rows are filled as replies are; only the engine writes them.
    let rows = plan.audit.iter().flat_map(|entry| [entry.before.to_string(), entry.after.to_string()]);
    rows.into_iter().try_for_each(|row| check_text(&row, &plan.late))
}

/// The texts of a change that a caller can choose.
fn text(change: &Change, password: impl Fn(&Object) -> Option<Secret>) -> Secret {
    Secret::new(match change {
        Change::Insert(object) | Change::Update(object) => {
            let secret = password(object).unwrap_or_default();
            format!("{} {}", object.document(), secret.reveal())
        }
        Change::Transfer(transfer) => transfer.note.clone(),
        Change::Guide(_, _, channels, programmes) => serde_json::to_string(&(channels, programmes)).unwrap_or_default(),
        Change::Delete(..)
        | Change::SetMembers(..)
        | Change::AddMembers(..)
        | Change::RemoveMembers(..)
        | Change::PlaceMembers(..)
        | Change::Set(_)
        | Change::UseTrial(..)
        | Change::TakeIds(..)
        | Change::PruneGuide(..)
        | Change::SweepSessions(..)
        | Change::SweepBoxEvents(..)
        | Change::See(_)
        | Change::Reshape(_)
        | Change::Settle(..)
        | Change::Unfinished(_)
        | Change::Finished(_) => String::new(),
    })
}

fn check_reply(reply: &[u8], late: &[Late]) -> Result<()> {
    let text = &*String::from_utf8_lossy(reply);
    if places(text, late).next().is_none() {
        return Ok(());
    }
    // The envelope beside the data: its texts are sent as they are.
    let headers = serde_json::from_str::<HashMap<String, &RawValue>>(text).ok();
    let headers = headers.and_then(|fields| fields.get("headers").copied()).map_or("", RawValue::get);
    if places(headers, late).next().is_some() {
        return Err(misplaced());
    }
    check_text(text, late)
}

/// Refuses a JSON text with a token that is not a whole string value of it.
fn check_text(text: &str, late: &[Late]) -> Result<()> {
    let mut found = false;
    for (at, which) in places(text, late) {
        found = true;
        if !is_value(text, at, late.get(which).map_or(0, |late| late.token.len())) {
            return Err(misplaced());
        }
    }
    if found && serde_json::from_str::<IgnoredAny>(text).is_err() { Err(misplaced()) } else { Ok(()) }
}

/// Whether what stands there in a JSON text is a whole string, and no key. A quote that closes
/// has no token behind it, and one that opens no backslash before it.
fn is_value(text: &str, at: usize, length: usize) -> bool {
    let (before, behind) = (text.get(..at).unwrap_or_default(), text.get(at + length..).unwrap_or_default());
    before.strip_suffix('"').is_some_and(|before| !before.ends_with('\\'))
        && behind.strip_prefix('"').is_some_and(|behind| !behind.trim_start().starts_with(':'))
}

fn misplaced() -> Error {
    Error::Invalid("a late value's token is no whole JSON string of the reply's data".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::late::fill_reply;
    use host_core::plan::LateValue;

    fn late() -> Vec<Late> {
        vec![Late { token: "late-00ff".into(), value: LateValue::AuditHash }]
    }

    #[test]
    fn a_token_is_taken_where_it_is_a_whole_string_of_the_data() {
        for reply in [
            r#"{"data":{"after":"late-00ff","list":["late-00ff" , "late-00ff"]}}"#,
            r#"{"data":"late-00ff"}"#,
            r#"["late-00ff"]"#,
            r#"{"data":{"text":"nothing of it"},"headers":{"x":"y"}}"#,
            "",
        ] {
            assert!(check_reply(reply.as_bytes(), &late()).is_ok(), "{reply}");
            let filled = fill_reply(reply.into(), &late(), &["485.00".into()]);
            assert!(reply.is_empty() || serde_json::from_slice::<IgnoredAny>(&filled).is_ok(), "{reply}");
        }
    }

    #[test]
    fn a_token_is_refused_wherever_its_value_would_break_or_leave_the_data() {
        for reply in [
            r#"{"data":{"late-00ff":1}}"#,
            r#"{"data":{"late-00ff" : 1}}"#,
            r#"{"data":{"late-00ff":1},"data":2}"#,
            r#"{"data":{"a":{"late-00ff":1},"a":2}}"#,
            r#"{"data":{"a":"now late-00ff"}}"#,
            r#"{"data":{"a":"\"late-00ff\""}}"#,
            r#"{"data":{"a":"\"late-00ff"}}"#,
            r#"{"data":{"a":"late\u002d00ff","late-00ff":1}}"#,
            r#"{"data":{},"headers":{"x":"late-00ff"}}"#,
            r#"{"data":{},"headers":{"late-00ff":"x"}}"#,
            r#"{"data":"late-00ff""#,
            "late-00ff",
        ] {
            assert!(check_reply(reply.as_bytes(), &late()).is_err(), "{reply}");
        }
    }
}
