//! Fields of plain kinds that are stored sealed: who makes the document learns once what a field says that the
//! host may choose, and from then on nobody reads them but the engine.

use crate::{Engine, Work};
use host_core::TenantId;
use host_core::document::Document;
use host_core::object::Object;
use host_core::plain::{Part, PlainKind};
use host_core::record::RecordKind;
use host_core::secret::{Sealed, Secret};
use serde_json::{Map, Value};

/// The sealed fields of a kind.
fn names(kind: RecordKind) -> Vec<&'static str> {
    match kind {
        RecordKind::Plain(plain) | RecordKind::Part(Part { of: plain, .. }) => plain.sealed().collect(),
        RecordKind::Typed(_) | RecordKind::Streams(_) => Vec::new(),
    }
}

/// What a new document says in fields that the host chooses where nobody else does, in the clear.
pub(super) fn chosen(kind: RecordKind, made: &Object) -> Map<String, Value> {
    let (RecordKind::Plain(plain), Object::Document(document)) = (kind, made) else { return Map::new() };
    let sealed = names(kind);
    let chosen = plain.generated().map(|(name, _)| name);
    let chosen = chosen.filter(|name| sealed.contains(name));
    chosen.filter_map(|name| Some((name.to_owned(), document.fields.get(name)?.clone()))).collect()
}

/// Seals what is not what was stored before.
pub(super) fn seal(work: &Work, kind: RecordKind, before: Option<&Object>, after: &mut Object) {
    let Object::Document(document) = after else { return };
    let stored = |name: &str| match before {
        Some(Object::Document(before)) => before.fields.get(name),
        _ => None,
    };
    let (tenant, id) = (work.caller().tenant, document.id.0);
    for name in names(kind) {
        let Some(Value::String(text)) = document.fields.get(name) else { continue };
        if text.is_empty() || stored(name).and_then(Value::as_str) == Some(text) {
            continue;
        }
        let place = place(&document.collection, name);
        let sealed = work.engine().keyring().seal_field(tenant, &place, id, &Secret::new(text.as_str()));
        document.fields.insert(name.to_owned(), hex::encode(sealed.0).into());
    }
}

/// Takes them out of a document that is shown.
pub(super) fn hide(kind: RecordKind, fields: &mut Map<String, Value>) {
    for name in names(kind) {
        fields.remove(name);
    }
}

/// What a sealed field says; none where it says nothing, or was sealed elsewhere.
pub(crate) fn open(
    engine: &Engine,
    tenant: TenantId,
    document: &Document,
    plain: &PlainKind,
    name: &str,
) -> Option<Secret> {
    if document.collection != plain.word {
        return None;
    }
    let sealed = Sealed(hex::decode(document.fields.get(name)?.as_str()?).ok()?);
    engine.keyring().open_field(tenant, &place(plain.word, name), document.id.0, &sealed)
}

fn place(word: &str, field: &str) -> String {
    format!("{word}.{field}")
}
