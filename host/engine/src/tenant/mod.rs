//! Verbs on tenants: the panels of the process. A tenant has a row in the control database and a
//! database of its own; verbs that touch both make two plans and can be repeated.

mod change;
mod create;
mod delete;
mod directory;
mod known;
mod list;
mod resolve;
mod set;

pub use change::{resume, suspend};
pub use create::create;
pub use delete::delete;
pub(crate) use directory::Directory;
pub use directory::Known;
pub use list::{list, show};
pub use set::set;

use crate::{Result, Work};
use host_core::Refusal;
use host_core::refusal::Code;
use host_core::tenant::Tenant;
use host_core::unique::Unique;

/// The tenant with this name, in a plan on the control database.
async fn named(work: &mut Work, name: &str) -> Result<Tenant> {
    let found = work.find(Unique::TenantName(name.to_owned())).await?;
    Ok(found.ok_or_else(|| Refusal::new(Code::NotFound, format!("There is no tenant {name}.")))?)
}
