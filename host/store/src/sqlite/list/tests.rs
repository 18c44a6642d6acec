//! How SQLite goes through the lists, and through what they are kept by: by the indexes that were made for them.

use super::rows::Rows;
use crate::sqlite::database_file::{make, open_reading};
use crate::sqlite::schema::TENANT;
use crate::sqlite::table::statements;
use host_core::UserId;
use host_core::caller::Scope;
use host_core::line::{DeliveryType, LineStatus};
use host_core::object::Kind;
use host_core::port::{Filter, Query};
use host_core::time::Unix;
use rusqlite::Connection;
use rusqlite::config::DbConfig;

const TREE: Scope = Scope::Tree(UserId(2));

/// A tenant's database, and how SQLite runs statements on it.
struct Panel {
    connection: Connection,
    _folder: tempfile::TempDir,
}

impl Panel {
    fn new() -> Panel {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panel.db");
        make(&path, &TENANT).unwrap();
        let connection = open_reading(&path, &TENANT).unwrap();
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRIGGER_EQP, true).unwrap();
        Panel { connection, _folder: folder }
    }

    /// The steps of a statement and of the triggers that it sets off.
    fn steps(&self, sql: &str) -> Vec<String> {
        let mut statement = self.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        statement.raw_query().mapped(|row| row.get::<_, Option<String>>("detail")).filter_map(Result::unwrap).collect()
    }

    /// How the ids of a page are found, and how the list is counted.
    fn ways(&self, query: &Query) -> [Vec<String>; 2] {
        let rows = Rows::of(query, query.search.as_deref(), query.search.is_some()).unwrap().unwrap();
        let page = self.steps(&rows.page_sql(query));
        let ids = page.iter().skip_while(|step| !step.starts_with("LIST SUBQUERY")).skip(1).cloned().collect();
        [ids, self.steps(&rows.count_sql())]
    }
}

/// As the verb asks for lines: the newest first, of a delivery type.
fn lines(scope: Scope, more: &[Filter]) -> Query {
    let filters = [&[Filter::Delivery(DeliveryType::Line)], more].concat();
    Query { filters, descending: true, limit: 50, ..Query::all(Kind::Line, scope) }
}

#[test]
fn the_few_lines_that_are_banned_switched_off_or_on_trial_are_read_by_their_own_index_in_its_order() {
    let panel = Panel::new();
    let status = |status| Filter::LineStatus(status, Unix(9));
    for (filter, index) in [
        (status(LineStatus::Banned), "lines_that_are_banned"),
        (status(LineStatus::Disabled), "lines_that_are_switched_off"),
        (Filter::Trial, "lines_on_trial"),
    ] {
        for more in [vec![filter.clone()], vec![filter, Filter::After(70)]] {
            for way in panel.ways(&lines(Scope::Tenant, &more)) {
                assert!(way.len() == 1 && way[0].starts_with("SEARCH") && way[0].contains(index), "{more:?}: {way:?}");
            }
        }
    }
    for many in [LineStatus::Active, LineStatus::Expired] {
        for way in panel.ways(&lines(Scope::Tenant, &[status(many)])) {
            assert_eq!(way, ["SEARCH lines USING INDEX lines_by_delivery (delivery=?)"], "{many:?}");
        }
    }
}

#[test]
fn the_lines_and_users_of_a_tree_are_ranges_of_what_it_reaches() {
    let panel = Panel::new();
    let line = "SEARCH r USING PRIMARY KEY (ancestor=? AND delivery=?)";
    for more in [vec![], vec![Filter::After(70)]] {
        assert_eq!(panel.ways(&lines(TREE, &more)), [[line], [line]], "{more:?}");
    }
    // Whether each meets the filter is looked at until the page is full.
    for way in panel.ways(&lines(TREE, &[Filter::Trial])) {
        assert_eq!(way, [line, "SEARCH lines USING INTEGER PRIMARY KEY (rowid=?)"]);
    }
    let user = "SEARCH r USING PRIMARY KEY (ancestor=?)";
    assert_eq!(panel.ways(&Query::all(Kind::User, TREE)), [[user], [user]]);
}

#[test]
fn what_a_search_finds_is_looked_up_in_what_a_tree_reaches() {
    let panel = Panel::new();
    for (query, key) in [
        (lines(TREE, &[]), "PRIMARY KEY (ancestor=? AND delivery=? AND line=?)"),
        (Query::all(Kind::User, TREE), "PRIMARY KEY (ancestor=? AND user=?)"),
    ] {
        for way in panel.ways(&Query { search: Some("anna".into()), ..query }) {
            assert!(way[0].starts_with("SCAN s VIRTUAL TABLE"), "{way:?}");
            assert!(way.iter().any(|step| step.starts_with("SEARCH r") && step.ends_with(key)), "{way:?}");
        }
    }
}

#[test]
fn what_keeps_the_reach_of_a_tree_looks_it_up() {
    let panel = Panel::new();
    for kind in [Kind::Line, Kind::User] {
        let writes = statements(kind);
        for sql in [&writes.insert, &writes.update, &writes.delete] {
            let steps = panel.steps(sql);
            let scans = steps.iter().any(|step| step.starts_with("SCAN") && step.contains("_reach"));
            let upwards = steps.iter().any(|step| step.contains("user_reach_upwards (user=?"));
            assert!(upwards && !scans, "{sql}: {steps:#?}");
        }
    }
}
