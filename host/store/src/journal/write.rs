//! Puts notes into the logs. What comes again and again is one row for an hour: sign-ins of one identity from one place,
//! since players sign in with every request, and the same failure of a source that is tried again every few seconds.

use super::rows::{insert, log_of, network};
use super::tables::table;
use super::trust;
use host_core::journal::{Entry, FOLD_SECONDS, Log};
use host_core::time::Unix;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

/// Rows beyond the bound that go with one writing, besides as many as came.
const PIECE: i64 = 1_000;
/// The last rows about the same among which one is looked for that a note is counted in.
const LOOKED_AT: u32 = 16;

/// Writes the notes; of each log the newest `rows` stay.
pub(super) fn write(connection: &Connection, entries: &[Entry], rows: u32) -> rusqlite::Result<()> {
    for entry in entries {
        if !fold(connection, entry)? {
            insert(connection, table(log_of(entry)).name, entry)?;
        }
        trust::note(connection, entry)?;
    }
    let most = i64::try_from(entries.len()).unwrap_or(i64::MAX).saturating_add(PIECE);
    for log in Log::ALL {
        let table = table(log).name;
        let sql = format!(
            "DELETE FROM {table} WHERE id IN \
             (SELECT id FROM {table} WHERE id <= (SELECT max(id) FROM {table}) - ?1 ORDER BY id LIMIT ?2)"
        );
        connection.prepare_cached(&sql)?.execute((rows, most))?;
    }
    Ok(())
}

/// In which row a note is counted.
struct Same {
    /// The column that has an index, by which rows about the same are found; none where all are looked at.
    about: Option<(&'static str, Value)>,
    /// What must be the same.
    same: Vec<(&'static str, Value)>,
    /// What the row says of the last time.
    last: Option<(&'static str, Value)>,
    at: Unix,
    last_at: Unix,
    times: u32,
}

/// Counts a note in a row that began less than an hour before it; false when there is none, or it is not counted.
fn fold(connection: &Connection, entry: &Entry) -> rusqlite::Result<bool> {
    let Some(same) = same(entry) else { return Ok(false) };
    let table = table(log_of(entry)).name;
    let mut values = vec![Value::from(same.last_at.0), same.times.into(), same.at.0.into()];
    let mut place = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    let last = same.last.map(|(column, value)| format!(", {column} = {}", place(value))).unwrap_or_default();
    let about = same.about.map(|(column, value)| format!("WHERE {column} = {}", place(value))).unwrap_or_default();
    let equal: Vec<_> = same.same.into_iter().map(|(column, value)| format!("{column} IS {}", place(value))).collect();
    let sql = format!(
        "UPDATE {table} SET last_at = max(last_at, ?1), times = times + ?2{last} WHERE id = ( \
             SELECT id FROM (SELECT * FROM {table} {about} ORDER BY id DESC LIMIT {LOOKED_AT}) \
             WHERE {} AND abs(?3 - at) < {FOLD_SECONDS} LIMIT 1)",
        equal.join(" AND ")
    );
    Ok(connection.prepare_cached(&sql)?.execute(params_from_iter(values))? > 0)
}

fn same(entry: &Entry) -> Option<Same> {
    let text = |text: &str| Value::from(text.to_owned());
    Some(match entry {
        Entry::Activity { .. } | Entry::Refused { .. } => return None,
        Entry::SignIn { owner, surface, user, line, address, at, last_at, times } => Same {
            about: Some(match (line, user) {
                (Some(line), _) => ("line", line.0.into()),
                (None, Some(user)) => ("user", user.0.into()),
                (None, None) => return None,
            }),
            same: vec![
                ("owner", owner.map(|id| id.0).into()),
                ("surface", text(surface)),
                ("network", network(address).into()),
            ],
            last: Some(("address", text(address))),
            at: *at,
            last_at: *last_at,
            times: *times,
        },
        Entry::StreamError { stream, part, reason, at, last_at, times } => {
            let (word, place) = part.parts();
            Same {
                about: Some(("stream", stream.0.into())),
                same: vec![("part", text(word)), ("place", place.into()), ("reason", text(reason))],
                last: None,
                at: *at,
                last_at: *last_at,
                times: *times,
            }
        }
        Entry::Happening { event, subject, message, at, last_at, times } => Same {
            about: None,
            same: vec![("event", text(event)), ("subject", text(subject)), ("message", text(message))],
            last: None,
            at: *at,
            last_at: *last_at,
            times: *times,
        },
        Entry::Restream { owner, line, stream, address, agent, sign, at, last_at, times } => Same {
            about: Some(("line", line.0.into())),
            same: vec![
                ("owner", owner.map(|id| id.0).into()),
                ("stream", stream.0.into()),
                ("address", text(address)),
                ("sign", text(sign)),
            ],
            last: Some(("agent", text(agent))),
            at: *at,
            last_at: *last_at,
            times: *times,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use crate::sqlite::database_file::{make, open_writing};
    use crate::sqlite::schema::JOURNAL;
    use host_core::journal::{LogQuery, Part};
    use host_core::{LineId, StreamId, UserId};

    fn failed(part: Part, reason: &str, at: i64) -> Entry {
        let reason = reason.to_owned();
        Entry::StreamError { stream: StreamId(1), part, reason, at: Unix(at), last_at: Unix(at), times: 1 }
    }

    fn happened(event: &str, at: i64) -> Entry {
        let [event, subject, message] = [event, "desk", "It failed."].map(str::to_owned);
        Entry::Happening { event, subject, message, at: Unix(at), last_at: Unix(at), times: 1 }
    }

    fn restreamed(owner: u32, agent: &str, at: i64) -> Entry {
        Entry::Restream {
            owner: Some(UserId(owner)),
            line: LineId(owner),
            stream: StreamId(1),
            address: "10.0.0.1".into(),
            agent: agent.into(),
            sign: "x-xui-detect".into(),
            at: Unix(at),
            last_at: Unix(at),
            times: 1,
        }
    }

    #[test]
    fn what_goes_wrong_in_the_same_way_within_an_hour_is_one_row_and_reads_as_it_was_noted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.db");
        make(&path, &JOURNAL).unwrap();
        let mut journal = open_writing(&path, &JOURNAL).unwrap();
        let notes = [
            failed(Part::Source(0), "silent", 10),
            failed(Part::Source(1), "silent", 11),
            failed(Part::Process, "silent", 12),
            failed(Part::Source(0), "refused", 13),
            failed(Part::Source(0), "silent", 10 + FOLD_SECONDS - 1),
            failed(Part::Source(0), "silent", 10 + FOLD_SECONDS),
            happened("plugin_failed", 10),
            happened("plugin_failed", 20),
            happened("plugin_limit", 21),
            restreamed(1, "VLC", 10),
            restreamed(2, "VLC", 11),
            restreamed(1, "Lavf", 12),
        ];
        write(&journal, &notes, 1_000_000).unwrap();
        let mut rows = |query: LogQuery| {
            let rows = read::read(&mut journal, &query).unwrap().rows;
            rows.into_iter().map(|row| row.entry).rev().collect::<Vec<_>>()
        };
        let newest = |log| LogQuery::newest(log, 10);
        let errors = rows(newest(Log::StreamErrors));
        let counted = |mut entry: Entry, last: i64, count: u32| {
            if let Entry::StreamError { last_at, times, .. }
            | Entry::Happening { last_at, times, .. }
            | Entry::Restream { last_at, times, .. } = &mut entry
            {
                (*last_at, *times) = (Unix(last), count);
            }
            entry
        };
        let first = counted(notes[0].clone(), 10 + FOLD_SECONDS - 1, 2);
        assert_eq!(errors, [first, notes[1].clone(), notes[2].clone(), notes[3].clone(), notes[5].clone()]);
        assert_eq!(rows(newest(Log::Happenings)), [counted(notes[6].clone(), 20, 2), notes[8].clone()]);
        let of = |owner| LogQuery { owners: Some(vec![UserId(owner)]), ..newest(Log::Restreams) };
        assert_eq!(rows(of(1)), [counted(restreamed(1, "Lavf", 10), 12, 2)]);
        assert_eq!(rows(of(2)), [notes[10].clone()]);
        let of_nobodys = LogQuery { owners: Some(vec![UserId(1)]), ..newest(Log::StreamErrors) };
        assert_eq!(rows(of_nobodys), [], "streams are nobody's");
        assert_eq!(rows(LogQuery { line: Some(LineId(1)), ..newest(Log::Happenings) }), []);
    }
}
