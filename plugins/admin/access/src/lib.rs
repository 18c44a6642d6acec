//! Who is turned away, on the admin surface. Every action is a row of `actions.toml`.

linecard_sdk::plugin!("actions.toml");
