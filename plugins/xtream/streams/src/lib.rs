//! The server and the streams in `api.php`: what there is, what runs, and that it starts and stops.

linecard_sdk::plugin!("actions.toml");

mod each_stream;
mod running;
mod server_list;
mod stream_list;
mod stream_offline;
mod stream_online;
mod stream_start;
mod stream_stop;
mod vod_start;
mod vod_stop;
