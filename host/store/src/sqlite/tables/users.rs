//! Users as rows, each with an account in the ledger.

use super::{Binding, Cells, StoreError, Table};
use host_core::secret::PasswordHash;
use host_core::time::Unix;
use host_core::user::User;
use host_core::{GroupId, UserId, Version};
use rusqlite::Connection;

impl Table for User {
    const NAME: &'static str = "users";
    const COLUMNS: &'static [&'static str] = &[
        "parent",
        "role",
        "user_group",
        "username",
        "folded",
        "password",
        "email",
        "enabled",
        "reseller_dns",
        "notes",
        "package_prices",
        "created_at",
    ];
    const SEARCHED: &'static [&'static str] = &["username", "email"];
    const SEARCH_INDEX: Option<&'static str> = Some("users_search");

    fn bind(&self, row: &mut Binding<'_, '_>) -> rusqlite::Result<()> {
        row.put(self.parent.map(|id| id.0))?;
        row.word(self.role)?;
        row.put(self.group.map(|id| id.0))?;
        row.put(&self.username)?;
        row.put(self.username.to_lowercase())?;
        row.put(&self.password.0)?;
        row.put(&self.email)?;
        row.put(self.enabled)?;
        row.put(&self.reseller_dns)?;
        row.put(&self.notes)?;
        row.json(&self.package_prices)?;
        row.put(self.created_at.0)
    }

    fn read(cells: &mut Cells<'_>) -> Result<Self, StoreError> {
        Ok(User {
            id: UserId(cells.id),
            version: Version(cells.version),
            parent: cells.id_of(UserId)?,
            role: cells.word()?,
            group: cells.id_of(GroupId)?,
            username: cells.value()?,
            password: {
                let _folded: String = cells.value()?;
                PasswordHash(cells.value()?)
            },
            email: cells.value()?,
            enabled: cells.value()?,
            reseller_dns: cells.value()?,
            notes: cells.value()?,
            package_prices: cells.json()?,
            created_at: Unix(cells.value()?),
        })
    }

    fn attach(&self, connection: &Connection, fresh: bool) -> rusqlite::Result<()> {
        if fresh {
            connection
                .prepare_cached("INSERT INTO accounts (account, balance) VALUES (?1, 0) ON CONFLICT DO NOTHING")?
                .execute((self.id.0,))?;
        }
        Ok(())
    }
}
