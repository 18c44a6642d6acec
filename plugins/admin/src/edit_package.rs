//! `edit_package`: changes what was sent.
//! Knows no rule: the host checks every field.

use crate::package_row::{self, OfferWish, PackageRow, document};
use crate::parameters::EditPackage;
use linecard_sdk::records::{self, Document, Package};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn edit_package(call: Call<EditPackage>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let document = document!(wish, records::get(wish.id)?.read()?).with("name", wish.package_name);
    let package: Package = records::edit(wish.id, &document)?.read()?;
    reply::data(&PackageRow::from(package))
}
