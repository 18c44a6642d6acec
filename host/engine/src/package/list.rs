//! The packages that the caller may sell, at their own prices.

use crate::line::purchase::{self, price};
use crate::record::trim;
use crate::{Result, Work, document};
use host_core::GroupId;
use host_core::group::Group;
use host_core::object::{Kind, Stored};
use host_core::package::Package;
use serde_json::Value;

/// `[package record + "price", "trial_price"]`, by id: a price is decimal text, or null where
/// there is no such offer. Of a package's `groups` a reseller sees their own and those
/// that they may give. Admins see all packages at their list prices.
///
/// # Errors
/// `not_permitted` for lines and strangers, and for a reseller without group.
pub async fn list(work: &mut Work) -> Result<Value> {
    let seller = purchase::seller(work).await?;
    let mut rows = Vec::new();
    for package in work.rows::<Package>(Vec::new()).await? {
        if seller.as_ref().is_some_and(|seller| !package.groups.contains(&seller.group.id)) {
            continue;
        }
        let cost = |trial| {
            package.offer(trial).map(|offer| match &seller {
                Some(_) => price(seller.as_ref(), &package, offer, trial),
                None => offer.price,
            })
        };
        let (official, trial) = (cost(false), cost(true));
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
