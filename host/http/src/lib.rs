//! Floor 3: the only HTTP server: listeners, parsing, dispatch, reply bodies, rate limits. Does not know what actions
//! do: plugins describe their surfaces, the runtime answers.
//!
//! A request's way: [`listener`] → [`connection`] → [`front`] ([`approach`], [`rate`], [`tenant`], [`route`]) →
//! [`gate`] ([`opening`]) → [`dispatch`] ([`gather`], [`dialect`], [`sign_in`], the runtime) or [`media`] → [`answer`] or
//! [`reply_body`]. What surfaces are like, [`docs`] tell. Health and metrics are [`management`]'s.

mod access;
mod address;
mod answer;
mod approach;
mod assets;
mod certificate;
mod conditional;
mod config;
mod confinement;
mod connection;
mod cookies;
mod dialect;
mod dispatch;
mod docs;
mod events;
mod forgery;
mod front;
mod gate;
mod gather;
mod host;
mod listener;
mod log_line;
mod management;
mod media;
mod methods;
mod mounts;
mod opening;
mod origin;
mod page_guard;
mod rate;
mod reply_body;
mod request_id;
mod request_metrics;
mod route;
mod seldom;
mod server;
mod sign_in;
mod start_page;
mod state;
mod tenant;
mod visitor;

pub use certificate::{CertificateError, Certificates, check as check_certificates};
pub use config::{Config, Listener, MEDIA, Metrics, Patience, Sockets, Tls};
pub use gather::MAX_BODY;
pub use log_line::AboutRequest;
pub use origin::facts_of_a_command;
pub use server::{BindError, Server, serve};
