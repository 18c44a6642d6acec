//! Floor 2: the plugin host. The only crate that knows wasmtime; loads plugins, decides which of them answers an
//! action, and runs each call in a fresh, bounded instance. Knows no HTTP, no SQL and no rule of the panel.
//!
//! - a file becomes a plugin: [`package`], `inspect`, [`manifest`], `compile`, `cache`, `link`, `wasi`, `loaded`
//! - a plugin gets its place: `runtime`, `install`, `granting`, `file`, `known`, `tenancy`, `settings`, [`watch`], `drop_folder`, [`snapshot`]
//! - a call becomes a reply: [`call`], `dispatch`, `slow_lane`, `document`, `state`, `limits`,
//!   `permits`, `reply`, [`body`]
//! - what plugins may ask for: `capability`, one file each
//! - how they are doing: [`health`], [`log`], [`breaker`]

mod asker;
pub mod body;
pub mod breaker;
mod cache;
pub mod call;
mod capability;
mod compile;
mod dispatch;
mod document;
mod drop_folder;
mod engine;
mod file;
mod granting;
pub mod health;
mod inspect;
mod install;
mod known;
mod limits;
mod link;
mod loaded;
pub mod log;
pub mod manifest;
#[cfg(feature = "native")]
pub mod native;
pub mod package;
mod permits;
mod reply;
mod runtime;
mod settings;
mod slow_lane;
pub mod snapshot;
mod state;
mod tenancy;
mod waits;
mod wasi;
pub mod watch;

pub use asker::Asker;
pub use body::{BodyReply, Coding, Content, Pieces};
pub use breaker::BreakerState;
pub use call::{Call, CallError, Reply, RequestFacts};
pub use compile::{CompileError, CompileLimits, compile_child};
pub use drop_folder::Outcome;
pub use health::{CallFigures, PluginHealth, PluginStatus, TrippedAction};
pub use install::Installed;
pub use limits::Spent;
pub use link::offered;
pub use loaded::{LoadError, Loaded};
pub use manifest::Manifest;
pub use package::{Package, PackageError};
pub use runtime::{Options, Runtime, Shipped, StartError};
pub use snapshot::{Confinement, Explained, Route, Snapshot, SurfaceEntry};
