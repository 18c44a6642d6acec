//! Lines, boxes and activation codes on the reseller surface. All but one of the actions are rows of `actions.toml`.

linecard_sdk::plugin!("actions.toml");

mod delete_activecode;
