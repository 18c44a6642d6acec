//! The server, and SQL over the panel's data, on the admin surface.

linecard_sdk::plugin!("actions.toml");

mod clear_streams;
mod clear_temp;
mod delete_server;
mod edit;
mod edit_proxy;
mod edit_server;
mod get_certificate_info;
mod get_fpm_status;
mod get_free_space;
mod get_pids;
mod get_server;
mod get_server_stats;
mod get_servers;
mod install_proxy;
mod install_server;
mod mysql_query;
mod reload_cache;
mod reload_nginx;
mod server_row;
