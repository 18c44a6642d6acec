//! The journal's promises: what is noted is found again, by whose it is, page by page, and no longer than it is kept.
#![allow(clippy::unwrap_used)]

#[path = "conformance/panel.rs"]
#[allow(dead_code)]
mod panel;

use host_core::journal::{Entry, Log, LogQuery, LogRow, Party};
use host_core::port::{Journal, StoreError};
use host_core::time::Unix;
use host_core::*;
use host_store::{Opened, Options, open};
use panel::*;
use std::path::PathBuf;

const START: i64 = 1_800_000_000;

/// A data folder with a tenant, and its ports.
fn opened(options: Options) -> (tempfile::TempDir, PathBuf, Opened) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data");
    let opened = open(&path, options).unwrap();
    Panel::new(&*opened.store);
    (folder, path, opened)
}

/// The connection of a line of this owner that ended then.
fn ended(owner: u32, at: i64) -> Entry {
    Entry::Activity {
        owner: Some(UserId(owner)),
        line: LineId(owner * 10),
        stream: StreamId(1),
        address: "10.0.0.1".into(),
        agent: "VLC".into(),
        container: "ts".into(),
        started_at: Unix(at - 60),
        ended_at: Unix(at),
        bytes: 1,
    }
}

fn refused(line: u32, code: &str, agent: &str, at: i64) -> Entry {
    Entry::Refused {
        owner: None,
        surface: "live".into(),
        code: code.into(),
        line: Some(LineId(line)),
        user: None,
        stream: Some(StreamId(1)),
        address: "192.0.2.1".into(),
        agent: agent.into(),
        query: String::new(),
        at: Unix(at),
    }
}

fn signed_in(line: u32, surface: &str, address: &str, at: i64) -> Entry {
    Entry::SignIn {
        owner: Some(UserId(2)),
        surface: surface.into(),
        user: None,
        line: Some(LineId(line)),
        address: address.into(),
        at: Unix(at),
        last_at: Unix(at),
        times: 1,
    }
}

/// Notes them one after the other.
fn note(opened: &Opened, entries: impl IntoIterator<Item = Entry>) {
    entries.into_iter().for_each(|entry| opened.journal.note(TENANT, entry));
}

fn asked(opened: &Opened, query: LogQuery) -> Result<Vec<LogRow>, StoreError> {
    wait(opened.journal.read(TENANT, query)).map(|page| page.rows)
}

fn read(opened: &Opened, query: LogQuery) -> Vec<Entry> {
    asked(opened, query).unwrap().into_iter().map(|row| row.entry).collect()
}

fn activity() -> LogQuery {
    LogQuery::newest(Log::Activity, 1_000)
}

fn owners(ids: impl IntoIterator<Item = u32>) -> Option<Vec<UserId>> {
    Some(ids.into_iter().map(UserId).collect())
}

#[test]
fn each_log_gives_its_rows_newest_first_also_after_opening_again() {
    let (_folder, path, first) = opened(Options::default());
    let (old, new) = (refused(7, "address_refused", "VLC", START), refused(8, "not_in_bouquet", "Kodi", START + 1));
    note(&first, [ended(2, START), old.clone(), new.clone()]);
    assert_eq!(read(&first, activity()), [ended(2, START)]);
    drop(first);
    let again = open(&path, Options::default()).unwrap();
    let refusals = || LogQuery::newest(Log::Refusals, 10);
    assert_eq!(read(&again, refusals()), [new.clone(), old.clone()]);
    assert_eq!(read(&again, LogQuery { line: Some(LineId(7)), ..refusals() }), [old]);
    let found = |text: &str| read(&again, LogQuery { search: Some(text.into()), ..refusals() });
    assert_eq!((found("IN_BOUQ"), found("kodi")), (vec![new.clone()], vec![new]));
    assert_eq!((found("192.0.2.").len(), found("%").len(), found("live").len()), (2, 0, 2));
    assert_eq!(read(&again, LogQuery::newest(Log::SignIns, 10)), []);
}

#[test]
fn rows_are_found_by_who_owned_them_be_they_few_or_many_owners() {
    let (_folder, _path, opened) = opened(Options::default());
    let all: Vec<_> = (0..300).map(|n| ended(n % 100, START + i64::from(n))).collect();
    note(&opened, all.clone());
    let of = |ids: std::ops::Range<u32>| {
        let is_theirs =
            |entry: &&Entry| matches!(entry, Entry::Activity { owner: Some(id), .. } if ids.contains(&id.0));
        all.iter().rev().filter(is_theirs).cloned().collect::<Vec<_>>()
    };
    for ids in [3..4, 10..74, 10..90, 0..0, 500..501] {
        let rows = read(&opened, LogQuery { owners: owners(ids.clone()), ..activity() });
        assert_eq!(rows, of(ids.clone()), "{ids:?}");
        let newest = read(&opened, LogQuery { owners: owners(ids.clone()), limit: 2, ..activity() });
        assert_eq!(newest, of(ids.clone()).into_iter().take(2).collect::<Vec<_>>(), "{ids:?}");
    }
    let foreign = LogQuery { owners: owners([3]), line: Some(LineId(40)), ..activity() };
    assert_eq!(read(&opened, foreign), [], "a line of another owner");
    assert_eq!(read(&opened, LogQuery { user: Some(UserId(3)), ..activity() }), []);
}

#[test]
fn pages_go_on_behind_their_last_row_whatever_is_noted_meanwhile() {
    let (_folder, _path, opened) = opened(Options::default());
    for owners in [None, owners([1, 2]), owners(1..200)] {
        note(&opened, (0..10).map(|n| ended(1 + n % 2, START + i64::from(n))));
        let page = |behind| asked(&opened, LogQuery { behind, limit: 4, owners: owners.clone(), ..activity() });
        let whole = asked(&opened, LogQuery { owners: owners.clone(), ..activity() }).unwrap();
        let mut seen = Vec::new();
        let mut rows = page(None).unwrap();
        while let Some(last) = rows.last().map(|row| row.id) {
            seen.extend(rows);
            note(&opened, [ended(1, START + 100)]);
            rows = page(Some(last)).unwrap();
        }
        assert_eq!(seen, whole);
    }
}

#[test]
fn a_time_range_has_what_ended_within_it() {
    let (_folder, _path, opened) = opened(Options::default());
    let day = 86_400;
    note(&opened, (0..100).map(|n| ended(n % 3, START + i64::from(n) * day / 4)));
    let range = |from, to| {
        let query = LogQuery { from: Some(Unix(from)), to: Some(Unix(to)), ..activity() };
        let both = [None, owners([0, 1, 2])].map(|owners| read(&opened, LogQuery { owners, ..query.clone() }));
        assert_eq!(both[0], both[1]);
        both[0].len()
    };
    assert_eq!(range(START + day, START + 2 * day), 4);
    assert_eq!(range(START + 5 * day, START + 5 * day + 1), 1);
    assert_eq!(range(START - day, START), 0);
    assert_eq!(range(START + 100 * day, START + 200 * day), 0);
    assert_eq!(range(0, i64::MAX / 2), 100);
}

#[test]
fn sign_ins_of_one_line_on_one_surface_and_network_are_one_row_for_an_hour() {
    let (_folder, _path, opened) = opened(Options::default());
    let (at, other) = (START + 10, "2001:db8::1");
    note(
        &opened,
        [
            signed_in(1, "player", "10.0.0.1", at),
            signed_in(1, "player", "10.0.0.9", at + 3_599),
            signed_in(1, "player", "10.0.1.1", at + 3_599),
            signed_in(1, "live", "10.0.0.1", at + 3_599),
            signed_in(2, "player", "10.0.0.1", at + 3_599),
            signed_in(1, "player", other, at + 3_599),
            signed_in(1, "player", "10.0.0.1", at + 3_600),
            signed_in(1, "player", "10.0.0.2", at + 3_601),
        ],
    );
    let told = |entry: Entry| match entry {
        Entry::SignIn { surface, line, address, at: first, last_at, times, .. } => {
            (line.unwrap().0, surface, address, first.0 - at, last_at.0 - at, times)
        }
        other => panic!("{other:?}"),
    };
    let rows: Vec<_> = read(&opened, LogQuery::newest(Log::SignIns, 10)).into_iter().map(told).collect();
    let row = |line, surface: &str, address: &str, first, last, times| {
        (line, surface.to_owned(), address.to_owned(), first, last, times)
    };
    assert_eq!(
        rows,
        [
            row(1, "player", "10.0.0.2", 3_600, 3_601, 2),
            row(1, "player", other, 3_599, 3_599, 1),
            row(2, "player", "10.0.0.1", 3_599, 3_599, 1),
            row(1, "live", "10.0.0.1", 3_599, 3_599, 1),
            row(1, "player", "10.0.1.1", 3_599, 3_599, 1),
            row(1, "player", "10.0.0.9", 0, 3_599, 2),
        ]
    );
    let late = LogQuery { from: Some(Unix(at + 3_599)), ..LogQuery::newest(Log::SignIns, 10) };
    assert_eq!(read(&opened, late).len(), 6, "a row counts until its last time");
}

#[test]
fn each_log_keeps_its_newest_rows_and_notes_beyond_the_buffer_are_counted() {
    let (_folder, _path, opened) = opened(Options { journal_rows: 10, journal_buffer: 50, ..Options::default() });
    note(&opened, [refused(1, "x", "VLC", START)]);
    note(&opened, (0..40).map(|n| ended(1, START + n)));
    let kept: Vec<_> = (30..40).rev().map(|n| ended(1, START + n)).collect();
    assert_eq!(read(&opened, activity()), kept);
    assert_eq!(read(&opened, LogQuery::newest(Log::Refusals, 10)).len(), 1);
    let counted = LogQuery { counts: true, ..LogQuery::newest(Log::Activity, 3) };
    let page = wait(opened.journal.read(TENANT, counted)).unwrap();
    assert_eq!((page.total, page.matching, page.rows.len()), (Some(10), Some(10), 3));
    // Nobody writes while the lock on the buffer is never free.
    note(&opened, (0..10_000).map(|n| ended(1, n)));
    assert!(opened.journal.dropped() > 0);
}

#[test]
fn a_search_among_more_rows_than_the_thread_has_time_for_is_refused_and_others_are_answered() {
    let (_folder, _path, opened) = opened(Options { journal_buffer: 1_000_000, ..Options::default() });
    note(&opened, (0..900_000_u32).map(|n| ended(n % 64, START + i64::from(n))));
    let nowhere = || LogQuery { search: Some("nowhere".into()), ..activity() };
    assert!(matches!(asked(&opened, nowhere()), Err(StoreError::TooLong)));
    let strangers = LogQuery { owners: owners(1_000..1_100), ..activity() };
    assert!(matches!(asked(&opened, strangers), Err(StoreError::TooLong)));
    assert_eq!(read(&opened, activity()).len(), 1_000);
    let few = LogQuery { owners: owners(0..64), ..activity() };
    assert_eq!(asked(&opened, few).unwrap(), asked(&opened, activity()).unwrap());
    let short = LogQuery { from: Some(Unix(START + 300_000)), to: Some(Unix(START + 300_009)), ..nowhere() };
    assert_eq!(read(&opened, short).len(), 0, "a range of time is short enough");
}

#[test]
fn rows_are_skipped_and_counted_by_whose_they_are_and_what_is_searched() {
    let (_folder, _path, opened) = opened(Options::default());
    let all: Vec<_> = (0..300).map(|n| ended(n % 100, START + i64::from(n))).collect();
    note(&opened, all);
    let page = |query: LogQuery| wait(opened.journal.read(TENANT, LogQuery { counts: true, ..query })).unwrap();
    for (ids, count) in [(Some(0..10), 30), (Some(0..90), 270), (None, 300), (Some(0..0), 0)] {
        let owners = ids.and_then(owners);
        let whole = page(LogQuery { owners: owners.clone(), ..activity() });
        assert_eq!((whole.rows.len(), whole.total, whole.matching), (count as usize, Some(count), Some(count)));
        let part = page(LogQuery { owners: owners.clone(), start: 7, limit: 5, ..activity() });
        assert_eq!(part.rows, whole.rows.into_iter().skip(7).take(5).collect::<Vec<_>>());
        assert_eq!((part.total, part.matching), (Some(count), Some(count)));
        let searched = LogQuery { search: Some("nobody".into()), owners: owners.clone(), ..activity() };
        let named = LogQuery { named: vec![host_core::object::Key::Line(LineId(40))], ..searched.clone() };
        let (searched, named) = (page(searched), page(named));
        assert_eq!((searched.rows.len(), searched.total, searched.matching), (0, Some(count), Some(0)));
        let found = if count > 0 { 3 } else { 0 };
        assert_eq!((named.rows.len(), named.total, named.matching), (found as usize, Some(count), Some(found)));
    }
    let deep = page(LogQuery { start: 299, ..activity() });
    assert_eq!((deep.rows.len(), deep.total), (1, Some(300)));
    assert_eq!(wait(opened.journal.read(TENANT, activity())).unwrap().total, None, "nobody asked");
}

#[test]
fn sign_ins_of_users_are_found_among_those_of_lines() {
    let (_folder, _path, opened) = opened(Options::default());
    let user = |id| Entry::SignIn {
        owner: Some(UserId(id)),
        surface: "admin".into(),
        user: Some(UserId(id)),
        line: None,
        address: "10.0.0.1".into(),
        at: Unix(START),
        last_at: Unix(START),
        times: 1,
    };
    note(
        &opened,
        [user(1), signed_in(7, "player", "10.0.0.1", START), user(2), signed_in(8, "player", "10.0.0.2", START)],
    );
    let of = |party, owners| {
        let query = LogQuery { party: Some(party), owners, counts: true, ..LogQuery::newest(Log::SignIns, 10) };
        let page = wait(opened.journal.read(TENANT, query)).unwrap();
        assert_eq!(page.total, Some(page.rows.len() as u32));
        page.rows.into_iter().map(|row| row.entry).collect::<Vec<_>>()
    };
    assert_eq!(of(Party::Users, None), [user(2), user(1)]);
    assert_eq!(of(Party::Users, owners([1])), [user(1)]);
    assert_eq!(of(Party::Others, None).len(), 2);
    let none = LogQuery { party: Some(Party::Users), ..activity() };
    assert_eq!(read(&opened, none), []);
}
