//! Long work that is taken by turns, and runs beside the steps of the process.

use crate::import::{GuideTurn, ProviderTurn};
use crate::mass_edit::MassEditTurn;
use crate::{Engine, Result};
use host_core::port::{GuideFeed, ProviderFeed};
use host_core::time::Unix;
use std::sync::Arc;

/// Work that nobody else does meanwhile. Dropping it gives the turn back.
pub enum Turn {
    /// The fetch of a guide.
    Guide(GuideTurn),
    /// The fetch of a provider's list.
    Provider(ProviderTurn),
    /// A mass edit.
    MassEdit(MassEditTurn),
}

impl Engine {
    /// Work that is due, unless as much as may be is under way. To be asked every second, until there is none.
    pub fn take_turn(self: &Arc<Self>, now: Unix) -> Option<Turn> {
        let guide = self.take_guide_turn(now).map(Turn::Guide);
        let fetch = guide.or_else(|| self.take_provider_turn(now).map(Turn::Provider));
        fetch.or_else(|| self.take_mass_edit_turn().map(Turn::MassEdit))
    }
}

impl Turn {
    /// Does the work to its end.
    ///
    /// # Errors
    /// When storage fails; the work is due again.
    pub async fn run<F: GuideFeed + ProviderFeed>(self, feed: &F) -> Result<()> {
        match self {
            Turn::Guide(turn) => turn.fetch(feed).await,
            Turn::Provider(turn) => turn.fetch(feed).await,
            Turn::MassEdit(turn) => turn.run().await,
        }
    }
}
