//! `linecard:packages`: what the caller may sell.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::verb;
use host_engine::package;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:packages/packages", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[verb!("list", Scope, costs 10, |call| package::list(&mut call.work).await)];
