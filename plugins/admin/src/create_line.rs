//! `create_line`: a line without a sale.
//! Knows no rule of names: the host refuses what may not be.

use crate::package_row;
use crate::parameters::CreateLine;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn create_line(call: Call<CreateLine>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let options = lines::Options {
        username: wish.username,
        password: wish.password,
        expiry: Some(wish.exp_date),
        max_connections: Some(wish.max_connections),
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
        ..Default::default()
    };
    reply::held(lines::create(&options)?)
}
