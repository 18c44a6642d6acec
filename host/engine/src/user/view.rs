//! The user view: what every surface reads of a user.

use crate::fields::write_fields;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::credit::Credits;
use host_core::field_list::{Chosen, FieldList};
use host_core::ledger::Account;
use host_core::user::User;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

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

/// The user's document with `credits`.
pub(super) async fn document(user: &User, work: &Work) -> Result<Map<String, Value>> {
    let caller = work.caller();
    let credits = work.balance(Account::User(user.id)).await?;
    let view = View { user, reader: caller.role(), is_self: caller.user() == Some(user.id), credits };
    match serde_json::to_value(view) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Ok(Map::new()),
    }
}
