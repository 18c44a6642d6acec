//! What a record names must be there; what names a record keeps it from being deleted.

use crate::{Result, Work, zone};
use host_core::bouquet::Bouquet;
use host_core::category::Category;
use host_core::group::Group;
use host_core::guide::GuideSource;
use host_core::object::{Kind, Object, Stored};
use host_core::package::Package;
use host_core::plan::Guard;
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

/// Refuses the deletion of a record that something still uses, and holds it to that until commit.
pub(super) async fn check_unused(work: &mut Work, object: &Object) -> Result<()> {
    let key = object.key();
    if let Some(user) = work.engine().store().named_by(work.place(), key).await? {
        let user = match (key.kind(), user) {
            (Kind::Series, Kind::Stream) => "an episode".to_owned(),
            (_, user) => format!("a {}", user.as_str()),
        };
        let message = format!("The {} is still used by {user}.", key.kind().as_str());
        return Err(Refusal::new(Code::InUse, message).into());
    }
    work.guard(Guard::Unnamed(key));
    Ok(())
}
