//! `edit_line`: changes what was sent, and sells another term when a package was.
//! Knows no price and no rule of names: the host refuses what may not be.

use crate::line_row::LineRow;
use crate::parameters::EditLine;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn edit_line(call: Call<EditLine>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let options = lines::Options {
        username: wish.username,
        password: wish.password,
        isp_lock: wish.is_isplock,
        allowed_addresses: wish.allowed_ips,
        reseller_notes: wish.reseller_notes,
        bouquets: wish.bouquets_selected,
        ..Default::default()
    };
    // The term first: the bouquets that may be chosen are those of the new package.
    if let Some(package) = wish.package {
        lines::extend(wish.id, package, false)?;
    }
    let line = lines::edit(wish.id, &options)?;
    reply::data(&LineRow::from(line))
}
