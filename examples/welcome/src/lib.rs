//! The smallest honest plugin: a surface of its own with one action.

linecard_sdk::plugin!("actions.toml");

mod hello;
