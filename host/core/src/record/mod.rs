//! Plain configuration as documents. Some kinds of record have a type and a table of their own, the others are
//! [plain](crate::plain); for the verbs on records all are alike.

pub mod declared;
mod merge;
#[cfg(test)]
mod tests;

pub use declared::{Access, Reading, Record, RecordField};
pub(crate) use merge::check_settable;
pub use merge::{access, trim};

use crate::Refusal;
use crate::caller::CallerRole;
use crate::kind::{Belongs, Kind};
use crate::object::{Object, Stored};
use crate::plain::{PLAIN, Part, PlainKind};
use crate::refusal::Code;
use crate::stream::{Stream, StreamKind};
use crate::time::Unix;
use crate::{access_code::AccessCode, bouquet::Bouquet, category::Category, group::Group, guide::GuideSource};
use crate::{job::Job, package::Package, series::Series, settings::Settings};
use serde_json::{Map, Value};

/// A kind of record.
#[derive(Clone, Copy, Debug)]
pub enum RecordKind {
    /// With a type and a table of its own.
    Typed(Kind),
    /// Streams of one kind: a list of their own, among which no other stream is found.
    Streams(StreamKind),
    /// Stored as documents.
    Plain(&'static PlainKind),
    /// Those of a part of them.
    Part(Part),
}

/// The kinds of record of a panel.
#[derive(Clone, Copy, Debug)]
pub struct RecordKinds {
    plain: &'static [&'static PlainKind],
}

impl Default for RecordKinds {
    fn default() -> RecordKinds {
        RecordKinds { plain: PLAIN }
    }
}

impl RecordKinds {
    /// With these plain kinds instead of the shipped ones.
    pub const fn with_plain(plain: &'static [&'static PlainKind]) -> RecordKinds {
        RecordKinds { plain }
    }

    /// The kind with this word.
    pub fn of_word(&self, word: &str) -> Option<RecordKind> {
        let plain = self.plain(word).map(RecordKind::Plain);
        let typed = || Kind::of_word(word).map(RecordKind::Typed).filter(|kind| !kind.fields().is_empty());
        let part = || self.plain.iter().find_map(|kind| kind.part(word)).map(RecordKind::Part);
        plain.or_else(typed).or_else(|| StreamKind::of_word(word).map(RecordKind::Streams)).or_else(part)
    }

    /// The plain kind with this word.
    pub fn plain(&self, word: &str) -> Option<&'static PlainKind> {
        self.plain.iter().copied().find(|kind| kind.word == word)
    }
}

/// Calls a macro, named in brackets, with what comes after that and then every kind of record with a type of its own.
macro_rules! typed_records {
    ([$callback:ident] $($with:tt)*) => {
        $callback! { $($with)* Group Package Bouquet Category Stream Series Settings GuideSource AccessCode Job }
    };
}

/// Runs `$typed` with `$T` being the type of a kind of record, and `$other` for the kinds that are none.
macro_rules! with_record {
    ($kind:expr, $T:ident => $typed:expr, $other:expr) => {
        typed_records!([with_record] @ $kind, $T, $typed, $other;)
    };
    (@ $kind:expr, $T:ident, $typed:expr, $other:expr; $($variant:ident)*) => {
        match $kind {
            $(Kind::$variant => { type $T = $variant; $typed })*
            _ => $other,
        }
    };
}

/// Likewise with `$it` being a record of that type.
macro_rules! with_typed {
    ($object:expr, $it:ident => $typed:expr, $other:expr) => {
        typed_records!([with_typed] @ $object, $it, $typed, $other;)
    };
    (@ $object:expr, $it:ident, $typed:expr, $other:expr; $($variant:ident)*) => {
        match $object { $(Object::$variant($it) => $typed,)* _ => $other }
    };
}

impl RecordKind {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            RecordKind::Typed(kind) => kind.as_str(),
            RecordKind::Streams(kind) => kind.word(),
            RecordKind::Plain(plain) => plain.word,
            RecordKind::Part(part) => part.word,
        }
    }

    /// The word of the whole kind, by which it is granted and referred to: streams of every kind are streams, and a part is of
    /// the kind that it is a part of.
    pub const fn whole(self) -> &'static str {
        match self {
            RecordKind::Streams(_) => Kind::Stream.as_str(),
            RecordKind::Part(part) => part.of.word,
            other => other.word(),
        }
    }

    /// The kind under which it is stored.
    pub const fn stored_as(self) -> Kind {
        match self {
            RecordKind::Typed(kind) => kind,
            RecordKind::Streams(_) => Kind::Stream,
            RecordKind::Plain(_) | RecordKind::Part(_) => Kind::Document,
        }
    }

    /// Whether its records are kept in the control database, each as a tenant's.
    pub fn is_of_process(self) -> bool {
        self.stored_as().belongs() == Belongs::Process
    }

    /// Its fields; none for kinds that are no records.
    pub fn fields(self) -> Vec<RecordField> {
        match self {
            RecordKind::Plain(plain) | RecordKind::Part(Part { of: plain, .. }) => plain.record_fields(),
            typed => with_record!(typed.stored_as(), T => T::FIELDS.to_vec(), Vec::new()),
        }
    }

    /// Fields of its document that are kept with another kind, each with the word of that.
    pub fn kept_with(self) -> &'static [(&'static str, &'static str)] {
        match self {
            RecordKind::Plain(_) | RecordKind::Part(_) => &[],
            typed => with_record!(typed.stored_as(), T => T::KEPT_WITH, &[]),
        }
    }

    /// What resellers read of it.
    pub fn resellers(self) -> Reading {
        match self {
            RecordKind::Plain(plain) | RecordKind::Part(Part { of: plain, .. }) => plain.resellers,
            typed => with_record!(typed.stored_as(), T => T::RESELLERS, Reading::Never),
        }
    }

    /// One before any field is set; none for what is there from the start.
    pub fn blank(self, id: u32, now: Unix) -> Option<Object> {
        match self {
            RecordKind::Typed(kind) => with_record!(kind, T => T::blank(id, now).map(T::into_object), None),
            RecordKind::Streams(kind) => Stream::blank(id, now).map(|stream| Stream { kind, ..stream }.into_object()),
            RecordKind::Plain(plain) => Some(Object::Document(plain.blank(id, now))),
            RecordKind::Part(part) => {
                let mut blank = part.of.blank(id, now);
                blank.fields.insert(part.field.to_owned(), part.value.into());
                Some(Object::Document(blank))
            }
        }
    }

    /// Refuses a document that makes something else of a record than what the kind's word says.
    fn stays_itself(self, document: &Map<String, Value>) -> Result<(), Refusal> {
        let (field, value) = match self {
            RecordKind::Streams(kind) => ("kind", kind.word()),
            RecordKind::Part(part) => (part.field, part.value),
            RecordKind::Typed(_) | RecordKind::Plain(_) => return Ok(()),
        };
        if document.get(field).is_none_or(|said| said.as_str() == Some(value)) {
            return Ok(());
        }
        let message = format!("What is a {} stays one; {field} is not set.", self.word());
        Err(Refusal::field(Code::InvalidInput, field, message))
    }

    /// The record with the fields of a document set, as far as the role may set them. It is checked as far as it can
    /// be without others.
    ///
    /// # Errors
    /// `invalid_input` and `not_permitted` by the field.
    pub fn merged(
        self,
        current: &Object,
        document: &Map<String, Value>,
        role: CallerRole,
        now: Unix,
    ) -> Result<Object, Refusal> {
        self.stays_itself(document)?;
        if let (RecordKind::Plain(plain) | RecordKind::Part(Part { of: plain, .. }), Object::Document(current)) =
            (self, current)
        {
            return plain.merged(current, document, role, now).map(Object::Document);
        }
        let merged = with_typed!(current, it => merge::merge(it, document, role)?.into_object(), current.clone());
        validate(&merged)?;
        Ok(merged)
    }
}

/// Refuses a record whose fields are each well-formed but cannot stand.
///
/// # Errors
/// `invalid_input` by the field.
pub fn validate(object: &Object) -> Result<(), Refusal> {
    with_typed!(object, it => it.validate(), Ok(()))
}
