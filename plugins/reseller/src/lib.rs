//! The reseller surface: its dialect, the caller's account and what the caller sells. Other plugins answer the rest, a
//! family of actions each. It has no rules of its own: what may be sold at which price, the host decides.

linecard_sdk::plugin!("actions.toml");

mod packages;
mod user_info;
