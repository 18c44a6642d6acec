//! `edit_group`: changes what was sent.
//! Knows no rule: the host checks every field.

use crate::group_packages;
use crate::group_row::{self, GroupRow, document};
use crate::parameters::EditGroup;
use linecard_sdk::records::{self, Document, Group};
use linecard_sdk::{Call, Credits, Refusal, Reply, reply};

pub(crate) fn edit_group(call: Call<EditGroup>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let document = document!(wish, records::get(wish.id)?.read()?).with("name", wish.group_name);
    let group: Group = records::edit(wish.id, &document)?.read()?;
    let all = group_packages::all()?;
    let packages = match wish.packages_selected {
        Some(wanted) => {
            group_packages::set(group.id, &wanted, &all)?;
            wanted
        }
        None => group_packages::of(group.id, &all),
    };
    reply::data(&GroupRow::new(group, packages))
}
