//! Plain configuration as documents. Some kinds of record have a type and a table of their own, the others are
//! [plain](crate::plain); for the verbs on records all are alike.

pub mod declared;
mod merge;

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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn merged(group: &Group, document: Value, role: CallerRole) -> Result<Group, Refusal> {
        let kind = RecordKind::Typed(Kind::Group);
        let merged = kind.merged(&Object::Group(group.clone()), &object(document), role, Unix(0))?;
        Ok(Group::from_object(merged).unwrap())
    }

    #[test]
    fn a_field_table_names_exactly_the_document_fields() {
        for kind in Kind::ALL.iter().map(|kind| RecordKind::Typed(*kind)).filter(|kind| !kind.fields().is_empty()) {
            let blank = kind.blank(1, Unix(0)).unwrap_or_else(|| Object::Settings(Settings::default()));
            let mut stored: Vec<_> = object(blank.document()).keys().cloned().collect();
            let is_beside = |name: &str| {
                let is_of_bouquets = kind.word() == "bouquet" && ["members", "counts"].contains(&name);
                let is_of_streams = kind.word() == "stream" && ["run", "results", "servers"].contains(&name);
                // It is asked for, and not kept.
                let is_asked = kind.word() == "guide_source" && name == "reload";
                is_of_bouquets || is_of_streams || is_asked || kind.kept_with().iter().any(|(field, _)| *field == name)
            };
            let mut listed: Vec<_> =
                kind.fields().iter().map(|field| field.name.to_owned()).filter(|name| !is_beside(name)).collect();
            stored.sort();
            listed.sort();
            assert_eq!(stored, listed, "{kind:?}");
        }
    }

    #[test]
    fn a_merge_sets_what_was_sent_and_keeps_the_rest() {
        let group = Group { name: "gold".into(), min_password: 9, ..Group::default() };
        let silver = merged(&group, json!({"name": "silver"}), CallerRole::Admin).unwrap();
        assert_eq!(silver, Group { name: "silver".into(), ..group });
    }

    #[test]
    fn what_a_group_counts_is_within_what_can_be_met() {
        let refused = |group: Group| group.validate().unwrap_err().field.unwrap();
        let group = Group { name: "gold".into(), ..Group::default() };
        assert_eq!(group.validate(), Ok(()));
        for least in [0, 129, u16::MAX] {
            assert_eq!(refused(Group { min_username: least, ..group.clone() }), "min_username");
            assert_eq!(refused(Group { min_password: least, ..group.clone() }), "min_password");
        }
        for count in [0, 1_201] {
            let mut trials = group.trials;
            trials.window.count = count;
            assert_eq!(refused(Group { trials, ..group.clone() }), "trials");
        }
    }

    fn package(before: &Package, document: Value) -> Result<Package, Refusal> {
        let kind = RecordKind::Typed(Kind::Package);
        let merged = kind.merged(&Object::Package(before.clone()), &object(document), CallerRole::Admin, Unix(0))?;
        Ok(Package::from_object(merged).unwrap())
    }

    #[test]
    fn what_stands_within_a_field_is_set_by_its_path_and_the_rest_is_kept() {
        let offers = |package: &Package| json!([package.official, package.trial]);
        let (month, day) = (json!({"count": 1, "unit": "months"}), json!({"count": 1, "unit": "days"}));
        let blank = Package { name: "a".into(), ..Package::default() };
        let priced = package(&blank, json!({"official.price": "5.00", "trial.term.unit": "hours"})).unwrap();
        let hour = json!({"count": 1, "unit": "hours"});
        assert_eq!(offers(&priced), json!([{"price": "5.00", "term": month}, {"price": "0.00", "term": hour}]));
        let longer = json!({"official.term.count": 30, "official.term": {"count": 3, "unit": "days"}});
        let longer = package(&priced, longer).unwrap().official.unwrap();
        assert_eq!(json!(longer), json!({"price": "5.00", "term": {"count": 30, "unit": "days"}}));
        let turned = package(&priced, json!({"official": false, "official.price": "9.00", "trial": true})).unwrap();
        assert_eq!(offers(&turned), json!([null, {"price": "0.00", "term": hour}]));
        let tried = package(&blank, json!({"trial": true})).unwrap();
        assert_eq!(json!(tried.trial), json!({"price": "0.00", "term": day}));
    }

    #[test]
    fn a_path_that_leads_nowhere_is_refused_with_what_there_is() {
        let blank = Package { name: "a".into(), ..Package::default() };
        let refused = |document: Value| package(&blank, document).unwrap_err();
        let unknown = refused(json!({"official.colour": 1}));
        assert_eq!(unknown.field.as_deref(), Some("official.colour"));
        assert!(unknown.message.contains("price, term"), "{unknown}");
        for path in ["official.price.x", "name.x", "official.term.", "official..count"] {
            assert_eq!(refused(json!({path: 1})).field.as_deref(), Some(path));
        }
        assert_eq!(refused(json!({"official.price": "-1"})).field.as_deref(), Some("official.price"));
        assert_eq!(refused(json!({"official.term.count": "x"})).field.as_deref(), Some("official.term.count"));
    }

    #[test]
    fn a_merge_names_the_field_that_is_wrong() {
        let group = Group { name: "gold".into(), ..Group::default() };
        let refused = |document: Value, role| merged(&group, document, role).unwrap_err();
        assert_eq!(refused(json!({"min_password": "x"}), CallerRole::Admin).field.as_deref(), Some("min_password"));
        assert_eq!(refused(json!({"colour": 1}), CallerRole::Admin).field.as_deref(), Some("colour"));
        assert_eq!(refused(json!({"id": 7}), CallerRole::Admin).code, Code::NotPermitted);
        assert_eq!(refused(json!({"name": "x"}), CallerRole::Reseller).code, Code::NotPermitted);
    }
}
