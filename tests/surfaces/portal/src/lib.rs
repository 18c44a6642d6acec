//! In the manner of a portal of set-top boxes.

linecard_sdk::plugin!("actions.toml");

mod get_profile;
mod handshake;
mod nothing;
