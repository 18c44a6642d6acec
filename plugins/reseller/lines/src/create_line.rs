//! `create_line`: sells a new line.

use crate::parameters::CreateLine;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn create_line(call: Call<CreateLine>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let options = lines::Options {
        username: wish.username,
        password: wish.password,
        isp_lock: wish.is_isplock,
        allowed_addresses: wish.allowed_ips,
        allowed_agents: wish.allowed_ua,
        country: wish.forced_country.map(Some),
        reseller_notes: wish.reseller_notes,
        bouquets: wish.bouquets_selected,
        ..Default::default()
    };
    reply::held(lines::sell(wish.package, wish.trial, &options)?)
}
