//! Verbs on access codes: the first path segments that open panel surfaces. They are kept in the
//! control database, so these verbs run there ([`crate::Engine::begin_control`]).

mod change;
mod create;
mod list;
mod resolve;

pub use change::{set_addresses, set_enabled};
pub(crate) use create::GENERATED;
pub use create::{create, generated};
pub use list::list;
