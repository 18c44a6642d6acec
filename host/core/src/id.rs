//! One id type for every thing, so that two kinds of id cannot be mixed up. The store gives them out in durable
//! blocks.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($number:ty: $($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub $number);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map($name)
            }
        }
    )*};
}

// What cross as numbers: an engine of JavaScript knows these exactly.
ids! { u32:
    /// One isolated panel; unique in the process.
    TenantId,
    /// A person who manages: admin or reseller. Unique in its tenant, as all below.
    UserId,
    /// A set of rights that users share.
    GroupId,
    /// One subscription.
    LineId,
    /// What is sold.
    PackageId,
    /// A set of streams and series.
    BouquetId,
    /// A heading under which streams or series are listed.
    CategoryId,
    /// A live channel, created channel, movie, episode or radio station.
    StreamId,
    /// A series; its episodes are streams.
    SeriesId,
    /// A first path segment that opens a panel surface. Unique in the process.
    AccessCodeId,
    /// An API key of a user.
    ApiKeyId,
    /// A sign-in that goes on by a token.
    SessionId,
    /// A source of guide data.
    GuideSourceId,
    /// Something that is sent to a box.
    BoxEventId,
    /// A document of a plain kind, or of a plugin's collection.
    DocumentId,
    /// A long piece of work that runs in chunks.
    JobId,
    /// An installed plugin of a tenant. Unique in the process.
    PluginId,
    /// The settings row of a tenant; there is exactly one, [`crate::settings::SETTINGS`].
    SettingsId,
}

// Rows that come with the traffic and are numbered for good: 32 bits of them run out within years.
// Where they leave the process they are decimal text.
ids! { i64:
    /// A movement of credits. 0 before it is stored.
    TransferId,
    /// An effect or event that waits in the outbox.
    OutboxId,
}

/// How often a stored row has changed; every write adds one, and guards compare it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(pub u32);

impl Version {
    /// The version after one more write.
    pub fn next(self) -> Version {
        Version(self.0.wrapping_add(1))
    }
}
