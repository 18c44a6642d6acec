//! Lines, boxes and activation codes on the reseller surface. Every action is a row of `actions.toml`.

linecard_sdk::plugin!("actions.toml");
