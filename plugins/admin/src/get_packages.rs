//! `get_packages`: a page of packages.
//! Knows no field: the row writes them.

use crate::package_row::PackageRow;
use crate::parameters::GetPackages;
use linecard_sdk::records::{self, Package, Query};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_packages(call: Call<GetPackages>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let query = Query::page(wish.start, wish.limit, wish.search);
    let page = records::list::<Package>(&query)?.read()?;
    let rows: Vec<PackageRow> = page.rows.into_iter().map(PackageRow::from).collect();
    reply::list(&rows, page.total, page.matching)
}
