//! `linecard:credits`: credits move between the caller and users below.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::verb;
use host_core::UserId;
use host_engine::credit;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:credits/credits", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[verb!("adjust", Writing, |call, user: u32, amount: String, note: String| {
    credit::adjust(&mut call.work, UserId(user), &amount, &note).await
})];
