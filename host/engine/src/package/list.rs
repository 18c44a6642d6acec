//! The packages that the caller may sell, at their own prices.

use crate::line::purchase::{self, price};
use crate::record::trim;
use crate::{Result, Work, document};
use host_core::GroupId;
use host_core::caller::Scope;
use host_core::group::Group;
use host_core::object::{Kind, Object};
use host_core::package::Package;
use host_core::port::{Filter, Query};
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
    let mut query = Query::all(Kind::Package, Scope::Tenant);
    loop {
        let page = work.list(query.clone()).await?;
        let last = page.rows.last().map(|row| row.key().number());
        let full = page.rows.len() >= query.limit as usize;
        for row in page.rows {
            let Object::Package(package) = &row else { continue };
            if seller.as_ref().is_some_and(|seller| !package.groups.contains(&seller.group.id)) {
                continue;
            }
            let cost = |trial| {
                package.offer(trial).map(|offer| match &seller {
                    Some(_) => price(seller.as_ref(), package, offer, trial),
                    None => offer.price,
                })
            };
            let (official, trial) = (cost(false), cost(true));
            let mut fields = document::fields(&row);
            trim(work, Kind::Package, &mut fields);
            if let Some(seller) = &seller {
                fields.insert("groups".to_owned(), groups(&seller.group, package));
            }
            fields.insert("price".to_owned(), serde_json::to_value(official).unwrap_or_default());
            fields.insert("trial_price".to_owned(), serde_json::to_value(trial).unwrap_or_default());
            rows.push(Value::Object(fields));
        }
        match last {
            Some(last) if full => query.filters = vec![Filter::After(last)],
            _ => return Ok(Value::Array(rows)),
        }
    }
}

/// The groups that sell the package, as far as a reseller of `own` knows them.
fn groups(own: &Group, package: &Package) -> Value {
    let known = |id: &GroupId| *id == own.id || own.user_groups.contains(id);
    let groups: Vec<GroupId> = package.groups.iter().copied().filter(known).collect();
    serde_json::to_value(groups).unwrap_or_default()
}
