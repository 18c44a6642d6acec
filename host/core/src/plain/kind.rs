//! A plain kind: what it is called, its fields, and by what its documents are found.

use super::field::PlainField;
use crate::caller::CallerRole;
use crate::document::{self, Document, Indexed, Shape};
use crate::event::Effect;
use crate::kind::Stale;
use crate::record::check_settable;
use crate::record::declared::{Reading, RecordField};
use crate::reference::Deletion;
use crate::refusal::Code;
use crate::time::Unix;
use crate::{DocumentId, Refusal, Version};
use serde_json::{Map, Value};

/// A plain kind. Its declaration is a constant that begins with [`PlainKind::new`].
#[derive(Clone, Debug)]
pub struct PlainKind {
    /// What messages, grants and documents call it.
    pub word: &'static str,
    /// Its fields besides `id`.
    pub fields: &'static [PlainField],
    /// Which of its documents resellers read; of each they see the fields that are shown to resellers.
    pub resellers: Reading,
    /// Fields whose values together only one document may have, as `kind+value`.
    pub unique: &'static [&'static str],
    /// Rules over several fields, and how values are brought into their usual form.
    pub rule: fn(&mut Map<String, Value>) -> Result<(), Refusal>,
    /// What has to happen after one was made, changed or deleted.
    pub effect: Option<Effect>,
    /// What is kept in memory and becomes old by that, all of it.
    pub makes_stale: Stale,
    /// The field that the host stamps.
    pub stamp: Option<(&'static str, Stamp)>,
    /// What it is divided into, if into anything.
    pub parts: Option<Parts>,
}

/// The parts of a plain kind: each a list of its own, by the value of one field.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// The field.
    pub field: &'static str,
    /// The word of each part, with its value of the field.
    pub words: &'static [(&'static str, &'static str)],
}

/// One part of a plain kind.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The kind.
    pub of: &'static PlainKind,
    /// Its word.
    pub word: &'static str,
    /// The field that says which part a document is of.
    pub field: &'static str,
    /// The value of that field.
    pub value: &'static str,
}

impl Part {
    /// Whether a document is of this part.
    pub fn has(self, document: &Document) -> bool {
        document.collection == self.of.word
            && document.fields.get(self.field).and_then(Value::as_str) == Some(self.value)
    }
}

/// When the host writes the time into a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stamp {
    /// When the document is made.
    Creation,
    /// With each change.
    Change,
}

impl PlainKind {
    /// A kind that only admins read, without rules, consequences and unique values.
    pub const fn new(word: &'static str, fields: &'static [PlainField]) -> PlainKind {
        PlainKind {
            word,
            fields,
            resellers: Reading::Never,
            unique: &[],
            rule: |_| Ok(()),
            effect: None,
            makes_stale: Stale::Nothing,
            stamp: None,
            parts: None,
        }
    }

    /// Its part with this word.
    pub fn part(&'static self, word: &str) -> Option<Part> {
        let Parts { field, words } = self.parts?;
        let (word, value) = words.iter().find(|(known, _)| *known == word)?;
        Some(Part { of: self, word, field, value })
    }

    /// The field with this name.
    pub fn field(&self, name: &str) -> Option<&'static PlainField> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// All its fields, with `id`, and who may do what with them.
    pub fn record_fields(&self) -> Vec<RecordField> {
        let id = PlainField::count("id").shown_to_resellers().set_by_host();
        std::iter::once(id.access()).chain(self.fields.iter().map(PlainField::access)).collect()
    }

    /// By what its documents are found besides their ids.
    pub fn shape(&self) -> Shape {
        let secret = self.fields.iter().filter(|field| field.is_secret).map(|field| field.name.to_owned());
        let unique = self.unique.iter().map(|name| (*name).to_owned());
        Shape { unique: unique.collect(), secret: secret.collect(), ..Shape::default() }
    }

    /// The fields that the host chooses where a new document says nothing, each with how many characters.
    pub fn generated(&self) -> impl Iterator<Item = (&'static str, usize)> {
        self.fields.iter().filter_map(|field| Some((field.name, field.generated?.into())))
    }

    /// The names of the fields that are stored sealed.
    pub fn sealed(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().filter(|field| field.is_sealed).map(|field| field.name)
    }

    /// The names of the fields by which a list may be asked for.
    pub fn filters(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().filter(|field| field.is_filter).map(|field| field.name)
    }

    /// One before any field is set.
    pub fn blank(&self, id: u32, now: Unix) -> Document {
        let mut fields: Map<String, Value> =
            self.fields.iter().map(|field| (field.name.to_owned(), field.empty())).collect();
        if let Some((stamped, _)) = self.stamp {
            fields.insert(stamped.to_owned(), now.0.into());
        }
        let collection = self.word.to_owned();
        Document { id: DocumentId(id), version: Version(0), collection, fields, indexed: Indexed::default() }
    }

    /// One with the fields of a document set, as far as the role may set them.
    ///
    /// # Errors
    /// `invalid_input` and `not_permitted` by the field, `too_large`.
    pub fn merged(
        &self,
        current: &Document,
        sent: &Map<String, Value>,
        role: CallerRole,
        now: Unix,
    ) -> Result<Document, Refusal> {
        let known = self.record_fields();
        for name in sent.keys() {
            check_settable(self.word, &known, name, role)?;
        }
        let mut fields = Map::with_capacity(self.fields.len());
        for field in self.fields {
            // What is stored already was checked when it was written, perhaps by other rules.
            let value = match (sent.get(field.name), current.fields.get(field.name)) {
                (Some(sent), _) => field.checked(sent)?,
                (None, Some(kept)) if !kept.is_null() => kept.clone(),
                (None, _) => field.checked(&field.empty())?,
            };
            fields.insert(field.name.to_owned(), value);
        }
        (self.rule)(&mut fields)?;
        document::check(&fields)?;
        if let Some((stamped, Stamp::Change)) = self.stamp
            && fields != current.fields
        {
            fields.insert(stamped.to_owned(), now.0.into());
        }
        self.indexed(Document { fields, ..current.clone() })
    }

    /// The document with its index entries, made from its fields.
    ///
    /// # Errors
    /// `invalid_input` for a value that has no place in an index.
    pub fn indexed(&self, document: Document) -> Result<Document, Refusal> {
        let fields = &document.fields;
        let mut indexed = self.shape().place(fields)?;
        let searched = self.fields.iter().filter(|field| field.is_searched);
        let texts: Vec<_> = searched.filter_map(|field| fields.get(field.name)?.as_str()).collect();
        indexed.searched = texts.join("\n");
        for field in self.fields {
            let (Some(reference), Some(value)) = (field.refers, fields.get(field.name)) else { continue };
            indexed.references.extend(field.ids(value).into_iter().map(|id| (field.name, reference.to.to_owned(), id)));
        }
        Ok(Document { indexed, ..document })
    }

    /// What becomes of a document when a thing that it refers to, of the kind with this word, is deleted: the document
    /// without the reference where it is kept, none where it is deleted too.
    ///
    /// # Errors
    /// `in_use` where the deletion is refused.
    pub fn without(&self, document: Document, word: &str, id: u32) -> Result<Option<Document>, Refusal> {
        let mut kept = document;
        for field in self.fields {
            let Some(reference) = field.refers.filter(|reference| reference.to == word) else { continue };
            let Some(rest) = kept.fields.get(field.name).and_then(|value| field.without(value, id)) else { continue };
            match reference.on_deletion {
                Deletion::Refused => {
                    let message = format!("The {word} is still used by the {} {}.", self.word, kept.id);
                    return Err(Refusal::new(Code::InUse, message));
                }
                Deletion::Cleared => drop(kept.fields.insert(field.name.to_owned(), rest)),
                Deletion::Followed => return Ok(None),
            }
        }
        self.indexed(kept).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_forms::Form;
    use serde_json::json;

    const LOGO: PlainKind = PlainKind {
        unique: &["name"],
        stamp: Some(("changed_at", Stamp::Change)),
        ..PlainKind::new(
            "logo",
            &[
                PlainField::text("name").needed().searched().at_most(8),
                PlainField::id("stream", "stream", Deletion::Cleared),
                PlainField::list("series", Form::Id).refers_to("series", Deletion::Refused),
                PlainField::text("place").one_of(&["left", "right"]),
                PlainField::text("token").secret(),
                PlainField::date("changed_at").set_by_host(),
            ],
        )
    };

    fn set(sent: Value) -> Result<Document, Refusal> {
        let blank = LOGO.blank(3, Unix(5));
        LOGO.merged(&blank, sent.as_object().unwrap(), CallerRole::Admin, Unix(9))
    }

    #[test]
    fn a_document_has_every_field_and_is_found_by_what_it_says() {
        let logo = set(json!({"name": "News", "stream": 7, "series": [1, 2]})).unwrap();
        let shown = json!({"id": 3, "name": "News", "stream": 7, "series": [1, 2], "place": null, "token": "",
            "changed_at": 9});
        assert_eq!(serde_json::to_value(&logo).unwrap(), shown);
        assert_eq!((logo.indexed.searched.as_str(), logo.indexed.keys.len()), ("News", 1));
        let named: Vec<_> = logo.indexed.references.iter().map(|(_, word, id)| (word.as_str(), *id)).collect();
        assert_eq!(named, [("series", 1), ("series", 2), ("stream", 7)]);
    }

    #[test]
    fn what_does_not_fit_is_refused_by_its_field() {
        for (sent, field) in [
            (json!({}), "name"),
            (json!({"name": " "}), "name"),
            (json!({"name": "a name too long"}), "name"),
            (json!({"name": 7}), "name"),
            (json!({"name": "a", "stream": -1}), "stream"),
            (json!({"name": "a", "stream": "7"}), "stream"),
            (json!({"name": "a", "series": [0]}), "series"),
            (json!({"name": "a", "series": 1}), "series"),
            (json!({"name": "a", "place": "above"}), "place"),
            (json!({"name": "a", "changed_at": 1}), "changed_at"),
            (json!({"name": "a", "colour": 1}), "colour"),
        ] {
            assert_eq!(set(sent.clone()).unwrap_err().field.as_deref(), Some(field), "{sent}");
        }
    }

    #[test]
    fn a_deletion_means_what_the_reference_says() {
        let logo = set(json!({"name": "News", "stream": 7, "series": [1, 2]})).unwrap();
        let cleared = LOGO.without(logo.clone(), "stream", 7).unwrap().unwrap();
        assert_eq!(cleared.fields["stream"], Value::Null);
        assert!(cleared.indexed.references.iter().all(|(_, word, _)| word == "series"));
        assert_eq!(LOGO.without(logo, "series", 2).unwrap_err().code, Code::InUse);
    }
}
