//! Sources of the guide on the admin surface. What they are and when they are fetched, the host decides.

linecard_sdk::plugin!("actions.toml");

mod reload_epg;
