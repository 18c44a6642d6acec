//! Entries of the block lists as rows.

use super::{Binding, Cells, StoreError, Table};
use host_core::block::{Block, Blocked};
use host_core::time::Unix;
use host_core::{BlockId, Version};

impl Table for Block {
    const NAME: &'static str = "blocks";
    const COLUMNS: &'static [&'static str] = &["kind", "value", "note", "created_at"];
    const SEARCHED: &'static [&'static str] = &["value", "note"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        match &self.blocked {
            Blocked::Address(network) => {
                row.put("address")?;
                row.put(network.to_string())?;
            }
            Blocked::Agent(text) => {
                row.put("agent")?;
                row.put(text)?;
            }
            Blocked::Isp(name) => {
                row.put("isp")?;
                row.put(name)?;
            }
        }
        row.put(&self.note)?;
        row.put(self.created_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        let kind: String = cells.value()?;
        let value: String = cells.value()?;
        let blocked = match kind.as_str() {
            "address" => Blocked::Address(value.parse().map_err(|_| cells.corrupt("no network"))?),
            "agent" => Blocked::Agent(value),
            "isp" => Blocked::Isp(value),
            _ => return Err(cells.corrupt(format!("{kind:?} is no kind of entry"))),
        };
        Ok(Block {
            id: BlockId(cells.id),
            version: Version(cells.version),
            blocked,
            note: cells.value()?,
            created_at: Unix(cells.value()?),
        })
    }
}
