//! A plugin that is written with the whole standard library, for WASI.

linecard_sdk::plugin!("actions.toml");

mod today;
