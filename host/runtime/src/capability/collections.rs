//! `linecard:collections`: a plugin's own documents, in the collections that its manifest declares and the grant names.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{document, verb};
use crate::held::HeldRows;
use crate::state::CallState;
use host_core::Refusal;
use host_core::refusal::Code;
use host_engine::collection::{self, Collection};
use serde_json::Value;
use std::sync::Arc;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:collections/collections", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("get", Scope, |call, name: String, id: u32| {
        let of = granted(call, &name)?;
        let document = collection::get(&mut call.work, &of, id).await?;
        call.hold(name, HeldRows::One(document))
    }),
    verb!("find", Scope, |call, name: String, key: String, values: String| {
        let of = granted(call, &name)?;
        let document = collection::find(&mut call.work, &of, &key, &listed(&values)?).await?;
        call.hold(name, HeldRows::One(document))
    }),
    verb!("list", Scope, costs 10, |call, name: String, query: String| {
        let of = granted(call, &name)?;
        let page = collection::list(&mut call.work, &of, &document("query", &query)?).await?;
        call.hold(name, HeldRows::Page(page))
    }),
    verb!("count", Scope, |call, name: String| {
        let of = granted(call, &name)?;
        collection::count(&mut call.work, &of).await
    }),
    verb!("create", Writing, |call, name: String, fields: String| {
        let of = granted(call, &name)?;
        let document = collection::create(&mut call.work, &of, &document("document", &fields)?).await?;
        call.hold(name, HeldRows::One(document))
    }),
    verb!("edit", Writing, |call, name: String, id: u32, fields: String| {
        let of = granted(call, &name)?;
        let document = collection::edit(&mut call.work, &of, id, &document("document", &fields)?).await?;
        call.hold(name, HeldRows::One(document))
    }),
    verb!("delete", Writing, |call, name: String, id: u32, options: String| {
        let of = granted(call, &name)?;
        collection::delete(&mut call.work, &of, id, &document("options", &options)?).await
    }),
];

/// The plugin's collection with this name, as far as the grant names it.
fn granted(call: &CallState, name: &str) -> Result<Arc<Collection>, Refusal> {
    let declared = call.collections.get(name).filter(|_| call.grant.allows("collections", name));
    declared.cloned().ok_or_else(|| {
        let known = call.collections.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
        let message = format!("This plugin has no collection {name}; its plugin.toml declares: {known}.");
        Refusal::field(Code::NotPermitted, "collection", message)
    })
}

fn listed(values: &str) -> Result<Vec<Value>, Refusal> {
    serde_json::from_str(values)
        .map_err(|_| Refusal::field(Code::InvalidInput, "values", "This is not a JSON list of values."))
}
