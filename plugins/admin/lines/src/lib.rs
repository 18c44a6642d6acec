//! Lines, boxes and activation codes on the admin surface. What only shows, makes or changes one is a row of
//! `actions.toml`.

linecard_sdk::plugin!("actions.toml");

mod check_active_code;
mod delete_activecode;
mod export_active_code_batch;
mod get_active_codes_batches;
mod send_event;
