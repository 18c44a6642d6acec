//! Streams as rows, with an index of their categories.

use super::Table;
use crate::sqlite::column::columns_of;
use host_core::stream::Stream;
use rusqlite::Connection;

impl Table for Stream {
    const NAME: &'static str = "streams";
    const LINKED: &'static [&'static str] = &["categories"];
    const SEARCHED: &'static [&'static str] = &["name"];
    const SEARCH_INDEX: Option<&'static str> = Some("streams_search");

    host_core::stream_fields!([columns_of] Stream(StreamId));

    fn attach(&self, connection: &Connection, fresh: bool) -> rusqlite::Result<()> {
        if !fresh {
            connection.prepare_cached("DELETE FROM stream_categories WHERE stream = ?1")?.execute((self.id.0,))?;
        }
        for category in &self.categories {
            connection
                .prepare_cached(
                    "INSERT INTO stream_categories (category, stream) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                )?
                .execute((category.0, self.id.0))?;
        }
        Ok(())
    }
}
