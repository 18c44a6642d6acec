//! `linecard:connections`: running connections of the caller's lines are ended, and processes of streams.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::verb;
use host_engine::{air, connection};

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:connections/connections", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("end", Writing, |call, id: String| connection::end(&mut call.work, &id).await),
    verb!("end-process", Writing, |call, pid: u32| air::end_process(&mut call.work, pid).await),
];
