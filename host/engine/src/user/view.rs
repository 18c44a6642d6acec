//! The user view: what every surface reads of a user.

use crate::fields::write_fields;
use crate::work::version;
use crate::{Result, Work};
use host_core::GroupId;
use host_core::caller::CallerRole;
use host_core::credit::Credits;
use host_core::field_list::{Chosen, FieldList};
use host_core::group::Group;
use host_core::ledger::Account;
use host_core::sighting::Seen;
use host_core::user::User;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A user as their caller sees them, by the fields of `wit/users`.
struct View<'a> {
    user: &'a User,
    reader: CallerRole,
    /// Whether the caller is the user.
    is_self: bool,
    credits: Credits,
}

/// What is written of a field: mostly what is kept. Users do not see the notes about themselves.
macro_rules! written {
    ($view:ident, notes) => {
        if $view.is_self { "" } else { $view.user.notes.as_str() }
    };
    ($view:ident, $name:ident) => {
        &$view.user.$name
    };
}

host_core::user_fields!([write_fields] View, written);

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("User", User::LIST.len() + 2)?;
        fields.serialize_field("id", &self.user.id)?;
        self.write_fields(self.reader, Chosen::ALL, &mut fields)?;
        fields.serialize_field("credits", &self.credits)?;
        fields.end()
    }
}

/// The pages that groups allow, read once for all users of a list.
#[derive(Default)]
pub(super) struct Groups(HashMap<GroupId, Vec<String>>);

impl Groups {
    async fn pages(&mut self, group: GroupId, work: &Work) -> Result<&[String]> {
        if let Entry::Vacant(unread) = self.0.entry(group) {
            let group: Option<Group> = work.engine().row(work.database(), group).await?;
            unread.insert(group.map(|group| group.allowed_pages).unwrap_or_default());
        }
        Ok(self.0.get(&group).map_or(&[], Vec::as_slice))
    }
}

/// The user's document with `credits`, `version` and the `allowed_pages` of their group.
pub(super) async fn shown(user: &User, work: &Work, groups: &mut Groups) -> Result<Map<String, Value>> {
    let caller = work.caller();
    let credits = work.balance(Account::User(user.id)).await?;
    let view = View { user, reader: caller.role(), is_self: caller.user() == Some(user.id), credits };
    let Ok(Value::Object(mut fields)) = serde_json::to_value(view) else { return Ok(Map::new()) };
    let pages = match user.group {
        Some(group) => groups.pages(group, work).await?,
        None => &[],
    };
    fields.insert("allowed_pages".to_owned(), pages.into());
    version::show(work, user.id.into(), user.version, &mut fields);
    Ok(fields)
}

/// Adds when, where and with what they were last seen, or that they were not.
pub(super) fn add_seen(fields: &mut Map<String, Value>, seen: Option<Seen>) {
    fields.insert("seen".to_owned(), serde_json::to_value(seen).unwrap_or_default());
}

/// The whole document of one user.
pub(super) async fn document(user: &User, work: &Work) -> Result<Map<String, Value>> {
    let mut fields = shown(user, work, &mut Groups::default()).await?;
    let key = user.id.into();
    let mut seen = work.engine().seen(work.caller().tenant, vec![key]).await?;
    add_seen(&mut fields, seen.remove(&key));
    Ok(fields)
}
