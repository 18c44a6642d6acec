//! Verbs on plain configuration, for every kind of record alike. What a record may say is in
//! `host_core::record`; knows who may read which kinds, and what a change leads to.

mod blank;
mod bouquet;
mod consequence;
mod create;
mod delete;
mod edit;
mod get;
mod list;
mod members;
mod reference;

pub(crate) use blank::guide_source;
pub use create::create;
pub use delete::delete;
pub use edit::edit;
pub use get::get;
pub use list::list;
pub use members::{edit_members, members};

use crate::work::version;
use crate::{Result, Work, document};
use host_core::caller::CallerRole;
use host_core::object::{Kind, Object};
use host_core::refusal::Code;
use host_core::{Refusal, record};
use serde_json::{Map, Value};

/// The kind with this word.
fn kind(word: &str) -> Result<Kind> {
    let unknown = || Refusal::field(Code::InvalidInput, "kind", format!("There is no kind of record {word}."));
    Ok(record::kind(word).ok_or_else(unknown)?)
}

/// Removes the fields that the caller may not see.
pub(crate) fn trim(work: &Work, kind: Kind, fields: &mut Map<String, Value>) {
    record::trim(kind, fields, work.caller().role());
}

/// The record's document as the caller sees it.
fn visible_fields(work: &Work, object: &Object) -> Map<String, Value> {
    let mut fields = document::fields(object);
    trim(work, object.key().kind(), &mut fields);
    version::show(work, object.key(), object.version(), &mut fields);
    fields
}

/// Whether resellers may read records of this kind at all. Their group, and the packages that
/// they sell, they read one by one.
fn is_readable(work: &Work, kind: Kind) -> bool {
    match work.caller().role() {
        CallerRole::Admin => true,
        CallerRole::Reseller => matches!(
            kind,
            Kind::Bouquet | Kind::Category | Kind::Stream | Kind::Series | Kind::Settings | Kind::Group | Kind::Package
        ),
        CallerRole::Line | CallerRole::Stranger => false,
    }
}
