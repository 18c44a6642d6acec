//! What a guest answered, checked: everything in it is untrusted.

#[cfg(test)]
mod tests;

use crate::guest::GuestRefusal;
use crate::held::{Held, HeldAnswers, NotWritten, WrittenRows};
use crate::limits::{REPLY_BYTES, Spent};
use host_core::Refusal;
use host_core::action::{Action, ActionKind, Columns, Ending, Mismatch, NoEnding, NoRow, OutcomeKind, SaidEnding};
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Headers that a plugin may set on a body; others are dropped.
const HEADERS: &[&str] =
    &["cache-control", "content-description", "content-disposition", "content-language", "expires", "pragma"];
const MAX_HEADER: usize = 1_024;
const MAX_MESSAGE: usize = 1_024;

/// The reply document of `wit/plugin/plugin.wit`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ReplyDocument<'d> {
    #[serde(default, borrow)]
    data: Option<&'d RawValue>,
    #[serde(default)]
    total: Option<u64>,
    #[serde(default)]
    matching: Option<u64>,
    /// The number of rows that the host holds.
    #[serde(default)]
    held: Option<u32>,
    #[serde(default)]
    body: bool,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    outcome: Option<OutcomeKind>,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    cursor: Option<String>,
}

/// Who a reply is for: what of it is seen depends on them.
pub(crate) struct Audience {
    pub(crate) action: Arc<Action>,
    pub(crate) role: CallerRole,
    pub(crate) columns: Columns,
    /// What it was called with: the place of a made thing may be named by it.
    pub(crate) parameters: Map<String, Value>,
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
    /// The reply document to keep under an idempotency key, when it is not the guest's own.
    pub(crate) kept: Option<String>,
}

/// Why a guest's answer is not passed on: the plugin's fault. It goes into logs, so it never
/// quotes: a guest can put all that it was told into any text, a password too.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Lie {
    #[error(transparent)]
    Spent(#[from] Spent),
    #[error("its reply is no reply document: {what} in byte {column} of line {line}")]
    Malformed { what: &'static str, line: usize, column: usize },
    #[error("{0}")]
    Shape(String),
    #[error(transparent)]
    Ending(#[from] NoEnding),
    #[error("it names the rows number {0} in its reply, which the host does not hold for it")]
    NotHeld(u32),
    #[error("it names held rows in its reply beside other data, totals or a body")]
    HeldAndData,
    /// Not its fault.
    #[error(transparent)]
    NoRow(NoRow),
    #[error("it answered with a body that it never wrote")]
    NoBody,
    #[error("it wrote a body and answered with data")]
    BodyAndData,
    #[error("it set {0} to a value that no header can have, or without a body")]
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
    /// Reads a reply and checks it against the action's description. `wrote` says whether a body was written.
    pub(crate) fn check(&self, reply: &str, wrote: bool, held: &mut HeldAnswers) -> Result<Checked, Lie> {
        if reply.len() > REPLY_BYTES {
            return Err(Spent::Reply.into());
        }
        let mut document: ReplyDocument<'_> = serde_json::from_str(reply)?;
        for (name, value) in &document.headers {
            if !document.body || !is_header_value(value) {
                let known = HEADERS.iter().find(|header| name.eq_ignore_ascii_case(header));
                return Err(Lie::Header(known.copied().unwrap_or("a header")));
            }
        }
        let for_all = self.action.roles == [CallerRole::Stranger];
        document.headers.retain(|name, value| {
            let known = HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header));
            // What was made for one caller is theirs: caches on the way do not keep it for others.
            known && (for_all || !name.eq_ignore_ascii_case("cache-control") || !is_shared(value))
        });
        if let Some(number) = document.held {
            let is_alone = document.data.is_none() && document.total.is_none() && document.matching.is_none();
            if !is_alone || document.body || wrote {
                return Err(Lie::HeldAndData);
            }
            let said = said(&mut document);
            return self.write(&held.take(number).ok_or(Lie::NotHeld(number))?, said);
        }
        match (document.body, wrote, document.data.is_some()) {
            (true, false, _) => Err(Lie::NoBody),
            (true, true, true) | (false, true, _) => Err(Lie::BodyAndData),
            _ => self.see(document),
        }
    }

    /// Sees a reply that was checked before it was committed, under these or under other columns. Late values that
    /// were filled in since then may have made it longer, and change nothing else.
    pub(crate) fn see_again(&self, reply: &str) -> Result<Checked, Lie> {
        self.see(serde_json::from_str(reply)?)
    }

    /// Held rows. What is kept of a write has all columns, because its repeat may ask for others.
    /// A list that is described with a cursor has that of the held page, where the reply names no other.
    fn write(&self, held: &Held, mut said: SaidEnding) -> Result<Checked, Lie> {
        let shape = &self.action.reply;
        let (all, asked) = (Columns::default(), &self.columns);
        let keeps = self.action.kind == ActionKind::Write;
        let whole = keeps || shape.version.is_some() || !shape.outcomes.is_empty();
        let written = held.write(shape, self.role, if whole { &all } else { asked })?;
        let WrittenRows { text, total, matching, cursor } = written;
        said.cursor = said.cursor.or(cursor.filter(|_| shape.cursor.is_some()));
        let kept = keeps.then(|| kept(&text, &said));
        let ending = shape.ending(said, &text, &self.parameters)?;
        let is_cut = whole && *asked != all;
        let data = if is_cut { shape.shown(&text, self.role, asked)? } else { text };
        Ok(Checked { data, total, matching, ending, headers: BTreeMap::new(), kept })
    }

    fn see(&self, mut document: ReplyDocument<'_>) -> Result<Checked, Lie> {
        let said = said(&mut document);
        let ReplyDocument { data, total, matching, body, headers, .. } = document;
        let data = data.map_or("null", RawValue::get);
        let shape = &self.action.reply;
        let ending = if body { Ending::default() } else { shape.ending(said, data, &self.parameters)? };
        let data = if body { data.to_owned() } else { shape.shown(data, self.role, &self.columns)? };
        Ok(Checked { data, total, matching, ending, headers, kept: None })
    }
}

/// What a reply says of how the call ended.
fn said(document: &mut ReplyDocument<'_>) -> SaidEnding {
    let ReplyDocument { outcome, location, cursor, .. } = document;
    SaidEnding { kind: outcome.take(), location: location.take(), cursor: cursor.take() }
}

/// The reply document that is kept of held rows.
fn kept(text: &str, said: &SaidEnding) -> String {
    let mut document = format!("{{\"data\":{text}");
    if let Some(kind) = said.kind {
        document.extend([",\"outcome\":\"", kind.as_str(), "\""]);
    }
    if let Some(location) = &said.location {
        document.extend([",\"location\":", &Value::from(location.as_str()).to_string()]);
    }
    if let Some(cursor) = &said.cursor {
        document.extend([",\"cursor\":", &Value::from(cursor.as_str()).to_string()]);
    }
    document.push('}');
    document
}

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
