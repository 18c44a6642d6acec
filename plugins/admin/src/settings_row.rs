//! How this surface shows the settings.

use linecard_sdk::records::Settings;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct SettingsRow {
    server_name: String,
    welcome_message: String,
    timezone: String,
    connection_policy: String,
    same_player: String,
    hls_bind: String,
    auth_failed_status: u32,
    not_in_bouquet_status: u32,
    far_expiry: u8,
    player_cors: u8,
    guide_days: u32,
}

impl From<Settings> for SettingsRow {
    fn from(settings: Settings) -> SettingsRow {
        SettingsRow {
            server_name: settings.server_name,
            welcome_message: settings.welcome_message,
            timezone: settings.timezone,
            connection_policy: settings.connection_policy,
            same_player: settings.same_player,
            hls_bind: settings.hls_bind,
            auth_failed_status: settings.auth_failed_status,
            not_in_bouquet_status: settings.not_in_bouquet_status,
            far_expiry: settings.far_expiry.into(),
            player_cors: settings.player_cors.into(),
            guide_days: settings.guide_days,
        }
    }
}
