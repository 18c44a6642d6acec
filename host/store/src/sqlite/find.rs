//! Look-ups by unique values and by id.

use super::cells::Word;
use super::scope::{CLIMB, Look, seen};
use super::table::{in_control, name, read, statements};
use crate::error::failed;
use host_core::UserId;
use host_core::caller::Scope;
use host_core::field_list::Chosen;
use host_core::object::{Key, Object};
use host_core::plan::Database;
use host_core::port::StoreError;
use host_core::unique::Unique;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Params};
use std::sync::OnceLock;

/// Refuses a kind that the database does not keep.
pub(super) fn belongs(database: Database, kind: host_core::object::Kind) -> Result<(), StoreError> {
    if in_control(kind) == (database == Database::Control) {
        return Ok(());
    }
    Err(StoreError::Failed(format!("a {} is not kept in this database", kind.as_str())))
}

/// The row, when the scope sees it.
pub(super) fn get(connection: &Connection, scope: Scope, key: Key) -> Result<Option<Object>, StoreError> {
    let kind = key.kind();
    let Some(seen) = seen(scope, kind, Look::Up) else { return Ok(None) };
    match seen.value {
        None => first_row(connection, kind, &statements(kind).select_by_id, (key.number(),)),
        Some(value) => first_row(connection, kind, scoped(scope, kind, &seen.at(2)), (key.number(), value)),
    }
}

/// The statement that reads one row of a kind in a scope; made once.
fn scoped(scope: Scope, kind: host_core::object::Kind, condition: &str) -> &'static str {
    const KINDS: usize = host_core::object::Kind::ALL.len();
    static TREE: [OnceLock<String>; KINDS] = [const { OnceLock::new() }; KINDS];
    static LINE: [OnceLock<String>; KINDS] = [const { OnceLock::new() }; KINDS];
    let all = if matches!(scope, Scope::Tree(_)) { &TREE } else { &LINE };
    all[kind as usize].get_or_init(|| format!("{} AND {condition}", statements(kind).select_by_id))
}

fn first_row(
    connection: &Connection,
    kind: host_core::object::Kind,
    sql: &str,
    params: impl Params,
) -> Result<Option<Object>, StoreError> {
    let mut statement = connection.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query(params).map_err(failed)?;
    match rows.next().map_err(failed)? {
        Some(row) => read(kind, row, Chosen::ALL).map(Some),
        None => Ok(None),
    }
}

/// Runs `$run` with the condition of a unique value, its parameters and where its statement is kept.
macro_rules! with_unique {
    ($unique:expr, $run:expr) => {
        with_unique! { @ $unique, $run;
            LineUsername(name) "lines.username = ?1" [name];
            LineMac(mac) "lines.mac = ?1" [&mac.to_string()];
            LineCode(code) "lines.code = ?1" [code];
            Username(name) "users.folded = ?1" [&name.to_lowercase()];
            GroupName(name) "groups.name = ?1" [name];
            PackageName(name) "packages.name = ?1" [name];
            BouquetName(name) "bouquets.name = ?1" [name];
            CategoryName(list, name) "categories.kind = ?1 AND categories.name = ?2" [&list.word(), name];
            ApiKeyDigest(digest) "api_keys.digest = ?1" [&digest.as_slice()];
            SessionDigest(digest) "sessions.digest = ?1" [&digest.as_slice()];
            GuideSourceName(name) "guide_sources.name = ?1" [name];
            StreamOrigin(source, url) "streams.origin_source = ?1 AND streams.origin_url = ?2" [source, url];
            TenantName(name) "tenants.name = ?1" [name];
            TenantHost(host) "tenants.id = (SELECT tenant FROM tenant_hosts WHERE host = ?1)" [host];
            AccessCode(code) "access_codes.code = ?1" [code];
            PluginName(tenant, name) "plugins.tenant = ?1 AND plugins.name = ?2" [&tenant.0, name];
            DocumentKey(collection, key, value) "documents.id = (SELECT document FROM document_keys \
                WHERE collection = ?1 AND name = ?2 AND value = ?3)" [collection, key, value];
        }
    };
    (@ $unique:expr, $run:expr; $($variant:ident($($field:ident),*) $condition:literal [$($value:expr),*];)*) => {
        match $unique {$(
            Unique::$variant($($field),*) => {
                static STATEMENT: OnceLock<String> = OnceLock::new();
                let values: &[&dyn ToSql] = &[$($value),*];
                $run($condition, values, &STATEMENT)
            }
        )*}
    };
}

/// The row that has a unique value.
pub(super) fn find(connection: &Connection, unique: &Unique) -> Result<Option<Object>, StoreError> {
    let kind = unique.kind();
    with_unique!(unique, |condition, params: &[&dyn ToSql], made: &'static OnceLock<String>| {
        let select = made.get_or_init(|| format!("{} WHERE {condition}", statements(kind).select));
        first_row(connection, kind, select, params)
    })
}

/// The id of the row that has a unique value.
pub(super) fn holder(connection: &Connection, unique: &Unique) -> rusqlite::Result<Option<u32>> {
    let table = name(unique.kind());
    with_unique!(unique, |condition, params: &[&dyn ToSql], made: &'static OnceLock<String>| {
        let select = made.get_or_init(|| format!("SELECT {table}.id FROM {table} WHERE {condition}"));
        connection.prepare_cached(select)?.query_row(params, |row| row.get(0)).optional()
    })
}

/// Whether `root` is on the way up from `user`, and whether all on the way are enabled.
pub(super) fn climb(connection: &Connection, user: UserId, root: UserId) -> rusqlite::Result<(bool, bool)> {
    connection.prepare_cached(CLIMB)?.query_row((user.0, root.0), |row| Ok((row.get(0)?, row.get(1)?)))
}

/// `root` and everybody below.
pub(super) fn tree(connection: &Connection, root: UserId) -> rusqlite::Result<Vec<UserId>> {
    let mut statement = connection.prepare_cached("SELECT user FROM user_reach WHERE ancestor = ?1 ORDER BY user")?;
    let users = statement.query_map((root.0,), |row| row.get(0).map(UserId))?;
    users.collect()
}
