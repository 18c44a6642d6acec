//! Floor 2: the plugin host. The only crate that uses wasmtime; loads plugins, decides which of them answers an action,
//! and runs each call in a fresh, bounded instance. Does not know HTTP, SQL or any rule of the panel.
//!
//! - a file becomes a plugin: [`package`], `assets`, `inspect`, `manifest`, `compile`, `cache`, `link`, `wasi`,
//!   `load_error`, `loaded`
//! - a plugin gets its place: `options`, `runtime`, `install`, `granting`, `file`, `known`, `plugin_files`, `tenant_plugins`, `refresh`,
//!   `plugin_settings`, `change_settings`, [`watch`], `drop_folder`, `route`,
//!   `layout`, `lay_out`, [`snapshot`], `documented`, `leftovers`
//! - a call becomes a reply: `asked`, [`call`], `dispatch`, `slow_lane`, `state`, `stop`, `guest`, `limits`,
//!   `permits`, `reply`, [`body`]
//! - what plugins may ask for: `capability`, one file each
//! - how they are doing: [`health`], [`log`], [`breaker`]

mod asked;
mod asker;
mod assets;
pub mod body;
pub mod breaker;
mod cache;
pub mod call;
mod capability;
mod change_settings;
mod compile;
mod dispatch;
mod documented;
mod drop_folder;
mod engine;
mod file;
mod granting;
mod guest;
pub mod health;
mod held;
mod inspect;
mod install;
mod known;
mod lay_out;
mod layout;
mod leftovers;
mod limits;
mod link;
mod load_error;
mod loaded;
pub mod log;
mod manifest;
#[cfg(feature = "native")]
pub mod native;
mod options;
pub mod package;
mod package_error;
mod permits;
mod plugin_files;
mod plugin_settings;
mod refresh;
mod reply;
mod route;
mod runtime;
mod slow_lane;
pub mod snapshot;
mod state;
mod stop;
mod tenant_plugins;
mod waits;
mod wasi;
pub mod watch;

pub use asked::{Asked, Prepared};
pub use asker::Asker;
pub use assets::{Asset, Assets};
pub use body::{BodyReply, Coding, Content, Pieces};
pub use breaker::BreakerState;
pub use call::{Call, CallError, Reply, RequestFacts};
pub use compile::{CompileError, CompileLimits, compile_child};
pub use documented::{Told, document};
pub use drop_folder::Outcome;
pub use health::{CallCounts, PluginHealth, PluginStatus, TrippedAction};
pub use install::Installed;
pub use layout::{ActionPath, Layout, SurfaceEntry};
pub use limits::Spent;
pub use linecard_package::Manifest;
pub use link::offered;
pub use load_error::LoadError;
pub use loaded::LoadedPlugin;
pub use options::{Options, Shipped};
pub use package::Package;
pub use package_error::PackageError;
pub use route::{Confinement, Route};
pub use runtime::{Runtime, StartError};
pub use snapshot::{Explained, Snapshot};
