//! A record before any field is set, and the merge of a document into one. Each kind's type is named here, so
//! that the verbs need not.

use host_core::block::Block;
use host_core::bouquet::Bouquet;
use host_core::caller::CallerRole;
use host_core::category::Category;
use host_core::group::Group;
use host_core::guide::{Build, GuideSource};
use host_core::object::{Key, Kind, Object};
use host_core::package::Package;
use host_core::record::{Access, access, merge};
use host_core::refusal::Code;
use host_core::series::Series;
use host_core::stream::Stream;
use host_core::time::Unix;
use host_core::*;
use serde_json::{Map, Value, json};

/// A new record with its defaults; none for kinds that are not created (settings) or have no
/// defaults (blocks).
pub(super) fn blank(kind: Kind, id: u32, now: Unix) -> Option<Object> {
    Some(match kind {
        Kind::Group => Object::Group(Group { id: GroupId(id), ..Group::default() }),
        Kind::Package => Object::Package(Package { id: PackageId(id), ..Package::default() }),
        Kind::Bouquet => Object::Bouquet(Bouquet { id: BouquetId(id), ..Bouquet::default() }),
        Kind::Category => Object::Category(Category { id: CategoryId(id), ..Category::default() }),
        Kind::Stream => Object::Stream(Stream { id: StreamId(id), added_at: now, ..Stream::default() }),
        Kind::Series => Object::Series(Series { id: SeriesId(id), modified_at: now, ..Series::default() }),
        Kind::GuideSource => Object::GuideSource(guide_source(id, String::new(), now)),
        _ => return None,
    })
}

/// A guide source without programmes.
pub(crate) fn guide_source(id: u32, name: String, now: Unix) -> GuideSource {
    GuideSource {
        id: GuideSourceId(id),
        version: Version(0),
        name,
        current: Build(0),
        latest: Build(0),
        programmes: 0,
        updated_at: now,
    }
}

/// The record with the fields of a document set, as far as the role may set them.
pub(super) fn merged(current: &Object, document: &Map<String, Value>, role: CallerRole) -> Result<Object, Refusal> {
    Ok(match current {
        Object::Group(it) => Object::Group(merge(it, document, role)?),
        Object::Package(it) => Object::Package(merge(it, document, role)?),
        Object::Bouquet(it) => Object::Bouquet(merge(it, document, role)?),
        Object::Category(it) => Object::Category(merge(it, document, role)?),
        Object::Stream(it) => Object::Stream(merge(it, document, role)?),
        Object::Series(it) => Object::Series(merge(it, document, role)?),
        Object::GuideSource(it) => Object::GuideSource(merge(it, document, role)?),
        Object::Settings(it) => Object::Settings(merge(it, document, role)?),
        Object::Block(it) => Object::Block(block(Some(it), it.id.0, it.created_at, document, role)?),
        _ => return Err(Refusal::new(Code::InvalidInput, "Records of this kind cannot be created.")),
    })
}

/// A block out of a document. Its `kind` and `value` only make sense together, so they are not
/// merged one by one.
pub(super) fn block(
    current: Option<&Block>,
    id: u32,
    created_at: Unix,
    document: &Map<String, Value>,
    role: CallerRole,
) -> Result<Block, Refusal> {
    let mut fields = match current.map(serde_json::to_value) {
        Some(Ok(Value::Object(fields))) => fields,
        _ => Map::from_iter([("id".to_owned(), json!(id)), ("created_at".to_owned(), json!(created_at))]),
    };
    for (name, value) in document {
        if access(Kind::Block, name, role) != Access::Write {
            let message = format!("A block has no field {name} to set; it has kind, value and note.");
            return Err(Refusal::field(Code::InvalidInput, name.clone(), message));
        }
        fields.insert(name.clone(), value.clone());
    }
    let malformed = |_| {
        let message = "A block is of kind address (a network), agent or isp (a text), with its value.";
        Refusal::field(Code::InvalidInput, "value", message)
    };
    let mut block: Block = serde_json::from_value(Value::Object(fields)).map_err(malformed)?;
    if let block::Blocked::Agent(text) | block::Blocked::Isp(text) = &block.blocked
        && text.trim().is_empty()
    {
        return Err(Refusal::field(Code::InvalidInput, "value", "An empty text would block everybody."));
    }
    block.version = current.map_or(Version(0), |current| current.version);
    Ok(block)
}

/// The key of a record of a kind.
pub(super) fn key(kind: Kind, id: u32) -> Key {
    Key::new(kind, id)
}
