//! In the manner of a console.

linecard_sdk::plugin!("actions.toml");

mod renew;
mod sign_in;
mod sign_out;
mod who;
