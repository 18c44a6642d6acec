//! Logs and running connections on the admin surface. What only shows a log is a row of `actions.toml`.

linecard_sdk::plugin!("actions.toml");

mod kill_connection;
mod kill_pid;
