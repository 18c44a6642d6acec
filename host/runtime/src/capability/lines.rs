//! `linecard:lines`: subscriptions in the caller's scope.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::player::MineFacts;
use crate::capability::{document, verb};
use crate::held::HeldRows;
use host_core::object::Kind;
use host_core::{LineId, PackageId};
use host_engine::line;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:lines/lines", version: "0.1.0", functions: FUNCTIONS };

const LINE: &str = Kind::Line.as_str();

const FUNCTIONS: &[HostFunction] = &[
    verb!("mine", Line, |call| {
        let mine = line::mine(&mut call.work).await?;
        Ok(MineFacts::of(&mine, call.build.as_deref()))
    }),
    verb!("get", Scope, |call, id: u32| {
        let line = line::get(&mut call.work, LineId(id)).await?;
        call.hold(LINE, HeldRows::One(line))
    }),
    verb!("list", Scope, costs 10, |call, query: String| {
        let lines = line::list(&mut call.work, &document("query", &query)?).await?;
        call.hold(LINE, HeldRows::Lines(lines))
    }),
    verb!("sell", Writing, |call, package: u32, trial: bool, options: String| {
        let line = line::sell(&mut call.work, PackageId(package), trial, &document("options", &options)?).await?;
        call.hold(LINE, HeldRows::One(line))
    }),
    verb!("create", Writing, |call, options: String| {
        let line = line::create(&mut call.work, &document("options", &options)?).await?;
        call.hold(LINE, HeldRows::One(line))
    }),
    verb!("edit", Writing, |call, id: u32, options: String| {
        let line = line::edit(&mut call.work, LineId(id), &document("options", &options)?).await?;
        call.hold(LINE, HeldRows::One(line))
    }),
    verb!("extend", Writing, |call, id: u32, package: u32, trial: bool| {
        let line = line::extend(&mut call.work, LineId(id), PackageId(package), trial).await?;
        call.hold(LINE, HeldRows::One(line))
    }),
    verb!("delete", Writing, |call, id: u32| line::delete(&mut call.work, LineId(id)).await),
];
