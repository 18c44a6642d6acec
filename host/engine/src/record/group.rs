//! The packages that a group's resellers may sell: part of its document, and kept with the packages.

use crate::{Result, Work};
use host_core::caller::{CallerRole, Scope};
use host_core::object::{Key, Kind, Object};
use host_core::package::Package;
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::{GroupId, PackageId, Refusal};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the field.
const FIELD: &str = "packages";

/// Takes the packages out of a document, checked: each is there.
pub(super) async fn take(work: &mut Work, document: &mut Map<String, Value>) -> Result<Option<Vec<PackageId>>> {
    let Some(value) = document.remove(FIELD) else { return Ok(None) };
    let refused = |message: String| Refusal::field(Code::InvalidInput, FIELD, message);
    let wanted: Vec<PackageId> = serde_json::from_value(value).map_err(|error| refused(format!("{FIELD}: {error}")))?;
    for package in &wanted {
        if work.know::<Package>(*package).await?.is_none() {
            return Err(refused(format!("There is no package {package}.")).into());
        }
    }
    Ok(Some(wanted))
}

/// Lets a group sell exactly the `wanted` packages.
pub(super) async fn set(work: &mut Work, group: GroupId, wanted: &[PackageId]) -> Result<()> {
    for (id, package) in all(work).await? {
        let is_wanted = wanted.contains(&id);
        if package.groups.contains(&group) == is_wanted {
            continue;
        }
        // What is changed is held to what it is now.
        let Some(before) = work.know::<Package>(id).await? else { continue };
        let mut after = before.clone();
        after.groups.retain(|other| *other != group);
        after.groups.extend(is_wanted.then_some(group));
        work.update(&before, after);
    }
    Ok(())
}

/// Adds their packages to the documents of groups, for admins.
pub(super) async fn show(work: &Work, rows: &mut [Map<String, Value>]) -> Result<()> {
    if work.caller().role() < CallerRole::Admin || rows.is_empty() {
        return Ok(());
    }
    let mut sold: BTreeMap<u32, BTreeSet<PackageId>> = BTreeMap::new();
    for (id, package) in all(work).await? {
        for group in package.groups {
            sold.entry(group.0).or_default().insert(id);
        }
    }
    for row in rows {
        let group = row.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let packages = group.and_then(|group| sold.get(&group)).cloned().unwrap_or_default();
        row.insert(FIELD.to_owned(), json!(packages));
    }
    Ok(())
}

/// Every package, as the plan leaves it.
async fn all(work: &Work) -> Result<BTreeMap<PackageId, Package>> {
    let mut packages = BTreeMap::new();
    let mut query = Query::all(Kind::Package, Scope::Tenant);
    loop {
        let page = work.list(query.clone()).await?;
        let (rows, last) = (page.rows.len(), page.rows.last().map(|row| row.key().number()));
        packages.extend(page.rows.into_iter().filter_map(package));
        match last {
            Some(last) if rows >= query.limit as usize => query.filters = vec![Filter::After(last)],
            _ => break,
        }
    }
    for (key, row) in work.overlay.touched() {
        match (key, row.after.clone()) {
            (Key::Package(id), None) => drop(packages.remove(&id)),
            (_, Some(object)) => packages.extend(package(object)),
            _ => {}
        }
    }
    Ok(packages)
}

fn package(object: Object) -> Option<(PackageId, Package)> {
    match object {
        Object::Package(package) => Some((package.id, package)),
        _ => None,
    }
}
