//! Playlist and guide downloads: one file per action, the dialects in `actions.toml`. The host settles sign-in before:
//! a line that may not download never gets here.

linecard_sdk::plugin!("actions.toml");

mod playlist;
mod xmltv;

mod entry;
mod form;
mod m3u;
mod script;
mod xml;
