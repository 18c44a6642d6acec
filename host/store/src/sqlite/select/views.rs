//! The views on a connection. Each one that can be named reads another one, whose name nobody can know, and only that
//! one reads tables: SQLite tells the authorizer which view reads a table by its name alone, and a statement may call a
//! part of itself as it likes (`WITH lines AS (…)`).

use super::shown::VIEWS;
use host_core::port::LiveConnection;
use rusqlite::Connection;

/// The names of all views, for whoever asked for another one.
pub(super) fn names() -> String {
    let names: Vec<_> = VIEWS.iter().map(|view| view.name).collect();
    names.join(", ")
}

/// Whether a view has this name.
pub(super) fn is_one(name: &str) -> bool {
    VIEWS.iter().any(|view| view.name.eq_ignore_ascii_case(name))
}

/// Makes the views on a connection; `own` begins the names of those that read tables.
pub(super) fn make(
    connection: &Connection,
    own: &str,
    has_journal: bool,
    live: &[LiveConnection],
) -> rusqlite::Result<()> {
    let live = serde_json::to_string(live).unwrap_or_else(|_| "[]".to_owned());
    let of_live = ["number", "line", "stream", "agent", "address", "container", "started_at", "bytes"];
    let columns: Vec<_> = of_live.iter().map(|name| format!("value ->> '$.{name}' AS {name}")).collect();
    let table = format!("CREATE TEMP TABLE \"{own}live\" AS SELECT {} FROM json_each(?1)", columns.join(", "));
    connection.execute(&table, (live,))?;
    for view in VIEWS {
        let (name, sql) = (view.name, view.sql(own, has_journal));
        connection.execute_batch(&format!(
            "CREATE TEMP VIEW \"{own}{name}\" AS {sql}; CREATE TEMP VIEW \"{name}\" AS SELECT * FROM temp.\"{own}{name}\""
        ))?;
    }
    Ok(())
}
