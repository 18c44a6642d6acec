//! Lists users in the caller's scope.

use super::view::{self, Groups};
use crate::shown::Shown;
use crate::{Result, Work, document};
use host_core::Refusal;
use host_core::caller::{CallerRole, Scope};
use host_core::field_list::{Chosen, FieldList};
use host_core::object::{Kind, Object};
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::user::{Role, User};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A page of user views: for a reseller of those below them, for an admin of all; `query` is
/// `{"start","limit","search","after","fields","filter","role"}`.
///
/// # Errors
/// `invalid_input` for a malformed query, `not_permitted` for lines and strangers.
pub async fn list(work: &mut Work, query: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Reseller)?;
    let shown = Shown::of(query)?;
    let mut users = document::query(Kind::User, work.caller().scope(), query, &["filter", "role"])?;
    // What the pages of a group are read by.
    let fields = shown.chosen(User::LIST).and(Chosen::of(User::LIST, ["group"]));
    users.filters.extend(filters(query)?);
    if let Scope::Tree(root) = users.scope {
        users.filters.push(Filter::Besides(root));
    }
    let page = work.list(Query { fields, ..users }).await?;
    let mut seen = match shown.has("seen") {
        true => Some(work.engine().seen(work.caller().tenant, page.rows.iter().map(Object::key).collect()).await?),
        false => None,
    };
    let (mut rows, mut groups) = (Vec::with_capacity(page.rows.len()), Groups::default());
    for row in &page.rows {
        if let Object::User(user) = row {
            let mut fields = view::shown(user, work, &mut groups).await?;
            if let Some(seen) = &mut seen {
                view::add_seen(&mut fields, seen.remove(&row.key()));
            }
            shown.trim(&mut fields);
            rows.push(Value::Object(fields));
            document::give_way(rows.len()).await;
        }
    }
    Ok(document::page(&page, rows))
}

fn filters(query: &Map<String, Value>) -> Result<Vec<Filter>> {
    let refuse = |name, message| Refusal::field(Code::InvalidInput, name, message);
    let word = |name: &'static str| match query.get(name) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(word)) => Ok(word.as_str()),
        Some(_) => Err(refuse(name, "This is a word.")),
    };
    let mut filters = match word("filter")? {
        "" => Vec::new(),
        "active" => vec![Filter::Enabled(true)],
        "disabled" => vec![Filter::Enabled(false)],
        // Users are none of these, so that nobody passes.
        "banned" | "expired" | "trial" => vec![Filter::Enabled(true), Filter::Enabled(false)],
        _ => return Err(refuse("filter", "One of active, disabled, banned, expired, trial.").into()),
    };
    match word("role")? {
        "" => {}
        word => match Role::deserialize(Value::from(word)) {
            Ok(role) => filters.push(Filter::Role(role)),
            Err(_) => return Err(refuse("role", "One of admin, reseller.").into()),
        },
    }
    Ok(filters)
}
