//! What a kind of record declares beside its type: its fields with who reads and sets them, and when it cannot stand.

use crate::Refusal;
use crate::caller::CallerRole;
use crate::field_list::Field;
use crate::refusal::Code;
use crate::time::Unix;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What a role may do with a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Access {
    /// Not even that it exists.
    Hidden,
    /// See it.
    Read,
    /// See and set it.
    Write,
}

/// A field of a kind's document.
#[derive(Clone, Copy, Debug)]
pub struct RecordField {
    /// Its name.
    pub name: &'static str,
    /// For resellers.
    pub reseller: Access,
    /// For admins.
    pub admin: Access,
}

/// Fields as a table: `"name": reseller admin`.
macro_rules! fields {
    ($($name:literal: $reseller:ident $admin:ident),* $(,)?) => {
        &[$($crate::record::declared::RecordField {
            name: $name,
            reseller: $crate::record::declared::Access::$reseller,
            admin: $crate::record::declared::Access::$admin,
        }),*]
    };
}
pub(crate) use fields;

/// The fields of a record by its [list](crate::field_list), with `id` before them and behind them what is kept
/// elsewhere. `N` is how many that are.
pub(crate) const fn of_list<const N: usize>(list: &[Field], more: &[RecordField]) -> [RecordField; N] {
    let mut fields = [RecordField { name: "id", reseller: Access::Read, admin: Access::Read }; N];
    let mut at = 1;
    while at < N {
        fields[at] = if at <= list.len() { of_field(&list[at - 1]) } else { more[at - 1 - list.len()] };
        at += 1;
    }
    fields
}

const fn of_field(field: &Field) -> RecordField {
    let (shown, set) = (field.shown_to, field.set_by);
    let reseller = match (shown, set) {
        (_, Some(CallerRole::Stranger | CallerRole::Line | CallerRole::Reseller)) => Access::Write,
        (Some(CallerRole::Stranger | CallerRole::Line | CallerRole::Reseller), _) => Access::Read,
        _ => Access::Hidden,
    };
    let admin = match (shown, set) {
        (_, Some(_)) => Access::Write,
        (Some(_), None) => Access::Read,
        (None, None) => Access::Hidden,
    };
    RecordField { name: field.name, reseller, admin }
}

/// What resellers read of a kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reading {
    /// Nothing.
    Never,
    /// Those that are theirs, one by one.
    Own,
    /// All of it, and lists.
    Lists,
}

/// A kind of record with a type of its own.
pub trait Record: Serialize + DeserializeOwned {
    /// Its fields.
    const FIELDS: &'static [RecordField];
    /// What resellers read of it.
    const RESELLERS: Reading;
    /// Fields of its document that are kept with another kind, each with the word of that: who sets one writes both.
    const KEPT_WITH: &'static [(&'static str, &'static str)] = &[];

    /// One before any field is set; none for what is there from the start.
    fn blank(id: u32, now: Unix) -> Option<Self>;

    /// What a field that may be nothing is made of when something within it is set; none for other fields.
    fn part(_field: &str) -> Option<Value> {
        None
    }

    /// Refuses one whose fields are each well-formed but cannot stand.
    ///
    /// # Errors
    /// `invalid_input` by the field.
    fn validate(&self) -> Result<(), Refusal>;
}

/// Refuses a name that nobody could read.
///
/// # Errors
/// `invalid_input` for `name`.
pub(crate) fn check_name(name: &str, word: &str) -> Result<(), Refusal> {
    if name.trim().is_empty() || name.chars().count() > 255 || name.chars().any(char::is_control) {
        let message = format!("A {word} has a name of 1 to 255 printable characters.");
        return Err(Refusal::field(Code::InvalidInput, "name", message));
    }
    Ok(())
}
