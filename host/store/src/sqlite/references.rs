//! Which rows name which: what keeps a row from being deleted.

use host_core::object::{Key, Kind};
use rusqlite::Connection;

/// The kinds that can name a row of a kind, each with the statement that finds one. Lines, users
/// and streams are found by index; groups and packages are few.
fn namers(kind: Kind) -> &'static [(Kind, &'static str)] {
    match kind {
        Kind::Category => &[
            (Kind::Stream, "SELECT 1 FROM stream_categories WHERE category = ?1"),
            (Kind::Series, "SELECT 1 FROM series_categories WHERE category = ?1"),
        ],
        Kind::Series => &[(Kind::Stream, "SELECT 1 FROM streams WHERE series = ?1")],
        Kind::Group => &[
            (Kind::User, "SELECT 1 FROM users WHERE user_group = ?1"),
            (Kind::Package, "SELECT 1 FROM packages p, json_each(p.document, '$.groups') g WHERE g.value = ?1"),
            // Its own users may create more of their kind.
            (
                Kind::Group,
                "SELECT 1 FROM groups o, json_each(o.document, '$.user_groups') g WHERE g.value = ?1 AND o.id <> ?1",
            ),
        ],
        Kind::Package => &[
            (Kind::Line, "SELECT 1 FROM lines WHERE package = ?1"),
            (Kind::Package, "SELECT 1 FROM packages p, json_each(p.document, '$.addons') a WHERE a.value = ?1"),
        ],
        Kind::GuideSource => &[(Kind::Stream, "SELECT 1 FROM streams WHERE guide_source = ?1")],
        _ => &[],
    }
}

/// The kind of a row that names this one, if there is any.
pub(super) fn named_by(connection: &Connection, key: Key) -> rusqlite::Result<Option<Kind>> {
    for (namer, sql) in namers(key.kind()) {
        if connection.prepare_cached(sql)?.exists((key.number(),))? {
            return Ok(Some(*namer));
        }
    }
    Ok(None)
}
