//! Creates a record.

use super::{access_code, beside, consequence, get, guide, provider, reference, sealed};
use crate::{Result, Work};
use host_core::Refusal;
use host_core::caller::CallerRole;
use host_core::object::{Kind, Object};
use host_core::record::RecordKind;
use host_core::refusal::Code;
use host_core::unique::{Unique, uniques};
use serde_json::{Map, Value};

/// Creates a record from the fields that are there, and returns the whole record.
///
/// # Errors
/// `not_permitted` below an admin, `name_taken`, `invalid_input` for fields that do not fit and
/// for named things that are not there.
pub async fn create(work: &mut Work, kind: &str, document: &Map<String, Value>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let kind = super::kind(work, kind)?;
    let mut document = document.clone();
    let beside = beside::take(work, kind, &mut document).await?;
    let mut object = compose(work, kind, &document).await?;
    claim(work, None, &object).await?;
    reference::check(work, &object).await?;
    guide::settle(work, None, &mut object, beside.reload).await?;
    let chosen = sealed::chosen(kind, &object);
    sealed::seal(work, kind, None, &mut object);
    provider::settle(work, None, &mut object, beside.reload).await?;
    consequence::effects(work, kind, None, Some(&object));
    work.put(None, Some(object.clone()));
    beside.set(work, &object).await?;
    let mut made = get::document(work, kind, &object).await?;
    if let Value::Object(fields) = &mut made {
        fields.extend(chosen);
    }
    Ok(made)
}

async fn compose(work: &mut Work, kind: RecordKind, document: &Map<String, Value>) -> Result<Object> {
    if kind.stored_as() == Kind::Settings {
        return Err(Refusal::new(Code::NotPermitted, "Settings are there from the start; edit them.").into());
    }
    let (role, now) = (work.caller().role(), work.now());
    let id = work.next_id(kind.stored_as()).await?;
    let blank = kind.blank(id, now);
    let mut blank = blank.ok_or_else(|| Refusal::new(Code::NotPermitted, "Records of this kind cannot be created."))?;
    access_code::begin(work, &mut blank);
    generate(work, kind, &mut blank);
    Ok(kind.merged(&blank, document, role, now)?)
}

/// Chooses what nobody has to, unless the document says something else.
fn generate(work: &mut Work, kind: RecordKind, blank: &mut Object) {
    let (RecordKind::Plain(plain), Object::Document(document)) = (kind, blank) else { return };
    for (name, characters) in plain.generated() {
        document.fields.insert(name.to_owned(), work.random_text(characters).into());
    }
}

/// Claims the unique values that a record has and did not have before.
pub(super) async fn claim(work: &mut Work, before: Option<&Object>, after: &Object) -> Result<()> {
    let had = before.map(uniques).unwrap_or_default();
    for unique in uniques(after) {
        if had.contains(&unique) {
            continue;
        }
        let (word, field) = match &unique {
            Unique::DocumentKey(collection, key, _) => (collection.clone(), key.clone()),
            Unique::AccessCode(_) => ("access code".to_owned(), "code".to_owned()),
            _ => (after.key().kind().as_str().to_owned(), "name".to_owned()),
        };
        if !work.claim(unique).await? {
            let message = format!("Another {word} has this {field}; choose another.");
            return Err(Refusal::field(Code::NameTaken, field, message).into());
        }
    }
    Ok(())
}
