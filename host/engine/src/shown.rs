//! Which fields the rows of a list show: those that its query names, or all. What is not shown is not read.

use crate::Result;
use host_core::Refusal;
use host_core::field_list::{Chosen, Field};
use host_core::refusal::Code;
use serde_json::{Map, Value};

/// The name in queries.
pub(crate) const NAME: &str = "fields";

/// The fields to show.
pub(crate) struct Shown<'q>(Option<&'q [Value]>);

impl<'q> Shown<'q> {
    /// What a query asks for.
    ///
    /// # Errors
    /// `invalid_input` for what is no list of names.
    pub(crate) fn of(query: &'q Map<String, Value>) -> Result<Shown<'q>> {
        match query.get(NAME) {
            None | Some(Value::Null) => Ok(Shown(None)),
            Some(Value::Array(names)) if names.iter().all(Value::is_string) => Ok(Shown(Some(names))),
            Some(_) => Err(Refusal::field(Code::InvalidInput, NAME, "fields is a list of names.").into()),
        }
    }

    /// Whether a field is shown.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.is_none_or(|names| names.iter().any(|known| known == name))
    }

    /// The fields of a list that are shown.
    pub(crate) fn chosen(&self, list: &[Field]) -> Chosen {
        self.0.map_or(Chosen::ALL, |names| Chosen::of(list, names.iter().filter_map(Value::as_str)))
    }

    /// Takes out of a document what is not shown; its id stays.
    pub(crate) fn trim(&self, fields: &mut Map<String, Value>) {
        if self.0.is_some() {
            fields.retain(|name, _| name == "id" || self.has(name));
        }
    }
}
