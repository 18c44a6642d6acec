//! Look-ups by unique values and by id.

use super::scope::{CLIMB, Look, seen};
use super::table::{in_control, name, read, statements};
use crate::error::failed;
use host_core::UserId;
use host_core::caller::Scope;
use host_core::object::{Key, Object, Unique};
use host_core::plan::Place;
use host_core::port::StoreError;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension, Params};
use std::collections::HashMap;
use std::sync::{LazyLock, OnceLock};

/// Refuses a kind that the place does not keep.
pub(super) fn belongs(place: Place, kind: host_core::object::Kind) -> Result<(), StoreError> {
    if in_control(kind) == (place == Place::Control) {
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
        Some(row) => read(kind, row).map(Some),
        None => Ok(None),
    }
}

/// Runs `$run` with the condition of a unique value and its parameters.
macro_rules! with_unique {
    ($unique:expr, $run:expr) => {
        match $unique {
            Unique::LineUsername(name) => $run("lines.username = ?1", &[name as &dyn ToSql]),
            Unique::Username(name) => $run("users.folded = ?1", &[&name.to_lowercase() as &dyn ToSql]),
            Unique::GroupName(name) => $run("groups.name = ?1", &[name as &dyn ToSql]),
            Unique::PackageName(name) => $run("packages.name = ?1", &[name as &dyn ToSql]),
            Unique::BouquetName(name) => $run("bouquets.name = ?1", &[name as &dyn ToSql]),
            Unique::CategoryName(kind, name) => $run(
                "categories.kind = ?1 AND categories.name = ?2",
                &[&super::cells::Word::word(*kind) as &dyn ToSql, name],
            ),
            Unique::ApiKeyDigest(digest) => $run("api_keys.digest = ?1", &[&digest.as_slice() as &dyn ToSql]),
            Unique::SessionDigest(digest) => $run("sessions.digest = ?1", &[&digest.as_slice() as &dyn ToSql]),
            Unique::GuideSourceName(name) => $run("guide_sources.name = ?1", &[name as &dyn ToSql]),
            Unique::StreamOrigin(source, url) => {
                $run("streams.origin_source = ?1 AND streams.origin_url = ?2", &[source as &dyn ToSql, url])
            }
            Unique::TenantName(name) => $run("tenants.name = ?1", &[name as &dyn ToSql]),
            Unique::TenantHost(host) => {
                $run("tenants.id = (SELECT tenant FROM tenant_hosts WHERE host = ?1)", &[host as &dyn ToSql])
            }
            Unique::AccessCode(code) => $run("access_codes.code = ?1", &[code as &dyn ToSql]),
            Unique::PluginName(tenant, name) => {
                $run("plugins.tenant = ?1 AND plugins.name = ?2", &[&tenant.0 as &dyn ToSql, name])
            }
            Unique::DocumentKey(collection, key, value) => $run(
                "documents.id = (SELECT document FROM document_keys \
                 WHERE collection = ?1 AND name = ?2 AND value = ?3)",
                &[collection as &dyn ToSql, key, value],
            ),
        }
    };
}

/// Statements by the condition they end in, made once.
static BY_CONDITION: LazyLock<HashMap<&'static str, (String, String)>> = LazyLock::new(|| {
    let examples = [
        Unique::LineUsername(String::new()),
        Unique::Username(String::new()),
        Unique::GroupName(String::new()),
        Unique::PackageName(String::new()),
        Unique::BouquetName(String::new()),
        Unique::CategoryName(host_core::category::CategoryKind::Live, String::new()),
        Unique::ApiKeyDigest([0; 32]),
        Unique::SessionDigest([0; 32]),
        Unique::GuideSourceName(String::new()),
        Unique::StreamOrigin(String::new(), String::new()),
        Unique::TenantName(String::new()),
        Unique::TenantHost(String::new()),
        Unique::AccessCode(String::new()),
        Unique::PluginName(host_core::TenantId(0), String::new()),
        Unique::DocumentKey(String::new(), String::new(), Vec::new()),
    ];
    let make = |unique: &Unique| {
        let kind = unique.kind();
        with_unique!(unique, |condition: &'static str, _: &[&dyn ToSql]| (
            condition,
            (
                format!("{} WHERE {condition}", statements(kind).select),
                format!("SELECT {0}.id FROM {0} WHERE {condition}", name(kind))
            )
        ))
    };
    examples.iter().map(make).collect()
});

/// The row that has a unique value.
pub(super) fn find(connection: &Connection, unique: &Unique) -> Result<Option<Object>, StoreError> {
    let kind = unique.kind();
    with_unique!(unique, |condition: &str, params: &[&dyn ToSql]| {
        let Some((select, _)) = BY_CONDITION.get(condition) else { return Ok(None) };
        first_row(connection, kind, select, params)
    })
}

/// The id of the row that has a unique value.
pub(super) fn holder(connection: &Connection, unique: &Unique) -> rusqlite::Result<Option<u32>> {
    with_unique!(unique, |condition: &str, params: &[&dyn ToSql]| {
        let Some((_, select)) = BY_CONDITION.get(condition) else { return Ok(None) };
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
