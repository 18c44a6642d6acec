//! In the manner of a REST API. Most actions are common ones and have no code.

linecard_sdk::plugin!("actions.toml");

mod check_signature;
mod latest_line;
mod list_lines;
