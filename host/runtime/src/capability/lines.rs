//! `linecard:lines`: subscriptions in the caller's scope.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::player::MineFacts;
use crate::capability::{document, verb};
use crate::held::HeldRows;
use host_core::object::Kind;
use host_core::{LineId, PackageId};
use host_engine::{Error, box_event, line, mass_edit};
use serde_json::{Map, Value};

const LINE: &str = Kind::Line.as_str();
const JOB: &str = Kind::Job.as_str();
const CODE: &str = "code";
const BOX_EVENTS: &str = "box_events";

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:lines/lines", version: "0.1.0", functions: FUNCTIONS };

/// The document of a verb that makes lines or lists them, of the type that the verb is about.
fn of_type(what: &'static str, text: &str, kind: &str) -> Result<Map<String, Value>, Error> {
    line::typed(kind)?;
    let mut document = document(what, text)?;
    document.insert("delivery".to_owned(), kind.into());
    Ok(document)
}

const FUNCTIONS: &[HostFunction] = &[
    verb!("mine", Line, |call| {
        let mine = line::mine(&mut call.work).await?;
        Ok(MineFacts::of(&mine, call.build.as_deref()))
    }),
    verb!("get", Scope, |call, kind: String, id: u32| {
        let id = line::of_type(&mut call.work, &kind, id).await?;
        let line = line::get(&mut call.work, id).await?;
        call.hold(kind, HeldRows::One(line))
    }),
    verb!("find", Scope, |call, kind: String, by: String| {
        let found = line::find(&mut call.work, &document("by", &by)?).await?;
        let id = line::of_type(&mut call.work, &kind, found.0).await?;
        let line = line::get(&mut call.work, id).await?;
        call.hold(kind, HeldRows::One(line))
    }),
    verb!("carried", Scope, costs 10, |call, id: u32| line::carried(&mut call.work, LineId(id)).await),
    verb!("list", Scope, costs 10, |call, kind: String, query: String| {
        let lines = line::list(&mut call.work, &of_type("query", &query, &kind)?).await?;
        call.hold(kind, HeldRows::Lines(lines))
    }),
    verb!("sell", Writing, |call, kind: String, options: String| {
        let line = line::sell_as_asked(&mut call.work, &of_type("options", &options, &kind)?).await?;
        call.hold(kind, HeldRows::One(line))
    }),
    verb!("create", Writing, |call, kind: String, options: String| {
        let line = line::create(&mut call.work, &of_type("options", &options, &kind)?).await?;
        call.hold(kind, HeldRows::One(line))
    }),
    verb!("edit", Writing, |call, kind: String, id: u32, options: String| {
        let id = line::of_type(&mut call.work, &kind, id).await?;
        let line = line::edit(&mut call.work, id, &document("options", &options)?).await?;
        call.hold(kind, HeldRows::One(line))
    }),
    verb!("extend", Writing, |call, id: u32, package: u32, trial: bool| {
        let line = line::extend(&mut call.work, LineId(id), PackageId(package), trial).await?;
        call.hold(LINE, HeldRows::One(line))
    }),
    verb!("convert", Writing, |call, kind: String, id: u32, options: String| {
        let id = line::of_type(&mut call.work, &kind, id).await?;
        let line = line::convert(&mut call.work, id, &document("options", &options)?).await?;
        call.hold(LINE, HeldRows::One(line))
    }),
    verb!("new-code", Writing, |call, kind: String, id: u32| {
        let id = line::of_type(&mut call.work, &kind, id).await?;
        let line = line::new_code(&mut call.work, id).await?;
        call.hold(kind, HeldRows::One(line))
    }),
    verb!("batches", Scope, costs 10, |call, query: String| {
        line::batches(&mut call.work, &document("query", &query)?).await
    }),
    verb!("check-code", Scope, |call, code: String| {
        let line = line::check_code(&mut call.work, &code).await?;
        call.hold(CODE, HeldRows::One(line))
    }),
    verb!("send-event", Writing, |call, id: u32, options: String| {
        let event = box_event::queue(&mut call.work, LineId(id), &document("options", &options)?).await?;
        call.hold(BOX_EVENTS, HeldRows::One(event))
    }),
    verb!("mass-edit", Writing, |call, kind: String, options: String| {
        let job = mass_edit::of_lines(&mut call.work, &of_type("options", &options, &kind)?).await?;
        call.hold(JOB, HeldRows::One(job))
    }),
    verb!("delete", Writing, |call, kind: String, id: u32| {
        let id = line::of_type(&mut call.work, &kind, id).await?;
        line::delete(&mut call.work, id).await
    }),
    verb!("delete-with", Writing, |call, kind: String, id: u32, options: String| {
        let id = line::of_type(&mut call.work, &kind, id).await?;
        line::delete_with(&mut call.work, id, &document("options", &options)?).await
    }),
];
