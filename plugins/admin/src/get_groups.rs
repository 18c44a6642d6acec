//! `get_groups`: a page of groups.
//! Knows no field: the row writes them.

use crate::group_packages;
use crate::group_row::GroupRow;
use crate::parameters::GetGroups;
use linecard_sdk::records::{self, Group, Query};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_groups(call: Call<GetGroups>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let page = records::list::<Group>(&Query::page(wish.start, wish.limit, wish.search))?.read()?;
    let packages = group_packages::all()?;
    let row = |group: Group| {
        let sold = group_packages::of(group.id, &packages);
        GroupRow::new(group, sold)
    };
    let rows: Vec<GroupRow> = page.rows.into_iter().map(row).collect();
    reply::list(&rows, page.total, page.matching)
}
