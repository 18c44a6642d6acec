//! What is read of a provider, one after the other.

/// What is asked of a provider's player API, in this order: the kind of what it lists, the action of its categories, that
/// of its list, and what its ids are called there.
pub const ACTIONS: [(&str, &str, &str, &str); 3] = [
    ("live", "get_live_categories", "get_live_streams", "stream_id"),
    ("movie", "get_vod_categories", "get_vod_streams", "stream_id"),
    ("series", "get_series_categories", "get_series", "series_id"),
];

/// One item of what is read of a provider.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProviderItem {
    /// What it says of the account; it comes first.
    Account(Facts),
    /// A row of its list.
    Listed(Listed),
}

/// What a provider says of an account.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Facts {
    /// `Active`, `Expired`, `Banned`, `Disabled`, as it is written there.
    pub status: String,
    /// When it ends; none for one that does not.
    pub expires_at: Option<i64>,
    /// Seats that it has.
    pub max_connections: u32,
    /// Seats that are taken.
    pub active_connections: u32,
}

/// A row of a provider's list.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Listed {
    /// `live`, `movie` or `series`.
    pub kind: &'static str,
    /// Its number there.
    pub remote: u32,
    /// Shown name.
    pub name: String,
    /// Picture, may be empty.
    pub icon: String,
    /// The name of its category, may be empty.
    pub category: String,
    /// Its channel in a guide, may be empty.
    pub guide_channel: String,
    /// When it was added there.
    pub added_at: Option<i64>,
    /// The extension of a movie's file, may be empty.
    pub extension: String,
}
