//! `linecard:sql`: an admin's own SELECT over views, where the operator allows it.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::verb;
use host_engine::sql;

pub(crate) const INTERFACE: Interface = Interface { name: "linecard:sql/sql", version: "0.1.0", functions: FUNCTIONS };

// Each one is written into the audit.
const FUNCTIONS: &[HostFunction] = &[verb!("select", Writing, costs 10, |call, query: String| {
    sql::select(&mut call.work, &query).await
})];
