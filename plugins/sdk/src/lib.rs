//! What a plugin in Rust is written with: typed calls in, replies and refusals out, one module per capability. Does not
//! know surfaces or actions.
//!
//! A plugin is a folder with `plugin.toml` (who it is, what it asks for and why), `actions.toml`
//! (its actions, as data), `wit/world.wit` (the capabilities it links) and one file per action:
//!
//! ```ignore
//! // src/lib.rs
//! linecard_sdk::plugin!("actions.toml");
//! mod greet;
//!
//! // src/greet.rs: the function has the action's name, its parameters come from actions.toml.
//! use crate::parameters::Greet;
//! use linecard_sdk::{Call, Refusal, Reply, reply};
//!
//! pub fn greet(call: Call<Greet>) -> Result<Reply, Refusal> {
//!     reply::data(&format!("Good evening, {}.", call.parameters.name))
//! }
//! ```

#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod bindings;
#[cfg(not(target_arch = "wasm32"))]
#[path = "native/bindings.rs"]
mod bindings;
// With WASI comes a heap that also the C library takes from.
#[cfg(all(target_arch = "wasm32", not(target_os = "wasi")))]
mod heap;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;

mod amount;
mod call;
mod crossing;
mod facts;
mod held;
mod host;
mod parameter;
mod refusal;

pub mod base;
pub mod body;
pub mod box_events;
pub mod catalogue;
pub mod collections;
pub mod connections;
pub mod credits;
pub mod guide;
pub mod json;
pub mod lines;
pub mod logs;
pub mod node;
pub mod packages;
pub mod records;
pub mod reply;
pub mod sessions;
pub mod sql;
pub mod time;
pub mod url;
pub mod users;
#[doc(hidden)]
pub mod verbs;

pub use amount::Credits;
pub use call::{Call, answer};
pub use facts::{Caller, Request, Role};
pub use held::Held;
pub use linecard_sdk_macros::plugin;
pub use parameter::{Expiry, sent};
pub use refusal::Refusal;
pub use reply::Reply;
// What `plugin!` expands to names these.
pub use {serde, serde_json};

pub(crate) use host::{fault, read, written};

/// A plugin as the host sees it; [`plugin!`] writes the implementation from `actions.toml`.
pub trait Plugin {
    /// The actions it answers, as `surface/name`.
    const NAMES: &'static [&'static str];

    /// Answers one call of one of them; the parameters are a JSON object.
    fn handle(action: &str, parameters: &str) -> Result<Reply, Refusal>;
}

/// Exports a [`Plugin`] from the component. [`plugin!`] calls it; natively, where the tests run,
/// there is nobody to export to.
#[doc(hidden)]
#[macro_export]
macro_rules! export {
    ($plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        $crate::bindings::export!($plugin with_types_in $crate::bindings);
    };
}
