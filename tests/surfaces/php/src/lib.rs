//! In the manner of the v2 API. There is no code: its actions are common ones, and the rest is description.

linecard_sdk::plugin!("actions.toml");
