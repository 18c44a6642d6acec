//! `get_group`: one group.
//! Knows no field: the row writes them.

use crate::group_packages;
use crate::group_row::GroupRow;
use crate::parameters::GetGroup;
use linecard_sdk::records::{self, Group};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_group(call: Call<GetGroup>) -> Result<Reply, Refusal> {
    let group: Group = records::get(call.parameters.id)?.read()?;
    let packages = group_packages::of(group.id, &group_packages::all()?);
    reply::data(&GroupRow::new(group, packages))
}
