//! Users as rows, each with an account in the ledger.

use super::Table;
use crate::sqlite::column::columns_of;
use host_core::user::User;
use rusqlite::Connection;

impl Table for User {
    const NAME: &'static str = "users";
    const DERIVED: &'static [&'static str] = &["folded"];
    const SEARCHED: &'static [&'static str] = &["username", "email"];
    const SEARCH_INDEX: Option<&'static str> = Some("users_search");

    host_core::user_fields!([columns_of] User(UserId) |user| { user.username.to_lowercase() });

    fn attach(&self, connection: &Connection, fresh: bool) -> rusqlite::Result<()> {
        if fresh {
            connection
                .prepare_cached("INSERT INTO accounts (account, balance) VALUES (?1, 0) ON CONFLICT DO NOTHING")?
                .execute((self.id.0,))?;
        }
        Ok(())
    }
}
