//! Why a line would be refused now, check by check, with its last refusals: for `linecard why`.

use super::check;
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::journal::{Log, LogQuery};
use host_core::line::{Line, LineStatus, SeatLimit, Visit};
use host_core::settings::ConnectionPolicy;
use host_core::unique::Unique;
use host_core::{Code, LineId, Refusal};
use serde_json::{Value, json};
use std::net::IpAddr;

const REFUSALS: u32 = 10;

/// The checks of a start from this address: `{"line","username","status","checks":[{"check",
/// "ok","detail"}],"refusals":[rows of that log]}`. The line is named by its id or its user name. Without an address only what does not need one.
///
/// # Errors
/// `not_found` for an unknown line; `not_permitted` below an admin.
pub async fn why(work: &mut Work, line: &str, address: Option<IpAddr>) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let line = named(work, line).await?;
    let mut checks = vec![status(&line, work)];
    if let Some(address) = address {
        checks.extend(visit(&line, work, address).await?);
    }
    checks.push(verdict("bouquets", !line.bouquets.is_empty(), format!("{} bouquets", line.bouquets.len())));
    checks.push(seats(&line, work).await?);
    let query = LogQuery { line: Some(line.id), ..LogQuery::newest(Log::Refusals, REFUSALS) };
    let refusals = work.engine().journal().read(work.caller().tenant, query).await?.rows;
    Ok(json!({ "line": line.id, "username": line.username, "status": line.status(work.now()),
        "checks": checks, "refusals": refusals }))
}

async fn named(work: &mut Work, name: &str) -> Result<Line> {
    let by_id = match name.parse::<LineId>() {
        Ok(id) => work.know::<Line>(id).await?,
        Err(_) => None,
    };
    let found = match by_id {
        Some(line) => Some(line),
        None => work.find(Unique::LineUsername(name.to_owned())).await?,
    };
    Ok(found.ok_or_else(|| Refusal::new(Code::NotFound, format!("There is no line {name}.")))?)
}

fn verdict(check: &str, ok: bool, detail: String) -> Value {
    json!({ "check": check, "ok": ok, "detail": detail })
}

fn status(line: &Line, work: &Work) -> Value {
    let status = line.status(work.now());
    let detail = match Option::<i64>::from(line.expiry) {
        Some(end) => format!("{status:?}, its term ends at {end}"),
        None => format!("{status:?}, without end"),
    };
    verdict("status", status == LineStatus::Active, detail.to_lowercase())
}

async fn visit(line: &Line, work: &Work, address: IpAddr) -> Result<Vec<Value>> {
    let engine = work.engine();
    let (isp, country) = (engine.networks().isp(address), engine.networks().country(address));
    let seen = |agent| Visit { address, agent, isp: isp.as_deref(), country: country.as_deref(), output: None };
    let open = Line { enabled: true, admin_enabled: true, expiry: host_core::time::Expiry::Never, ..line.clone() };
    let only = |keep: fn(Line) -> Line| keep(open.clone()).admits(seen(""), work.now()).is_ok();
    let address_ok = only(|l| Line { country: None, isp_lock: false, allowed_agents: Vec::new(), ..l });
    let country_ok = only(|l| Line { allowed_addresses: Vec::new(), isp_lock: false, allowed_agents: Vec::new(), ..l });
    let isp_ok = only(|l| Line { allowed_addresses: Vec::new(), country: None, allowed_agents: Vec::new(), ..l });
    let blocked = check::blocked(&engine.blocked(work.caller().tenant).await?, &seen(""));
    let networks = match line.allowed_addresses.len() {
        0 => "any address is allowed".to_owned(),
        count => format!("{count} networks are allowed"),
    };
    Ok(vec![
        verdict("address", address_ok, networks),
        verdict("country", country_ok, binding(country.as_deref(), line.country.as_deref())),
        verdict("isp", isp_ok, binding(isp.as_deref(), line.isp.as_deref().filter(|_| line.isp_lock))),
        verdict("block lists", blocked.is_ok(), blocked.err().map_or("none hits".into(), |no| no.message.into_owned())),
    ])
}

fn binding(seen: Option<&str>, bound: Option<&str>) -> String {
    let seen = seen.unwrap_or("unknown");
    bound.map_or_else(|| format!("{seen}, and not bound"), |bound| format!("{seen}, bound to {bound}"))
}

async fn seats(line: &Line, work: &Work) -> Result<Value> {
    let (taken, limit) = (work.connections(line.id).await?, u32::from(line.max_connections));
    let policy = work.engine().when_full(work.caller().tenant, line).await?.policy;
    let ends_oldest = policy == ConnectionPolicy::EndOldest;
    let free = line.max_connections == SeatLimit::Unlimited || taken < limit || ends_oldest;
    let detail = match line.max_connections {
        SeatLimit::Unlimited => format!("{taken} taken, without limit"),
        SeatLimit::AtMost(_) => format!("{taken} of {limit} taken"),
    };
    Ok(verdict("seats", free, detail))
}
