//! The kinds of stored things, each said once: its word, its id, who it belongs to, what becomes old when one
//! of them changes and what it names. What else a kind is made of (types, tables) other places ask for by this list.

use crate::reference::{Deletion, Reference};
use crate::session::Holder;
use crate::*;
use serde::{Deserialize, Serialize};

/// Who a kind belongs to, and with that who may see its rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Belongs {
    /// Each to a user: it is seen by them and by those above them.
    Owner,
    /// To all who sign in to the panel.
    Shared,
    /// To the panel: admins see it.
    Panel,
    /// To the process: it is kept in the control database.
    Process,
}

/// What is kept in memory and becomes old when a row of a kind changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stale {
    /// Nothing.
    Nothing,
    /// Lists of every bouquet.
    Catalogue,
    /// Lists of the bouquet that it is.
    Bouquet,
    /// Lists of the bouquets that hold it.
    Members,
    /// Settings.
    Settings,
    /// The guide.
    Guide,
    /// Lines.
    Lines,
    /// Tenants.
    Tenants,
}

/// Calls a macro, named in brackets, with what comes after that and then every kind:
/// `Variant(module Type, Id) "word" Belongs Stale [what it names]`. It names others by a field, of a kind, with what
/// their [`Deletion`] means for it: `Refused` holds by itself, to `Cleared` and `Followed` the verb that deletes sees.
#[macro_export]
macro_rules! kinds {
    ([$($callback:tt)*] $($with:tt)*) => {
        $($callback)*! { $($with)*
            User(user User, UserId) "user" Owner Nothing [group Group Refused],
            Group(group Group, GroupId) "group" Shared Nothing [user_groups Group Refused],
            Line(line Line, LineId) "line" Owner Lines [package Package Refused, bouquets Bouquet Cleared],
            Package(package Package, PackageId) "package" Shared Nothing
                [groups Group Refused, bouquets Bouquet Cleared, addons Package Refused],
            Bouquet(bouquet Bouquet, BouquetId) "bouquet" Shared Bouquet [],
            Category(category Category, CategoryId) "category" Shared Catalogue [],
            Stream(stream Stream, StreamId) "stream" Shared Members
                [categories Category Refused, guide_source GuideSource Cleared, episode_of Series Refused],
            Series(series Series, SeriesId) "series" Shared Members [categories Category Refused],
            ApiKey(api_key ApiKey, ApiKeyId) "api_key" Owner Nothing [],
            Session(session Session, SessionId) "session" Owner Nothing [],
            Settings(settings Settings, SettingsId) "settings" Shared Settings [],
            GuideSource(guide GuideSource, GuideSourceId) "guide_source" Shared Guide [],
            Document(document Document, DocumentId) "document" Panel Nothing [],
            BoxEvent(box_event BoxEvent, BoxEventId) "box_event" Panel Nothing [],
            Job(job Job, JobId) "job" Panel Nothing [],
            Tenant(tenant Tenant, TenantId) "tenant" Process Tenants [],
            AccessCode(access_code AccessCode, AccessCodeId) "access_code" Process Nothing [],
            Plugin(plugin InstalledPlugin, PluginId) "plugin" Process Nothing [],
        }
    };
}

macro_rules! declare {
    ($($kind:ident($module:ident $type:ident, $id:ident) $text:literal $belongs:ident $stale:ident
       [$($field:ident $named:ident $deletion:ident),*],)*) => {
        /// The kinds of stored things.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $(#[doc = concat!("A ", $text, ".")] $kind),* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// The kind's word: what messages, grants and tables call it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Kind::$kind => $text),* }
            }

            /// Who it belongs to.
            pub const fn belongs(self) -> Belongs {
                match self { $(Kind::$kind => Belongs::$belongs),* }
            }

            /// What becomes old when a row of it changes.
            pub const fn makes_stale(self) -> Stale {
                match self { $(Kind::$kind => Stale::$stale),* }
            }

            /// What it names, each with the field that does.
            pub const fn references(self) -> &'static [(&'static str, Reference)] {
                match self {
                    $(Kind::$kind => const { &[$((
                        stringify!($field),
                        Reference { to: Kind::$named.as_str(), on_deletion: Deletion::$deletion },
                    )),*] }),*
                }
            }
        }

        /// The kind and id of a stored thing: what guards, audit rows and reservations name.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Key { $(#[doc = concat!("A ", $text, ".")] $kind($id)),* }

        impl Key {
            /// The kind.
            pub fn kind(self) -> Kind {
                match self { $(Key::$kind(_) => Kind::$kind),* }
            }

            /// The bare number.
            pub fn number(self) -> u32 {
                match self { $(Key::$kind(id) => id.0),* }
            }

            /// The key of a kind and number.
            pub fn new(kind: Kind, number: u32) -> Key {
                match kind { $(Kind::$kind => Key::$kind($id(number))),* }
            }
        }

        $(
            impl From<$id> for Key {
                fn from(id: $id) -> Key { Key::$kind(id) }
            }
        )*
    };
}

kinds!([declare]);

impl Kind {
    /// The kind with this word.
    pub fn of_word(word: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

impl From<Holder> for Key {
    fn from(holder: Holder) -> Key {
        match holder {
            Holder::User(id) => Key::User(id),
            Holder::Line(id) => Key::Line(id),
        }
    }
}

impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.kind().as_str(), self.number())
    }
}
