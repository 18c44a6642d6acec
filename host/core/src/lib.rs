//! Floor 0: the words of the panel and its pure rules.
//!
//! Knows nothing: no I/O, no clock, no randomness, no SQL, no HTTP, no
//! WebAssembly. Time and chance come in as arguments; the outside world is
//! described by the traits in [`port`], and `async` appears only in their
//! signatures.

pub mod access_code;
pub mod action;
pub mod api_key;
pub mod audit;
pub mod block;
pub mod bouquet;
pub mod caller;
pub mod category;
pub mod credit;
pub mod delivery;
pub mod details;
pub mod document;
pub mod event;
pub mod grant;
pub mod group;
pub mod guide;
pub mod id;
pub mod import;
pub mod job;
pub mod journal;
pub mod kind;
pub mod late;
pub mod lease;
pub mod ledger;
pub mod line;
pub mod name;
pub mod node;
pub mod object;
pub mod package;
pub mod plain;
pub mod plan;
pub mod plugin;
pub mod port;
mod reach;
pub mod reception;
pub mod record;
pub mod refusal;
pub mod reserved;
pub mod secret;
pub mod series;
pub mod session;
pub mod settings;
pub mod sighting;
pub mod source;
pub mod stream;
pub mod tenant;
pub mod time;
pub mod unique;
pub mod user;

pub use id::*;
pub use node::{NodeId, Nodes};
pub use refusal::{Code, Refusal};
