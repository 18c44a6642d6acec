//! Verbs on a plugin's own documents. They are private to the tenant and the plugin, whoever calls, and part of the
//! same plan as everything else that an action writes.

mod count;
mod create;
mod delete;
mod edit;
mod find;
mod get;
mod list;
mod reshape;
mod shapes;

pub use count::count;
pub use create::create;
pub use delete::delete;
pub use edit::edit;
pub use find::find;
pub use get::get;
pub use list::list;
pub(crate) use shapes::Shapes;

use crate::work::version;
use crate::{Result, Work, document};
use host_core::document::{self as documents, Document, Shape};
use host_core::object::Object;
use host_core::refusal::Code;
use host_core::unique::Unique;
use host_core::{DocumentId, Refusal};
use serde_json::{Map, Value};
use std::sync::Arc;

/// A collection of a plugin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Collection {
    /// `plugin/collection`: as it is stored.
    name: Arc<str>,
    /// By what its documents are found.
    shape: Shape,
    /// The shape as it is stored.
    stored_shape: Arc<str>,
}

impl Collection {
    /// The collection of a plugin, as its manifest declares it.
    pub fn new(plugin: &str, name: &str, shape: Shape) -> Collection {
        let stored_shape = serde_json::to_string(&shape).unwrap_or_default().into();
        Collection { name: format!("{plugin}/{name}").into(), shape, stored_shape }
    }

    /// What its plugin calls it.
    pub fn word(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// The document with what it is found by.
    fn placed(&self, document: Document) -> Result<Document> {
        Ok(Document { indexed: self.shape.place(&document.fields)?, ..document })
    }

    /// The document with this id, as the plan leaves it. Those of other collections are none of this one.
    async fn read(&self, work: &mut Work, id: u32) -> Result<Document> {
        let found = work.know::<Document>(DocumentId(id)).await?;
        let own = found.filter(|document| document.collection == *self.name);
        let mut document = own.ok_or_else(|| Refusal::not_found("document"))?;
        document.indexed.secrets.clone_from(&self.shape.secret);
        Ok(document)
    }

    /// Claims the unique keys that a document has and did not have before.
    async fn claim(&self, work: &mut Work, before: Option<&Document>, after: &Document) -> Result<()> {
        for (name, value) in &after.indexed.keys {
            if before.and_then(|before| before.indexed.keys.get(name)) == Some(value) {
                continue;
            }
            if !work.claim(Unique::DocumentKey(self.name.to_string(), name.clone(), value.clone())).await? {
                let message = format!("Another document of {} has this {name}.", self.word());
                return Err(Refusal::field(Code::NameTaken, name.clone(), message).into());
            }
        }
        Ok(())
    }

    /// A document as its plugin sees it: what it says, with `id` and `version`.
    fn shown(work: &Work, document: &Document) -> Map<String, Value> {
        let object = Object::Document(document.clone());
        let mut fields = document::fields(&object);
        version::show(work, object.key(), document.version, &mut fields);
        fields
    }
}

/// Fields that a plugin sets: those that are null are not there.
fn set(fields: &mut Map<String, Value>, sent: &Map<String, Value>) -> Result<()> {
    for (name, value) in sent {
        match value {
            Value::Null => fields.remove(name),
            value => fields.insert(name.clone(), value.clone()),
        };
    }
    Ok(documents::check(fields)?)
}
