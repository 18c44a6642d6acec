//! The packages that the caller may sell, at their own prices.

use crate::line::purchase::{self, prices};
use crate::record::trim;
use crate::{Result, Work, document};
use host_core::GroupId;
use host_core::group::Group;
use host_core::object::{Kind, Stored};
use host_core::package::Package;
use host_core::port::Sale;
use serde_json::Value;

/// `[package record + "price", "trial_price"]`, by id: a price is decimal text, or null where
/// there is no such offer. Of a package's `groups` a reseller sees their own and those
/// that they may give. Admins see all packages at their list prices.
///
/// # Errors
/// `not_permitted` for lines and strangers, and for a reseller without group.
pub async fn list(work: &mut Work) -> Result<Value> {
    let seller = purchase::seller(work).await?;
    let mut packages = work.rows::<Package>(Vec::new()).await?;
    packages.retain(|package| seller.as_ref().is_none_or(|seller| package.groups.contains(&seller.group.id)));
    let offered = packages.iter().flat_map(|package| [false, true].map(|trial| Sale { package, trial }));
    let offered: Vec<_> = offered.filter(|sale| sale.package.offer(sale.trial).is_some()).collect();
    let costs = match &seller {
        Some(seller) => prices(work, seller, &offered).await?,
        None => offered.iter().filter_map(|sale| Some(sale.package.offer(sale.trial)?.price)).collect(),
    };
    let mut costs = costs.into_iter();
    let mut rows = Vec::with_capacity(packages.len());
    for package in packages {
        // In the order in which they were asked for.
        let [official, trial] = [false, true].map(|trial| package.offer(trial).and_then(|_| costs.next()));
        let shown_groups = seller.as_ref().map(|seller| groups(&seller.group, &package));
        let mut fields = document::fields(&package.into_object());
        trim(work, Kind::Package, &mut fields);
        fields.extend(shown_groups.map(|groups| ("groups".to_owned(), groups)));
        fields.insert("price".to_owned(), serde_json::to_value(official).unwrap_or_default());
        fields.insert("trial_price".to_owned(), serde_json::to_value(trial).unwrap_or_default());
        rows.push(Value::Object(fields));
    }
    Ok(Value::Array(rows))
}

/// The groups that sell the package, as far as a reseller of `own` knows them.
fn groups(own: &Group, package: &Package) -> Value {
    let known = |id: &GroupId| *id == own.id || own.user_groups.contains(id);
    let groups: Vec<GroupId> = package.groups.iter().copied().filter(known).collect();
    serde_json::to_value(groups).unwrap_or_default()
}
