//! What a guest answered, checked: everything in it is untrusted.

#[cfg(test)]
mod tests;

use crate::guest::{GuestContent, GuestRefusal, GuestReply};
use crate::held::{Held, HeldAnswers, NotWritten, WrittenRows};
use crate::limits::{REPLY_BYTES, Spent};
use host_core::Refusal;
use host_core::action::{
    Action, ActionKind, Columns, Ending, Mismatch, NoEnding, NoRow, OutcomeKind, SaidEnding, Shape,
};
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use serde::{Deserialize, Serialize};
use serde_json::Map;
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Headers that a plugin may set on a body; others are dropped.
const HEADERS: &[&str] =
    &["cache-control", "content-description", "content-disposition", "content-language", "expires", "pragma"];
const MAX_HEADER: usize = 1_024;
const MAX_MESSAGE: usize = 1_024;

/// What is kept of a write's reply, to be told again under its idempotency key and where late values are filled in.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KeptReply<'d> {
    #[serde(borrow)]
    data: Option<&'d RawValue>,
    total: Option<u64>,
    matching: Option<u64>,
    outcome: Option<OutcomeKind>,
    location: Option<String>,
    cursor: Option<String>,
}

/// Who a reply is for: what of it is seen depends on them.
pub(crate) struct Audience {
    pub(crate) action: Arc<Action>,
    pub(crate) role: CallerRole,
    pub(crate) columns: Columns,
    /// What it was called with: the place of a made thing may be named by it.
    pub(crate) parameters: Map<String, serde_json::Value>,
}

/// A reply that is what its description says, as its caller sees it.
#[derive(Debug)]
pub(crate) struct Checked {
    /// JSON; `null` beside a body.
    pub(crate) data: String,
    pub(crate) total: Option<u64>,
    pub(crate) matching: Option<u64>,
    /// What came of the call besides.
    pub(crate) ending: Ending,
    /// Of a body.
    pub(crate) headers: BTreeMap<String, String>,
    /// Of a write: what is kept of it.
    pub(crate) kept: Option<String>,
}

/// Why a guest's answer is not passed on: the plugin's fault. It goes into logs, so it never
/// quotes: a guest can put all that it was told into any text, a password too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lie {
    #[error(transparent)]
    Spent(#[from] Spent),
    #[error("the data of its reply is no JSON: {what} in byte {column} of line {line}")]
    Malformed { what: &'static str, line: usize, column: usize },
    #[error("{0}")]
    Shape(String),
    #[error(transparent)]
    Ending(#[from] NoEnding),
    #[error("it names the rows number {0} in its reply, which the host does not hold for it")]
    NotHeld(u32),
    #[error("it says totals in its reply beside a body, or beside held rows, which have their own")]
    TotalsAndNoData,
    #[error("it says how the call ended beside a body")]
    BodyAndEnding,
    /// Not its fault.
    #[error(transparent)]
    NoRow(NoRow),
    #[error("it answered with a body that it never wrote")]
    NoBody,
    #[error("it wrote a body and answered with data")]
    BodyAndData,
    #[error("it set {0} to a value that no header can have")]
    Header(&'static str),
    #[error("it refused with a code of {0} bytes that its description does not list")]
    Code(usize),
}

impl From<serde_json::Error> for Lie {
    fn from(error: serde_json::Error) -> Lie {
        let what = match error.classify() {
            Category::Data => "a field that does not belong there or has the wrong type",
            Category::Eof => "its end",
            Category::Syntax | Category::Io => "no JSON",
        };
        Lie::Malformed { what, line: error.line(), column: error.column() }
    }
}

impl From<Mismatch> for Lie {
    fn from(mismatch: Mismatch) -> Lie {
        Lie::Shape(match &mismatch {
            Mismatch::Shape(..) => mismatch.to_string(),
            Mismatch::Row(error) => format!("{mismatch}, and is none in byte {}", error.column()),
        })
    }
}

impl From<NotWritten> for Lie {
    fn from(not_written: NotWritten) -> Lie {
        match not_written {
            NotWritten::Ours(error) => Lie::NoRow(error),
            NotWritten::Spent(spent) => Lie::Spent(spent),
            other => Lie::Shape(other.to_string()),
        }
    }
}

impl Audience {
    /// Checks a reply against the action's description. `wrote` says whether a body was written.
    pub(crate) fn check(&self, reply: GuestReply, wrote: bool, held: &mut HeldAnswers) -> Result<Checked, Lie> {
        let GuestReply { content, total, matching, outcome, location, cursor } = reply;
        if content.len() > REPLY_BYTES {
            return Err(Spent::Reply.into());
        }
        let totals = (total.map(u64::from), matching.map(u64::from));
        let said = SaidEnding { kind: outcome.map(Into::into), location, cursor };
        let is_body = matches!(content, GuestContent::Body(_));
        match (wrote, is_body) {
            (false, true) => return Err(Lie::NoBody),
            (true, false) => return Err(Lie::BodyAndData),
            _ => {}
        }
        if !matches!(content, GuestContent::Data(_)) && totals != (None, None) {
            return Err(Lie::TotalsAndNoData);
        }
        match content {
            GuestContent::Data(json) => self.see(&json, totals, said),
            // What was changed, and is not shown.
            GuestContent::Held(_) if self.action.reply.shape == Shape::None && self.action.does.is_some() => {
                self.see("null", totals, said)
            }
            GuestContent::Held(number) => self.write(&held.take(number).ok_or(Lie::NotHeld(number))?, said),
            GuestContent::Body(headers) => self.send(headers, said),
        }
    }

    /// Sees a reply that was checked before it was committed, under these or under other columns. Late values that
    /// were filled in since then may have made it longer, and change nothing else.
    pub(crate) fn see_again(&self, kept: &str) -> Result<Checked, Lie> {
        let KeptReply { data, total, matching, outcome, location, cursor } = serde_json::from_str(kept)?;
        let said = SaidEnding { kind: outcome, location, cursor };
        self.seen(data.map_or("null", RawValue::get), (total, matching), said)
    }

    /// Held rows. What is kept of a write has all columns, because its repeat may ask for others.
    /// A list that is described with a cursor has that of the held page, where the reply names no other.
    fn write(&self, held: &Held, mut said: SaidEnding) -> Result<Checked, Lie> {
        let shape = &self.action.reply;
        let (all, asked) = (Columns::default(), &self.columns);
        let whole = self.keeps() || shape.is_made_of_whole_rows();
        let written = held.write(shape, self.role, if whole { &all } else { asked })?;
        let WrittenRows { text, total, matching, cursor } = written;
        said.cursor = said.cursor.or(cursor.filter(|_| shape.cursor.is_some()));
        let kept = self.kept(&text, (total, matching), &said)?;
        let ending = shape.ending(said, &text, &self.parameters)?;
        let is_cut = whole && *asked != all;
        let data = if is_cut { shape.shown(&text, self.role, asked)? } else { text };
        Ok(Checked { data, total, matching, ending, headers: BTreeMap::new(), kept })
    }

    /// JSON of the guest's own.
    fn see(&self, json: &str, totals: Totals, said: SaidEnding) -> Result<Checked, Lie> {
        // What comes before and after a value is none of its bytes.
        let data: &RawValue = serde_json::from_str(json)?;
        let kept = self.kept(data.get(), totals, &said)?;
        Ok(Checked { kept, ..self.seen(data.get(), totals, said)? })
    }

    fn seen(&self, data: &str, (total, matching): Totals, said: SaidEnding) -> Result<Checked, Lie> {
        let shape = &self.action.reply;
        let ending = shape.ending(said, data, &self.parameters)?;
        let data = shape.shown(data, self.role, &self.columns)?;
        Ok(Checked { data, total, matching, ending, headers: BTreeMap::new(), kept: None })
    }

    /// A body, with the headers that a plugin may set.
    fn send(&self, headers: Vec<(String, String)>, said: SaidEnding) -> Result<Checked, Lie> {
        if said != SaidEnding::default() {
            return Err(Lie::BodyAndEnding);
        }
        let for_all = self.action.roles == [CallerRole::Stranger];
        let mut sent = BTreeMap::new();
        for (name, value) in headers {
            let known = HEADERS.iter().find(|header| name.eq_ignore_ascii_case(header));
            if !is_header_value(&value) {
                return Err(Lie::Header(known.copied().unwrap_or("a header")));
            }
            // What was made for one caller is theirs: caches on the way do not keep it for others.
            let is_ours = !for_all && name.eq_ignore_ascii_case("cache-control") && is_shared(&value);
            if known.is_some() && !is_ours {
                sent.insert(name, value);
            }
        }
        let ending = Ending::default();
        Ok(Checked { data: "null".to_owned(), total: None, matching: None, ending, headers: sent, kept: None })
    }

    /// Whether the reply is kept.
    fn keeps(&self) -> bool {
        self.action.kind == ActionKind::Write
    }

    /// What is kept of a reply, where anything is.
    fn kept(&self, data: &str, (total, matching): Totals, said: &SaidEnding) -> Result<Option<String>, Lie> {
        if !self.keeps() {
            return Ok(None);
        }
        let SaidEnding { kind, location, cursor } = said.clone();
        let data = serde_json::from_str(data)?;
        let kept = KeptReply { data: Some(data), total, matching, outcome: kind, location, cursor };
        Ok(Some(serde_json::to_string(&kept)?))
    }
}

/// Rows in scope, and those that match.
type Totals = (Option<u64>, Option<u64>);

/// Whether a `Cache-Control` lets caches keep an answer that several people share.
fn is_shared(value: &str) -> bool {
    let words = value.split([',', '=']).map(str::trim);
    words.into_iter().any(|word| word.eq_ignore_ascii_case("public") || word.eq_ignore_ascii_case("s-maxage"))
}

/// Whether a text can be a header's value: printable ASCII, no line ends.
pub(crate) fn is_header_value(value: &str) -> bool {
    value.len() <= MAX_HEADER && value.bytes().all(|byte| (0x20..0x7f).contains(&byte))
}

/// A guest's refusal as ours. Its code must be one of the host's or of the action's description. One that the
/// host itself gave in this call is passed on whole.
pub(crate) fn refusal(told: GuestRefusal, given: Option<Refusal>, action: &Action) -> Result<Refusal, Lie> {
    if let Some(given) = given
        && given.code.as_str() == told.code
        && given.message == told.message
    {
        return Ok(named_as_sent(given, action));
    }
    let code = Code::from(told.code);
    if let Code::Other(other) = &code
        && !action.refuses.contains(other)
    {
        return Err(Lie::Code(other.len()));
    }
    let message = crate::log::one_line(&told.message, MAX_MESSAGE);
    let field = told.field.map(|field| crate::log::one_line(&field, 64).into());
    Ok(named_as_sent(Refusal { code, field, message: message.into(), retry_after: None }, action))
}

/// A refusal of a field of the kind is about the parameter that sets it.
fn named_as_sent(refusal: Refusal, action: &Action) -> Refusal {
    let sent_as = refusal.field.as_deref().and_then(|field| action.sent_as(field));
    match sent_as.map(|name| name.to_owned().into()) {
        Some(name) => Refusal { field: Some(name), ..refusal },
        None => refusal,
    }
}
