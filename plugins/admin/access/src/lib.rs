//! Who gets in and who is turned away, on the admin surface. All but one of the actions are rows of `actions.toml`.

linecard_sdk::plugin!("actions.toml");

mod flush_blocked_ips;
