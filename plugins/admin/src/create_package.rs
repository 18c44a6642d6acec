//! `create_package`: something new to sell.
//! Knows no rule: the host checks every field.

use crate::package_row::{self, OfferWish, PackageRow, document};
use crate::parameters::CreatePackage;
use linecard_sdk::records::{self, Document, Package};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn create_package(call: Call<CreatePackage>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let document = document!(wish, Package::default()).with("name", Some(wish.package_name));
    let package: Package = records::create(&document)?.read()?;
    reply::data(&PackageRow::from(package))
}
