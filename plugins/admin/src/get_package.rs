//! `get_package`: one package.
//! Knows no field: the row writes them.

use crate::package_row::PackageRow;
use crate::parameters::GetPackage;
use linecard_sdk::records::{self, Package};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_package(call: Call<GetPackage>) -> Result<Reply, Refusal> {
    let package: Package = records::get(call.parameters.id)?.read()?;
    reply::data(&PackageRow::from(package))
}
