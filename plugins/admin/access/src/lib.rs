//! Who gets in and who is turned away, on the admin surface. All but two of the actions are rows of `actions.toml`.

linecard_sdk::plugin!("actions.toml");

mod flush_blocked_ips;
mod get_rtmp_stats;
