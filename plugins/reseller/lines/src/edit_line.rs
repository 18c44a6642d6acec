//! `edit_line`: changes what was sent, and sells another term when a package was.

use crate::parameters::EditLine;
use linecard_sdk::{Call, Refusal, Reply, lines, packages, reply};

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
    if wish.trial == Some(true) {
        return Err(tried_already("trial"));
    }
    // The term first: the bouquets that may be chosen are those of the new package.
    if let Some(package) = wish.package {
        extend(wish.id, package)?;
    }
    reply::held(lines::edit(wish.id, &options)?)
}

/// Another term. What can only be tried is no term for a line that is there already.
fn extend(line: u32, package: u32) -> Result<(), Refusal> {
    match lines::extend(line, package, false) {
        Ok(_) => Ok(()),
        Err(refusal) if refusal.code == "invalid_package" && is_only_for_trials(package)? => {
            Err(tried_already("package"))
        }
        Err(refusal) => Err(refusal),
    }
}

fn is_only_for_trials(package: u32) -> Result<bool, Refusal> {
    let mut sold = packages::list()?.into_iter().map(|priced| priced.package);
    Ok(sold.any(|sold| sold.id == package && sold.official.is_none() && sold.trial.is_some()))
}

fn tried_already(field: &str) -> Refusal {
    Refusal::field("no_trials", field, "A line is tried once, when it is created; extend it by a regular package.")
}
