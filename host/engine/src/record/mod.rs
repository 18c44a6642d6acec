//! Verbs on plain configuration, for every kind of record alike. What a record may say is in `host_core::record`; who
//! may read which kinds and what a change leads to is here.

mod access_code;
mod beside;
mod bouquet;
mod consequence;
mod create;
mod delete;
mod edit;
mod get;
mod group;
mod guide;
mod job;
mod list;
mod members;
mod provider;
pub(crate) mod reference;
pub(crate) mod sealed;
mod stream;

pub use create::create;
pub use delete::delete;
pub use edit::edit;
pub(crate) use edit::{changed, put};
pub use get::get;
pub use list::list;
pub(crate) use list::of_kind;
pub use members::{edit_members, members};

use crate::work::version;
use crate::{Error, Result, Work, document};
use host_core::Refusal;
use host_core::caller::{CallerRole, Scope};
use host_core::kind::{Key, Kind};
use host_core::object::Object;
use host_core::plan::Database;
use host_core::record::{self, Reading, RecordKind};
use host_core::refusal::Code;
use serde_json::{Map, Value};

/// The kind with this word.
pub(crate) fn kind(work: &Work, word: &str) -> Result<RecordKind> {
    let unknown = || Refusal::field(Code::InvalidInput, "kind", format!("There is no kind of record {word}."));
    let kind = work.engine().kinds().of_word(word).ok_or_else(unknown)?;
    if kind.is_of_process() != (work.database() == Database::Control) {
        return Err(Error::Invalid(format!("records of the kind {word} are not in the database of this plan")));
    }
    Ok(kind)
}

/// The word by which records of a kind are granted; an unknown kind's own.
pub fn granted_as<'k>(work: &Work, kind: &'k str) -> &'k str {
    match work.engine().kinds().of_word(kind) {
        Some(known) => known.whole(),
        None => kind,
    }
}

/// The words of the other kinds that a document of this kind writes as well.
pub fn written_besides(work: &Work, kind: &str, document: &Map<String, Value>) -> Vec<&'static str> {
    let kept_with = work.engine().kinds().of_word(kind).map_or(&[][..], RecordKind::kept_with);
    kept_with.iter().filter(|(field, _)| document.contains_key(*field)).map(|(_, kind)| *kind).collect()
}

/// The record with this id, whatever of it the caller may see. Ids of another plain kind, and of another tenant, are none
/// of this one.
///
/// # Errors
/// `not_found`.
pub(crate) async fn read(work: &mut Work, kind: RecordKind, id: u32) -> Result<Object> {
    let found = work.read(Scope::Tenant, Key::new(kind.stored_as(), id)).await?;
    let found = match (kind, found) {
        (RecordKind::Plain(plain), Some(Object::Document(document))) if document.collection == plain.word => {
            Some(Object::Document(plain.indexed(document)?))
        }
        (RecordKind::Part(part), Some(Object::Document(document))) if part.has(&document) => {
            Some(Object::Document(part.of.indexed(document)?))
        }
        (RecordKind::Plain(_) | RecordKind::Part(_), _) => None,
        (RecordKind::Streams(kind), found) => found.filter(|row| matches!(row, Object::Stream(it) if it.kind == kind)),
        (RecordKind::Typed(_), found) => found.filter(|row| access_code::is_ours(work, row)),
    };
    Ok(found.ok_or_else(|| Refusal::not_found(kind.word()))?)
}

/// Removes the fields that the caller may not see.
pub(crate) fn trim(work: &Work, kind: Kind, fields: &mut Map<String, Value>) {
    record::trim(&RecordKind::Typed(kind).fields(), fields, work.caller().role());
}

/// The record's document as the caller sees it.
fn visible_fields(work: &Work, kind: RecordKind, object: &Object) -> Map<String, Value> {
    let mut fields = document::fields(object);
    record::trim(&kind.fields(), &mut fields, work.caller().role());
    sealed::hide(kind, &mut fields);
    version::show(work, object.key(), object.version(), &mut fields);
    fields
}

/// Whether the caller may read records of this kind at all. Their group, and the packages that
/// they sell, resellers read one by one.
fn is_readable(work: &Work, kind: RecordKind) -> bool {
    match work.caller().role() {
        CallerRole::Admin => true,
        CallerRole::Reseller => kind.resellers() != Reading::Never,
        CallerRole::Line | CallerRole::Stranger => false,
    }
}
