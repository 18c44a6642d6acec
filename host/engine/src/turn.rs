//! Long work that is taken by turns, and runs beside the steps of the process.

use crate::import::GuideTurn;
use crate::mass_edit::MassEditTurn;
use crate::{Engine, Result};
use host_core::port::GuideFeed;
use host_core::time::Unix;
use std::sync::Arc;

/// Work that nobody else does meanwhile. Dropping it gives the turn back.
pub enum Turn {
    /// The fetch of a guide.
    Guide(GuideTurn),
    /// A mass edit.
    MassEdit(MassEditTurn),
}

impl Engine {
    /// Work that is due, unless as much as may be is under way. To be asked every second, until there is none.
    pub fn take_turn(self: &Arc<Self>, now: Unix) -> Option<Turn> {
        let guide = self.take_guide_turn(now).map(Turn::Guide);
        guide.or_else(|| self.take_mass_edit_turn().map(Turn::MassEdit))
    }
}

impl Turn {
    /// Does the work to its end.
    ///
    /// # Errors
    /// When storage fails; the work is due again.
    pub async fn run(self, feed: &dyn GuideFeed) -> Result<()> {
        match self {
            Turn::Guide(turn) => turn.fetch(feed).await,
            Turn::MassEdit(turn) => turn.run().await,
        }
    }
}
