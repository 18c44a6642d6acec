//! Events for boxes as rows.

use super::{Binding, Cells, StoreError, Table};
use host_core::box_event::{BoxCommand, BoxEvent, BoxEventState};
use host_core::time::Unix;
use host_core::{BoxEventId, LineId, UserId, Version};

impl Table for BoxEvent {
    const NAME: &'static str = "box_events";
    const COLUMNS: &'static [&'static str] =
        &["at", "line", "owner", "event", "message", "needs_confirm", "reboots", "state", "sent_at", "confirmed_at"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(self.at.0)?;
        row.put(self.line.0)?;
        row.put(self.owner.0)?;
        row.put(self.event.word())?;
        row.put(&self.message)?;
        row.put(self.needs_confirm)?;
        row.put(self.reboots)?;
        row.put(self.state.word())?;
        row.put(self.sent_at.map(|at| at.0))?;
        row.put(self.confirmed_at.map(|at| at.0))
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let (id, version) = (BoxEventId(cells.id), Version(cells.version));
        let (at, line, owner) = (Unix(cells.value()?), LineId(cells.value()?), UserId(cells.value()?));
        let event = BoxCommand::of_word(&cells.value::<String>()?);
        let event = event.ok_or_else(|| cells.corrupt("it is no event for a box"))?;
        let (message, needs_confirm, reboots) = (cells.value()?, cells.value()?, cells.value()?);
        let state = BoxEventState::of_word(&cells.value::<String>()?);
        let state = state.ok_or_else(|| cells.corrupt("it is no state of an event"))?;
        let sent_at = cells.value::<Option<i64>>()?.map(Unix);
        let confirmed_at = cells.value::<Option<i64>>()?.map(Unix);
        Ok(BoxEvent {
            id,
            version,
            at,
            line,
            owner,
            event,
            message,
            needs_confirm,
            reboots,
            state,
            sent_at,
            confirmed_at,
        })
    }
}
