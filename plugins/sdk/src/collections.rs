//! Collections: the plugin's own documents, declared in its `plugin.toml`, in the same plan as all else that a call
//! does.

use crate::bindings::linecard::collections::collections as host;
use crate::{Held, Refusal, written};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::marker::PhantomData;

/// A collection whose documents are of a type. It is a constant of the plugin:
/// `const CUSTOMERS: Collection<Customer> = Collection::named("customers");`
pub struct Collection<T> {
    name: &'static str,
    of: PhantomData<fn() -> T>,
}

/// Which documents of a collection, and in which order.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Range {
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    equal: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    descending: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<u32>,
}

impl Range {
    /// All documents, by id.
    pub fn all() -> Range {
        Range::default()
    }

    /// All documents that stand in an index, in its order.
    pub fn by(index: &'static str) -> Range {
        Range { index: Some(index), ..Range::default() }
    }

    /// Those with this value of the index's next field.
    #[must_use]
    pub fn equal(mut self, value: impl Into<Value>) -> Range {
        self.equal.push(value.into());
        self
    }

    /// Those with at least this value of the next field.
    #[must_use]
    pub fn from(self, value: impl Into<Value>) -> Range {
        Range { from: Some(value.into()), ..self }
    }

    /// Those with less than this value of the next field.
    #[must_use]
    pub fn to(self, value: impl Into<Value>) -> Range {
        Range { to: Some(value.into()), ..self }
    }

    /// Greatest first.
    #[must_use]
    pub fn descending(self) -> Range {
        Range { descending: true, ..self }
    }

    /// Goes on behind a page, by its cursor.
    #[must_use]
    pub fn after(self, cursor: Option<String>) -> Range {
        Range { after: cursor, ..self }
    }

    /// Most documents to return, up to 1,000.
    #[must_use]
    pub fn limit(self, limit: u32) -> Range {
        Range { limit: Some(limit), ..self }
    }
}

/// Documents in the order of a range.
#[derive(Clone, Debug, Deserialize)]
pub struct Documents<T> {
    /// The documents.
    pub rows: Vec<T>,
    /// What the next page comes after; none behind the last one.
    pub cursor: Option<String>,
}

impl<T: DeserializeOwned> Collection<T> {
    /// The collection with this name.
    pub const fn named(name: &'static str) -> Collection<T> {
        Collection { name, of: PhantomData }
    }

    /// One document.
    pub fn get(&self, id: u32) -> Result<Held<T>, Refusal> {
        Ok(Held::new(host::get(self.name, id)?))
    }

    /// The document with these values of a unique key, one for each of its fields.
    pub fn find(&self, key: &str, values: &[Value]) -> Result<Held<T>, Refusal> {
        Ok(Held::new(host::find(self.name, key, &written(&values))?))
    }

    /// A page of documents.
    pub fn list(&self, range: &Range) -> Result<Held<Documents<T>>, Refusal> {
        Ok(Held::new(host::list(self.name, &written(range))?))
    }

    /// How many there are, as committed.
    pub fn count(&self) -> Result<u32, Refusal> {
        Ok(host::count(self.name)?)
    }

    /// Creates a document; returns the whole of it.
    pub fn create(&self, document: &impl Serialize) -> Result<Held<T>, Refusal> {
        Ok(Held::new(host::create(self.name, &written(document))?))
    }

    /// Sets the fields that are there and removes those that are null; returns the whole document.
    pub fn edit(&self, id: u32, document: &impl Serialize) -> Result<Held<T>, Refusal> {
        Ok(Held::new(host::edit(self.name, id, &written(document))?))
    }

    /// Deletes a document; with a version it is refused when the document has another one by now.
    pub fn delete(&self, id: u32, version: Option<u32>) -> Result<(), Refusal> {
        Ok(host::delete(self.name, id, &written(&serde_json::json!({ "version": version })))?)
    }
}
