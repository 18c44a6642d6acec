//! What a record names must be there; what names a record keeps it from being deleted.

use crate::{Result, Work, zone};
use host_core::bouquet::Bouquet;
use host_core::caller::Scope;
use host_core::category::Category;
use host_core::group::Group;
use host_core::guide::GuideSource;
use host_core::object::{Kind, Object, Stored};
use host_core::package::Package;
use host_core::port::{Filter, Query};
use host_core::refusal::Code;
use host_core::series::Series;
use host_core::{CategoryId, Refusal};

/// Refuses a record that names something that is not there.
pub(super) async fn check(work: &mut Work, object: &Object) -> Result<()> {
    match object {
        Object::Group(group) => {
            let others = group.user_groups.iter().filter(|other| **other != group.id);
            all::<Group>(work, "user_groups", others.copied()).await
        }
        Object::Package(package) => {
            all::<Group>(work, "groups", package.groups.iter().copied()).await?;
            all::<Bouquet>(work, "bouquets", package.bouquets.iter().copied()).await?;
            if package.addons.contains(&package.id) {
                return Err(Refusal::field(Code::InvalidInput, "addons", "A package is no add-on of itself.").into());
            }
            all::<Package>(work, "addons", package.addons.iter().copied()).await
        }
        Object::Stream(stream) => {
            categories(work, &stream.categories).await?;
            all::<GuideSource>(work, "guide_source", stream.guide_source.into_iter()).await?;
            all::<Series>(work, "episode_of", stream.episode_of.map(|place| place.series).into_iter()).await
        }
        Object::Settings(settings) => Ok(zone::check(&settings.timezone)?),
        Object::Series(series) => categories(work, &series.categories).await,
        _ => Ok(()),
    }
}

async fn categories(work: &mut Work, ids: &[CategoryId]) -> Result<()> {
    all::<Category>(work, "categories", ids.iter().copied()).await
}

async fn all<T: Stored>(work: &mut Work, field: &'static str, ids: impl Iterator<Item = T::Id>) -> Result<()> {
    for id in ids {
        let key: host_core::object::Key = id.into();
        if work.know::<T>(id).await?.is_none() {
            let message = format!("There is no {key}.");
            return Err(Refusal::field(Code::InvalidInput, field, message).into());
        }
    }
    Ok(())
}

/// Refuses the deletion of a record that something still uses.
pub(super) async fn check_unused(work: &Work, object: &Object) -> Result<()> {
    let user = match object {
        Object::Category(category) => {
            let named = Filter::Category(category.id);
            let streams = any(work, Kind::Stream, named.clone()).await?;
            if streams { Some("a stream") } else { any(work, Kind::Series, named).await?.then_some("a series") }
        }
        Object::Series(series) => any(work, Kind::Stream, Filter::Episodes(series.id)).await?.then_some("an episode"),
        Object::Group(group) => {
            let users = walk(work, Kind::User, |row| matches!(row, Object::User(u) if u.group == Some(group.id)));
            let packages =
                walk(work, Kind::Package, |row| matches!(row, Object::Package(p) if p.groups.contains(&group.id)));
            // Its own users may create more of their kind.
            let above = |other: &Group| other.id != group.id && other.user_groups.contains(&group.id);
            let groups = walk(work, Kind::Group, |row| matches!(row, Object::Group(other) if above(other)));
            match () {
                () if users.await? => Some("a user"),
                () if packages.await? => Some("a package"),
                () => groups.await?.then_some("a group"),
            }
        }
        Object::Package(package) => {
            let lines =
                walk(work, Kind::Line, |row| matches!(row, Object::Line(line) if line.package == Some(package.id)));
            let packages =
                walk(work, Kind::Package, |row| matches!(row, Object::Package(p) if p.addons.contains(&package.id)));
            if lines.await? { Some("a line") } else { packages.await?.then_some("a package") }
        }
        Object::GuideSource(source) => {
            walk(work, Kind::Stream, |row| matches!(row, Object::Stream(s) if s.guide_source == Some(source.id)))
                .await?
                .then_some("a stream")
        }
        _ => None,
    };
    match user {
        None => Ok(()),
        Some(user) => {
            let message = format!("The {} is still used by {user}.", object.key().kind().as_str());
            Err(Refusal::new(Code::InUse, message).into())
        }
    }
}

async fn any(work: &Work, kind: Kind, filter: Filter) -> Result<bool> {
    let query = Query { filters: vec![filter], limit: 1, ..Query::all(kind, Scope::Tenant) };
    Ok(!work.list(query).await?.rows.is_empty())
}

/// Looks through all rows of a kind: only for deletions, which are rare.
async fn walk(work: &Work, kind: Kind, uses: impl Fn(&Object) -> bool) -> Result<bool> {
    let mut query = Query::all(kind, Scope::Tenant);
    loop {
        let page = work.list(query.clone()).await?;
        if page.rows.iter().any(&uses) {
            return Ok(true);
        }
        match page.rows.last() {
            Some(last) if page.rows.len() >= query.limit as usize => {
                query.filters = vec![Filter::After(last.key().number())];
            }
            _ => return Ok(false),
        }
    }
}
