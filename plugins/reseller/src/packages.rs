//! `packages`: what the caller may sell, at their own price.

use crate::parameters::Packages;
use linecard_sdk::packages::{self, Priced};
use linecard_sdk::{Call, Credits, Refusal, Reply, reply};
use serde::Serialize;

#[derive(Serialize)]
struct Row {
    id: u32,
    package_name: String,
    credits: Credits,
    duration_months: u32,
    is_trial: u8,
    is_official: u8,
    groups: Vec<u32>,
    duration_value: u32,
    duration_unit: String,
    max_connections: u32,
    is_line: u8,
    is_mag: u8,
    is_enigma: u8,
    bouquets: Vec<u32>,
}

pub(crate) fn packages(_call: Call<Packages>) -> Result<Reply, Refusal> {
    let rows: Vec<Row> = packages::list()?.into_iter().map(row).collect();
    let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
    reply::list(&rows, count, count)
}

/// The regular offer is shown; a package that can only be tried shows its trial.
fn row(priced: Priced) -> Row {
    let package = priced.package;
    let (is_trial, is_official) = (package.trial.is_some(), package.official.is_some());
    let price = if is_official { priced.price } else { priced.trial_price };
    let term = package.official.or(package.trial).map(|offer| offer.term);
    Row {
        id: package.id,
        package_name: package.name,
        credits: price.unwrap_or_default(),
        duration_months: term.as_ref().map_or(0, |term| term.whole_months()),
        is_trial: is_trial.into(),
        is_official: is_official.into(),
        groups: package.groups,
        duration_value: term.as_ref().map_or(0, |term| term.count),
        duration_unit: term.map(|term| term.unit).unwrap_or_default(),
        max_connections: package.max_connections,
        is_line: package.for_lines.into(),
        is_mag: package.for_mag.into(),
        is_enigma: package.for_enigma.into(),
        bouquets: package.bouquets,
    }
}
