//! Bouquets and streams on the admin surface: one file per action that is no row of `actions.toml`. It has no rules of
//! its own: what may be created and changed, the host decides.

linecard_sdk::plugin!("actions.toml");

mod create_bouquet;
mod edit_bouquet;
mod get_bouquet;
mod get_bouquets;

mod bouquet_row;
