//! Functions of MySQL that scripts use in almost every statement. Times are of UTC, and now is when the action began.

use host_core::time::{Unix, civil_from_days};
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

const PURE: FunctionFlags =
    FunctionFlags::SQLITE_DETERMINISTIC.union(FunctionFlags::SQLITE_UTF8).union(FunctionFlags::SQLITE_INNOCUOUS);

/// Adds them to a connection.
pub(super) fn add(connection: &Connection, now: Unix) -> rusqlite::Result<()> {
    connection.create_scalar_function("unix_timestamp", 0, PURE, move |_| Ok(now.0))?;
    connection.create_scalar_function("now", 0, PURE, move |_| Ok(datetime(now)))?;
    connection.create_scalar_function("curdate", 0, PURE, move |_| Ok(date(now)))?;
    connection.create_scalar_function("from_unixtime", 1, PURE, |call| {
        Ok(call.get::<Option<i64>>(0)?.map(|at| datetime(Unix(at))))
    })
}

/// `YYYY-MM-DD`.
pub(super) fn date(at: Unix) -> String {
    let (year, month, day) = civil_from_days(at.0.div_euclid(86_400));
    format!("{year:04}-{month:02}-{day:02}")
}

fn datetime(at: Unix) -> String {
    let second = at.0.rem_euclid(86_400);
    format!("{} {:02}:{:02}:{:02}", date(at), second / 3_600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_mysql_writes_them() {
        assert_eq!((date(Unix(0)), datetime(Unix(86_399))), ("1970-01-01".into(), "1970-01-01 23:59:59".into()));
        assert_eq!(datetime(Unix(-1)), "1969-12-31 23:59:59");
    }
}
