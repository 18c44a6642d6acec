//! Which packages a group's resellers may sell. The host keeps this with the packages; this
//! surface shows and sets it on groups.

use linecard_sdk::Refusal;
use linecard_sdk::records::{self, Document, Package, Query};

/// Every package of the panel.
pub(crate) fn all() -> Result<Vec<Package>, Refusal> {
    let mut packages = Vec::new();
    loop {
        let start = u32::try_from(packages.len()).unwrap_or(u32::MAX);
        let page = records::list::<Package>(&Query::page(start, Query::MOST, None))?.read()?;
        let last = page.rows.len() < Query::MOST as usize;
        packages.extend(page.rows);
        if last {
            return Ok(packages);
        }
    }
}

/// The packages among `packages` that a group may sell.
pub(crate) fn of(group: u32, packages: &[Package]) -> Vec<u32> {
    packages.iter().filter(|package| package.groups.contains(&group)).map(|package| package.id).collect()
}

/// Lets a group sell exactly the `wanted` packages.
pub(crate) fn set(group: u32, wanted: &[u32], packages: &[Package]) -> Result<(), Refusal> {
    if let Some(missing) = wanted.iter().find(|id| packages.iter().all(|package| package.id != **id)) {
        let message = format!("There is no package {missing}.");
        return Err(Refusal::field("invalid_input", "packages_selected", message));
    }
    for package in packages {
        let groups = with_or_without(group, wanted.contains(&package.id), &package.groups);
        if groups != package.groups {
            records::edit::<Package>(package.id, &Document::new().with("groups", Some(groups)))?;
        }
    }
    Ok(())
}

fn with_or_without(group: u32, wanted: bool, groups: &[u32]) -> Vec<u32> {
    let mut groups: Vec<u32> = groups.iter().copied().filter(|other| wanted || *other != group).collect();
    if wanted && !groups.contains(&group) {
        groups.push(group);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_gains_or_loses_the_group_and_keeps_the_others() {
        assert_eq!(with_or_without(3, true, &[1, 2]), [1, 2, 3]);
        assert_eq!(with_or_without(3, true, &[3, 1]), [3, 1]);
        assert_eq!(with_or_without(3, false, &[1, 3, 2]), [1, 2]);
    }

    #[test]
    fn a_package_that_does_not_exist_is_refused() {
        let refused = set(1, &[9], &[]).unwrap_err();
        assert_eq!(refused.field.as_deref(), Some("packages_selected"));
    }
}
