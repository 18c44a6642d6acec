//! Lines as rows. Every field has its column: signing in must not parse documents.

use super::{Binding, Cells, StoreError, Table};
use crate::sqlite::cells::Word;
use host_core::line::{Line, SeatLimit};
use host_core::secret::{Mac, Sealed};
use host_core::time::{Expiry, Unix};
use host_core::{BouquetId, LineId, PackageId, UserId, Version};

impl Table for Line {
    const NAME: &'static str = "lines";
    const COLUMNS: &'static [&'static str] = &[
        "owner",
        "username",
        "password",
        "password_mac",
        "package",
        "expires_at",
        "trial",
        "enabled",
        "admin_enabled",
        "max_connections",
        "allowed_addresses",
        "allowed_agents",
        "allowed_outputs",
        "bouquets",
        "isp_lock",
        "isp",
        "country",
        "restreamer",
        "same_player",
        "admin_notes",
        "reseller_notes",
        "created_at",
    ];
    // Not the admins' notes: resellers search too.
    const SEARCHED: &'static [&'static str] = &["username", "reseller_notes"];

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(self.owner.0)?;
        row.put(&self.username)?;
        row.put(&self.password.0)?;
        row.put(self.password_mac.0.as_slice())?;
        row.put(self.package.map(|id| id.0))?;
        row.put(Option::<i64>::from(self.expiry))?;
        row.put(self.trial)?;
        row.put(self.enabled)?;
        row.put(self.admin_enabled)?;
        row.put(u32::from(self.max_connections))?;
        row.list(&self.allowed_addresses)?;
        row.list(&self.allowed_agents)?;
        row.list(&self.allowed_outputs)?;
        row.ids(&self.bouquets)?;
        row.put(self.isp_lock)?;
        row.put(&self.isp)?;
        row.put(&self.country)?;
        row.put(self.restreamer)?;
        row.put(self.same_player.map(Word::word))?;
        row.put(&self.admin_notes)?;
        row.put(&self.reseller_notes)?;
        row.put(self.created_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(Line {
            id: LineId(cells.id),
            version: Version(cells.version),
            owner: UserId(cells.value()?),
            username: cells.value()?,
            password: Sealed(cells.value()?),
            password_mac: Mac(cells.value()?),
            package: cells.id_of(PackageId)?,
            expiry: Expiry::from(cells.value::<Option<i64>>()?),
            trial: cells.value()?,
            enabled: cells.value()?,
            admin_enabled: cells.value()?,
            max_connections: SeatLimit::from(cells.value::<u32>()?),
            allowed_addresses: cells.list()?,
            allowed_agents: cells.list()?,
            allowed_outputs: cells.list()?,
            bouquets: cells.ids(BouquetId)?,
            isp_lock: cells.value()?,
            isp: cells.value()?,
            country: cells.value()?,
            restreamer: cells.value()?,
            same_player: cells.optional_word()?,
            admin_notes: cells.value()?,
            reseller_notes: cells.value()?,
            created_at: Unix(cells.value()?),
        })
    }
}
