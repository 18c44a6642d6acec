//! `linecard:node`: the node that serves the tenant, and what it can drop or read again.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{document, verb};
use host_engine::node;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:node/node", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("about", Scope, costs 10, |call| node::about(&mut call.work).await),
    verb!("load", Scope, |call| node::load(&mut call.work).await),
    verb!("spaces", Scope, |call| node::spaces(&mut call.work).await),
    verb!("processes", Scope, costs 10, |call| node::processes(&mut call.work).await),
    verb!("certificates", Scope, |call| node::certificates(&mut call.work).await),
    verb!("edit", Writing, costs 10, |call, fields: String| {
        node::edit(&mut call.work, &document("fields", &fields)?).await
    }),
    verb!("reload", Writing, costs 100, |call| node::reload(&mut call.work).await),
    verb!("clear", Writing, costs 10, |call, what: String| node::clear(&mut call.work, &what).await),
];
