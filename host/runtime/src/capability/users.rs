//! `linecard:users`: admins and resellers in the caller's tree.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::{document, verb};
use crate::held::HeldRows;
use host_core::UserId;
use host_core::object::Kind;
use host_engine::user;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:users/users", version: "0.1.0", functions: FUNCTIONS };

const USER: &str = Kind::User.as_str();

const FUNCTIONS: &[HostFunction] = &[
    verb!("me", Scope, |call| user::me(&mut call.work).await),
    verb!("get", Scope, |call, id: u32| {
        let user = user::get(&mut call.work, UserId(id)).await?;
        call.hold(USER, HeldRows::One(user))
    }),
    verb!("find", Scope, |call, username: String| {
        let user = user::find(&mut call.work, &username).await?;
        call.hold(USER, HeldRows::One(user))
    }),
    verb!("list", Scope, costs 10, |call, query: String| {
        let users = user::list(&mut call.work, &document("query", &query)?).await?;
        call.hold(USER, HeldRows::Page(users))
    }),
    verb!("create", Writing, costs 100, |call, options: String| {
        let user = user::create(&mut call.work, &document("options", &options)?).await?;
        call.hold(USER, HeldRows::One(user))
    }),
    verb!("edit", Writing, costs 100, |call, id: u32, options: String| {
        let user = user::edit(&mut call.work, UserId(id), &document("options", &options)?).await?;
        call.hold(USER, HeldRows::One(user))
    }),
    verb!("delete", Writing, costs 100, |call, id: u32, options: String| {
        user::delete(&mut call.work, UserId(id), &document("options", &options)?).await
    }),
];
