//! `linecard:logs`: what happened, in the caller's scope.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{document, verb};
use crate::held::HeldRows;
use host_engine::log;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:logs/logs", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[verb!("list", Scope, costs 10, |call, name: String, query: String| {
    let page = log::list(&mut call.work, &name, &document("query", &query)?).await?;
    call.hold(name, HeldRows::Page(page))
})];
