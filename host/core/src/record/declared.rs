//! What a kind of record declares beside its type: its fields with who reads and sets them, what it refers to,
//! and when it cannot stand.

use crate::Refusal;
use crate::kind::Key;
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

    /// What it names, with the field that does.
    fn references(&self) -> Vec<(&'static str, Key)> {
        Vec::new()
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

/// References of a field that names many.
pub(crate) fn all<I: Copy + Into<Key>>(field: &'static str, ids: &[I]) -> impl Iterator<Item = (&'static str, Key)> {
    ids.iter().map(move |id| (field, (*id).into()))
}
