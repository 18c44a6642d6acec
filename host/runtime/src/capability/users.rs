//! `linecard:users`: admins and resellers in the caller's tree.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{document, verb};
use host_core::UserId;
use host_engine::user;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:users/users", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("me", Scope, |call| user::me(&mut call.work).await),
    verb!("get", Scope, |call, id: u32| user::get(&mut call.work, UserId(id)).await),
    verb!("list", Scope, costs 10, |call, query: String| user::list(&mut call.work, &document("query", &query)?).await),
    verb!("create", Writing, costs 100, |call, options: String| {
        user::create(&mut call.work, &document("options", &options)?).await
    }),
];
