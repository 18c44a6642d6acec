//! `edit_settings`: changes what was sent.
//! Knows no rule: the host checks every field.

use crate::parameters::EditSettings;
use linecard_sdk::records::{self, Document, Settings};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn edit_settings(call: Call<EditSettings>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let document = Document::new()
        .with("server_name", wish.server_name)
        .with("welcome_message", wish.welcome_message)
        .with("timezone", wish.timezone)
        .with("connection_policy", wish.connection_policy)
        .with("same_player", wish.same_player)
        .with("hls_bind", wish.hls_bind)
        .with("auth_failed_status", wish.auth_failed_status)
        .with("not_in_bouquet_status", wish.not_in_bouquet_status)
        .with("far_expiry", wish.far_expiry)
        .with("player_cors", wish.player_cors)
        .with("guide_days", wish.guide_days);
    reply::held(records::edit::<Settings>(Settings::ID, &document)?)
}
