//! `linecard:records`: plain configuration as documents, for the kinds and verbs that the grant names. Which field a
//! role may see or set, `core` and the engine decide.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{document, verb};
use crate::held::HeldRows;
use crate::state::CallState;
use host_core::object::Kind;
use host_core::refusal::Code;
use host_core::{BouquetId, Refusal};
use host_engine::{mass_edit, record};
use serde_json::{Map, Value};

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:records/records", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("get", Scope, |call, kind: String, id: u32| {
        granted(call, &kind, "read")?;
        let record = record::get(&mut call.work, &kind, id).await?;
        call.hold(kind, HeldRows::One(record))
    }),
    verb!("list", Scope, costs 10, |call, kind: String, query: String| {
        granted(call, &kind, "read")?;
        let records = record::list(&mut call.work, &kind, &document("query", &query)?).await?;
        call.hold(kind, HeldRows::Page(records))
    }),
    verb!("create", Writing, |call, kind: String, fields: String| {
        let fields = document("document", &fields)?;
        writable(call, &kind, &fields)?;
        let record = record::create(&mut call.work, &kind, &fields).await?;
        call.hold(kind, HeldRows::One(record))
    }),
    verb!("edit", Writing, |call, kind: String, id: u32, fields: String| {
        let fields = document("document", &fields)?;
        writable(call, &kind, &fields)?;
        let record = record::edit(&mut call.work, &kind, id, &fields).await?;
        call.hold(kind, HeldRows::One(record))
    }),
    verb!("mass-edit", Writing, |call, kind: String, options: String| {
        let options = document("options", &options)?;
        writable(call, &kind, &options)?;
        let job = mass_edit::of_records(&mut call.work, &kind, &options).await?;
        call.hold(Kind::Job.as_str(), HeldRows::One(job))
    }),
    verb!("delete", Writing, |call, kind: String, id: u32| {
        granted(call, &kind, "write")?;
        record::delete(&mut call.work, &kind, id).await
    }),
    verb!("members", Scope, |call, bouquet: u32, query: String| {
        granted(call, "bouquet", "read")?;
        record::members(&mut call.work, BouquetId(bouquet), &document("query", &query)?).await
    }),
    verb!("edit-members", Writing, |call, bouquet: u32, change: String| {
        granted(call, "bouquet", "write")?;
        let change = document("change", &change)?;
        let record = record::edit_members(&mut call.work, BouquetId(bouquet), &change).await?;
        call.hold(Kind::Bouquet.as_str(), HeldRows::One(record))
    }),
];

/// Refuses a document that writes a kind which the grant does not let the plugin write.
fn writable(call: &CallState, kind: &str, fields: &Map<String, Value>) -> Result<(), Refusal> {
    granted(call, kind, "write")?;
    record::written_besides(&call.work, kind, fields).into_iter().try_for_each(|other| granted(call, other, "write"))
}

/// Refuses a kind and verb that the grant does not name.
fn granted(call: &CallState, kind: &str, verb: &str) -> Result<(), Refusal> {
    let limit = format!("{}:{verb}", record::granted_as(&call.work, kind));
    if call.grant.allows("records", &limit) {
        return Ok(());
    }
    Err(Refusal::new(Code::NotPermitted, format!("This plugin is not granted the records {limit}.")))
}
