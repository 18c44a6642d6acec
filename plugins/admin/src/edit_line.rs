//! `edit_line`: changes what was sent.
//! Knows no rule of names: the host refuses what may not be.

use crate::package_row;
use crate::parameters::EditLine;
use linecard_sdk::{Call, Expiry, Refusal, Reply, lines, reply};

pub(crate) fn edit_line(call: Call<EditLine>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let endless = wish.no_expire == Some(true);
    let options = lines::Options {
        username: wish.username,
        password: wish.password,
        expiry: if endless { Some(Expiry::Never) } else { wish.exp_date },
        max_connections: wish.max_connections,
        owner: wish.member_id.map(|owner| Some(owner).filter(|owner| *owner > 0)),
        trial: wish.is_trial,
        allowed_addresses: wish.allowed_ips,
        allowed_agents: wish.allowed_ua,
        allowed_outputs: wish.allowed_outputs,
        bouquets: wish.bouquets_selected,
        isp_lock: wish.is_isplock,
        country: wish.forced_country.map(Some),
        restreamer: wish.is_restreamer,
        same_player: wish.same_player.map(package_row::some),
        admin_notes: wish.admin_notes,
        reseller_notes: wish.reseller_notes,
        enabled: wish.enabled,
        admin_enabled: wish.admin_enabled,
        isp: (wish.isp_clear == Some(true)).then_some(None),
    };
    reply::held(lines::edit(wish.id, &options)?)
}
