//! `create_group`: a new group of resellers.
//! Knows no rule: the host checks every field.

use crate::group_packages;
use crate::group_row::{self, GroupRow, document};
use crate::parameters::CreateGroup;
use linecard_sdk::records::{self, Document, Group};
use linecard_sdk::{Call, Credits, Refusal, Reply, reply};

pub(crate) fn create_group(call: Call<CreateGroup>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let document = document!(wish, Group::default()).with("name", Some(wish.group_name));
    let group: Group = records::create(&document)?.read()?;
    let packages = wish.packages_selected.unwrap_or_default();
    if !packages.is_empty() {
        group_packages::set(group.id, &packages, &group_packages::all()?)?;
    }
    reply::data(&GroupRow::new(group, packages))
}
