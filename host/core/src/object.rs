//! Everything that is stored under an id, as one type: what a change writes, what a guard names, what a read
//! returns. The store maps each kind to a table.

use crate::category::CategoryKind;
pub use crate::kind::{Key, Kind};
use crate::{TenantId, Version, kinds};

/// What has an id, an optimistic version and a row of its own.
pub trait Stored: Clone + Send + Sync + Sized + 'static {
    /// The type of its id.
    type Id: Copy + Send + Sync + Into<Key>;
    /// Its kind.
    const KIND: Kind;
    /// Its id.
    fn id(&self) -> Self::Id;
    /// How often it has changed.
    fn version(&self) -> Version;
    /// Sets the version; only the store calls this.
    fn set_version(&mut self, version: Version);
    /// As an object.
    fn into_object(self) -> Object;
    /// Out of an object, when it is of this kind.
    fn from_object(object: Object) -> Option<Self>;
    /// The kind's word in messages.
    fn word() -> &'static str {
        Self::KIND.as_str()
    }
}

macro_rules! declare {
    ($($kind:ident($module:ident $type:ident, $id:ident) $text:literal $belongs:ident $stale:ident,)*) => {
        /// A stored thing, whole.
        #[derive(Clone, PartialEq, Debug)]
        #[allow(clippy::large_enum_variant)]
        pub enum Object { $(#[doc = concat!("A ", $text, ".")] $kind(crate::$module::$type)),* }

        impl Object {
            /// Its kind and id.
            pub fn key(&self) -> Key {
                match self { $(Object::$kind(it) => Key::$kind(it.id)),* }
            }

            /// How often it has changed.
            pub fn version(&self) -> Version {
                match self { $(Object::$kind(it) => it.version),* }
            }

            /// Its document, without secrets; what the audit compares.
            pub fn document(&self) -> serde_json::Value {
                match self { $(Object::$kind(it) => serde_json::to_value(it).unwrap_or_default()),* }
            }

            /// Writes its document as JSON.
            ///
            /// # Errors
            /// What the writer says.
            pub fn write_document(&self, out: impl std::io::Write) -> serde_json::Result<()> {
                match self { $(Object::$kind(it) => serde_json::to_writer(out, it)),* }
            }
        }

        $(
            impl Stored for crate::$module::$type {
                type Id = crate::$id;
                const KIND: Kind = Kind::$kind;
                fn id(&self) -> crate::$id { self.id }
                fn version(&self) -> Version { self.version }
                fn set_version(&mut self, version: Version) { self.version = version; }
                fn into_object(self) -> Object { Object::$kind(self) }
                fn from_object(object: Object) -> Option<Self> {
                    match object { Object::$kind(it) => Some(it), _ => None }
                }
            }
        )*
    };
}

kinds!([declare]);

/// A value that at most one thing has: what look-ups by name use and what "name is free"
/// guards name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unique {
    /// A line's user name.
    LineUsername(String),
    /// A user's name, in lower case.
    Username(String),
    /// A group's name.
    GroupName(String),
    /// A package's name.
    PackageName(String),
    /// A bouquet's name.
    BouquetName(String),
    /// A category's name in its list.
    CategoryName(CategoryKind, String),
    /// An API key's digest.
    ApiKeyDigest([u8; 32]),
    /// The digest of a session's token.
    SessionDigest([u8; 32]),
    /// A guide source's name.
    GuideSourceName(String),
    /// An imported stream's address in its source: (source, url).
    StreamOrigin(String, String),
    /// A tenant's name (control database).
    TenantName(String),
    /// A host name (control database).
    TenantHost(String),
    /// An access code's text (control database).
    AccessCode(String),
    /// A plugin's name in a tenant (control database).
    PluginName(TenantId, String),
    /// A unique key of a collection: (collection, key, value as it is stored).
    DocumentKey(String, String, Vec<u8>),
}

/// Conflicts are logged by it: what may be secret (digests, the address of a source, an access code, a field of a
/// document) is not in it.
impl std::fmt::Debug for Unique {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = self.kind().as_str();
        match self {
            Unique::LineUsername(name)
            | Unique::Username(name)
            | Unique::GroupName(name)
            | Unique::PackageName(name)
            | Unique::BouquetName(name)
            | Unique::CategoryName(_, name)
            | Unique::GuideSourceName(name)
            | Unique::TenantName(name)
            | Unique::TenantHost(name)
            | Unique::PluginName(_, name) => write!(f, "{kind} {name:?}"),
            Unique::DocumentKey(collection, key, _) => write!(f, "{collection} by {key}"),
            Unique::StreamOrigin(source, _) => write!(f, "{kind} of {source:?}"),
            Unique::ApiKeyDigest(_) | Unique::SessionDigest(_) | Unique::AccessCode(_) => f.write_str(kind),
        }
    }
}

impl Unique {
    /// The kind of thing that has it.
    pub fn kind(&self) -> Kind {
        match self {
            Unique::LineUsername(_) => Kind::Line,
            Unique::Username(_) => Kind::User,
            Unique::GroupName(_) => Kind::Group,
            Unique::PackageName(_) => Kind::Package,
            Unique::BouquetName(_) => Kind::Bouquet,
            Unique::CategoryName(..) => Kind::Category,
            Unique::ApiKeyDigest(_) => Kind::ApiKey,
            Unique::SessionDigest(_) => Kind::Session,
            Unique::GuideSourceName(_) => Kind::GuideSource,
            Unique::StreamOrigin(..) => Kind::Stream,
            Unique::TenantName(_) | Unique::TenantHost(_) => Kind::Tenant,
            Unique::AccessCode(_) => Kind::AccessCode,
            Unique::PluginName(..) => Kind::Plugin,
            Unique::DocumentKey(..) => Kind::Document,
        }
    }
}

/// The unique values that an object has; inserts and updates guard each of them.
pub fn uniques(object: &Object) -> Vec<Unique> {
    match object {
        Object::Line(line) => vec![Unique::LineUsername(line.username.clone())],
        Object::User(user) => vec![Unique::Username(user.username.to_lowercase())],
        Object::Group(group) => vec![Unique::GroupName(group.name.clone())],
        Object::Package(package) => vec![Unique::PackageName(package.name.clone())],
        Object::Bouquet(bouquet) => vec![Unique::BouquetName(bouquet.name.clone())],
        Object::Category(category) => vec![Unique::CategoryName(category.kind, category.name.clone())],
        Object::ApiKey(key) => vec![Unique::ApiKeyDigest(key.digest)],
        Object::Session(session) => vec![Unique::SessionDigest(session.digest)],
        Object::GuideSource(source) => vec![Unique::GuideSourceName(source.name.clone())],
        Object::Stream(stream) => {
            stream.origin.iter().map(|o| Unique::StreamOrigin(o.source.clone(), o.url.clone())).collect()
        }
        Object::Tenant(tenant) => std::iter::once(Unique::TenantName(tenant.name.clone()))
            .chain(tenant.hosts.iter().cloned().map(Unique::TenantHost))
            .collect(),
        Object::AccessCode(code) => vec![Unique::AccessCode(code.code.clone())],
        Object::Plugin(plugin) => vec![Unique::PluginName(plugin.tenant, plugin.name.clone())],
        Object::Document(document) => {
            let key = |(name, value): (&String, &Vec<u8>)| {
                Unique::DocumentKey(document.collection.clone(), name.clone(), value.clone())
            };
            document.indexed.keys.iter().map(key).collect()
        }
        Object::Series(_) | Object::Settings(_) | Object::Job(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_is_in_no_log_of_a_conflict() {
        let secret = "s3cret";
        for unique in [
            Unique::DocumentKey("billing/cards".into(), "token".into(), secret.into()),
            Unique::StreamOrigin("provider".into(), format!("http://h/{secret}")),
            Unique::AccessCode(secret.into()),
        ] {
            let shown = format!("{unique:?}");
            assert!(!shown.contains(secret) && !shown.contains("115"), "{shown}");
        }
        assert_eq!(format!("{:?}", Unique::LineUsername("guest".into())), "line \"guest\"");
    }
}
