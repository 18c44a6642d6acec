//! A tenant's settings: one row, every field with a default that is safe.

use crate::{SettingsId, Version};
use serde::{Deserialize, Serialize};

/// The id of the one settings row.
pub const SETTINGS: SettingsId = SettingsId(1);

/// What happens to a start when all seats are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionPolicy {
    /// The newcomer is refused.
    #[default]
    Refuse,
    /// The oldest connection ends and the newcomer gets its seat.
    EndOldest,
}

/// What happens to a start by a player that already has a seat (same address and agent), when all
/// seats are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamePlayer {
    /// It was a zap or a reconnect: the older response ends and the start gets its seat.
    #[default]
    TakeOver,
    /// It counts like anybody's. For servers that record: they open every tuner as one player from
    /// one address, and a start must not end a recording.
    Refuse,
}

/// Settings of one tenant. Serialises to the `settings` record document.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Always [`SETTINGS`].
    pub id: SettingsId,
    /// How often it has changed.
    #[serde(skip)]
    pub version: Version,
    /// The panel's name, as players show it.
    pub server_name: String,
    /// The sentence that players show after sign-in.
    pub welcome_message: String,
    /// IANA zone of all times that players see; UTC is what most clients get right.
    pub timezone: String,
    /// What happens at the connection limit.
    pub connection_policy: ConnectionPolicy,
    /// What happens there to a start by a player that has a seat already.
    pub same_player: SamePlayer,
    /// HTTP status of a wrong password on the player API: 200, 401, 403 or 404.
    pub auth_failed_status: u16,
    /// HTTP status for a stream outside the line's bouquets: 404 or 406.
    pub not_in_bouquet_status: u16,
    /// For lines without end, send a date ten years away instead of null.
    pub far_expiry: bool,
    /// Send `Access-Control-Allow-Origin: *` on player routes.
    pub player_cors: bool,
    /// Days of guide after now that `xmltv.php` gives.
    pub guide_days: u8,
    /// Days for which sign-ins, refusals and activity are kept.
    pub journal_days: u16,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            id: SETTINGS,
            version: Version(0),
            server_name: "Linecard".into(),
            welcome_message: String::new(),
            timezone: "UTC".into(),
            connection_policy: ConnectionPolicy::Refuse,
            same_player: SamePlayer::TakeOver,
            auth_failed_status: 200,
            not_in_bouquet_status: 404,
            far_expiry: false,
            player_cors: false,
            guide_days: 7,
            journal_days: 90,
        }
    }
}
