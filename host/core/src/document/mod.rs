//! Documents: what is stored without a table of its own. A document belongs to a collection, of a plain kind of
//! the host or of a plugin, whose [`Shape`] says by which of its values it is found.

mod ordered;
mod range;
mod shape;

pub use ordered::LONGEST_TEXT;
pub use range::{Cursor, Range};
pub use shape::{Indexed, MAX_ENTRIES, Shape};

use crate::refusal::Code;
use crate::{DocumentId, Refusal, Version};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

/// Largest document in bytes of JSON.
pub const LARGEST: usize = 64 << 10;
/// Most documents of a collection.
pub const MOST: u32 = 1_000_000;
/// Names that the host gives every document: none of its own fields may have one of them.
pub const RESERVED: [&str; 2] = ["id", "version"];

/// One document. Serialises to its fields with its id.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its id; unique over all collections of a tenant.
    pub id: DocumentId,
    /// How often it has changed.
    pub version: Version,
    /// Whose it is: the word of a plain kind, or `plugin/collection`.
    pub collection: String,
    /// What it says.
    pub fields: Map<String, Value>,
    /// Its index entries. Empty after a read: the shape makes them anew from the fields.
    pub indexed: Indexed,
}

/// Index entries follow from the fields, so they are not compared.
impl PartialEq for Document {
    fn eq(&self, other: &Document) -> bool {
        let of = |it: &Document| (it.id, it.version);
        of(self) == of(other) && self.collection == other.collection && self.fields == other.fields
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.clone()));
        serializer.collect_map(std::iter::once(("id", Value::from(self.id.0))).chain(fields))
    }
}

/// The fields of a document from outside, checked for what holds in every collection.
///
/// # Errors
/// `invalid_input` for a reserved name, `too_large`.
pub fn check(fields: &Map<String, Value>) -> Result<(), Refusal> {
    if let Some(name) = RESERVED.iter().find(|name| fields.contains_key(**name)) {
        let message = format!("{name} is the host's; call the field something else.");
        return Err(Refusal::field(Code::InvalidInput, *name, message));
    }
    let size = serde_json::to_vec(fields).map_or(usize::MAX, |text| text.len());
    if size > LARGEST {
        return Err(Refusal::new(Code::TooLarge, format!("A document has at most {LARGEST} bytes as JSON.")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_shows_its_id_and_what_it_says() {
        let fields = json!({"email": "a@example.org"}).as_object().unwrap().clone();
        let collection = "billing/customers".to_owned();
        let document =
            Document { id: DocumentId(7), version: Version(2), collection, fields, indexed: Indexed::default() };
        assert_eq!(serde_json::to_value(&document).unwrap(), json!({"id": 7, "email": "a@example.org"}));
    }

    #[test]
    fn the_hosts_names_and_too_much_are_refused() {
        let refused = |value: Value| check(value.as_object().unwrap()).unwrap_err();
        assert_eq!(refused(json!({"version": 1})).field.as_deref(), Some("version"));
        assert_eq!(refused(json!({"text": "x".repeat(LARGEST)})).code, Code::TooLarge);
        assert_eq!(check(json!({"text": "x".repeat(LARGEST - 64)}).as_object().unwrap()), Ok(()));
    }
}
