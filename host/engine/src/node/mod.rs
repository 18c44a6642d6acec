//! The node that serves a tenant, as its admins see it, and what they may have dropped or read again there. There is one
//! node today, and its number on surfaces is 1.

mod about;
mod deeds;
mod edit;
mod machine;
mod system;

pub use about::about;
pub use deeds::{clear, reload};
pub use edit::edit;
pub use system::{certificates, load, processes, spaces};

use crate::Engine;
use host_core::port::Machine;
use std::sync::Arc;

impl Engine {
    /// Says what machine this process runs on; the first word counts.
    pub fn set_machine(&self, machine: Arc<dyn Machine>) {
        let _ = self.machine.set(machine);
    }
}
