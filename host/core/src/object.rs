//! Everything that is stored under an id, as one type: what a change writes, what a guard names, what a read
//! returns. The store maps each kind to a table.

pub use crate::kind::{Key, Kind};
use crate::{Version, kinds};

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
    ($($kind:ident($module:ident $type:ident, $id:ident) $text:literal $belongs:ident $stale:ident
       [$($field:ident $named:ident $deletion:ident),*],)*) => {
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

            /// What it names, with the field that does. What names itself needs nothing else to be there.
            #[allow(unused_variables, reason = "not every kind names others")]
            pub fn references(&self) -> Vec<(&'static str, Key)> {
                let named: Vec<Vec<(&'static str, Key)>> = match self {
                    $(Object::$kind(it) => vec![$(
                        it.$field.iter().map(|named| (stringify!($field), Key::from(*named))).collect()
                    ),*]),*
                };
                named.into_iter().flatten().filter(|(_, key)| *key != self.key()).collect()
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
