//! A row of the line table with what is worked out of it. Its values are texts or null, as a database in PHP gives them:
//! scripts compare them so.

use crate::columns::OUTPUTS;
use linecard_sdk::lines::{self, LineView};
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Expiry, Refusal};
use std::collections::BTreeMap;

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
pub(crate) struct LineRow {
    id: String,
    member_id: Option<String>,
    username: String,
    password: String,
    exp_date: Option<String>,
    admin_enabled: &'static str,
    enabled: &'static str,
    admin_notes: String,
    reseller_notes: String,
    bouquet: Vec<u32>,
    max_connections: String,
    is_restreamer: &'static str,
    allowed_ips: Vec<String>,
    allowed_ua: Vec<String>,
    is_trial: &'static str,
    created_at: String,
    created_by: String,
    pair_id: Option<String>,
    is_mag: &'static str,
    is_e2: &'static str,
    force_server_id: &'static str,
    is_isplock: &'static str,
    is_stalker: &'static str,
    bypass_ua: &'static str,
    isp_desc: Option<String>,
    forced_country: String,
    package_id: Option<String>,
    active_cons: String,
    pair_line_info: [u32; 0],
    output_formats: BTreeMap<&'static str, OutputRow>,
    channel_ids: Vec<u32>,
    series_ids: Vec<u32>,
    isp_violate: u8,
    isp_is_server: u8,
}

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct OutputRow {
    access_output_id: String,
    output_name: &'static str,
    output_key: &'static str,
    output_ext: &'static str,
    id: String,
    user_id: String,
}

impl LineRow {
    /// The line with what its bouquets hold.
    pub(crate) fn of(line: LineView) -> Result<LineRow, Refusal> {
        let carried = lines::carried(line.id)?;
        let expiry = match line.expiry {
            Expiry::Never => None,
            Expiry::At(seconds) => Some(seconds.to_string()),
        };
        Ok(LineRow {
            output_formats: outputs(&line),
            id: line.id.to_string(),
            member_id: line.reseller.map(|id| id.to_string()),
            created_by: line.reseller.unwrap_or(0).to_string(),
            username: line.username,
            password: line.password,
            exp_date: expiry,
            admin_enabled: flag(line.admin_enabled),
            enabled: flag(line.enabled),
            admin_notes: line.admin_notes,
            reseller_notes: line.reseller_notes,
            bouquet: line.bouquets,
            max_connections: line.max_connections.to_string(),
            is_restreamer: flag(line.restreamer),
            allowed_ips: line.allowed_addresses,
            allowed_ua: line.allowed_agents,
            is_trial: flag(line.trial),
            created_at: line.created_at.to_string(),
            pair_id: None,
            is_mag: flag(line.delivery == "mag"),
            is_e2: flag(line.delivery == "enigma"),
            force_server_id: "0",
            is_isplock: flag(line.isp_lock),
            is_stalker: "0",
            bypass_ua: "0",
            isp_desc: line.isp,
            forced_country: line.country.unwrap_or_default(),
            package_id: line.package.map(|id| id.to_string()),
            active_cons: line.active_connections.to_string(),
            pair_line_info: [],
            channel_ids: carried.streams,
            series_ids: carried.series,
            isp_violate: 0,
            isp_is_server: 0,
        })
    }
}

/// A flag, as a database gives it.
pub(crate) fn flag(set: bool) -> &'static str {
    if set { "1" } else { "0" }
}

fn outputs(line: &LineView) -> BTreeMap<&'static str, OutputRow> {
    let allowed = |key: &str| line.allowed_outputs.is_empty() || line.allowed_outputs.iter().any(|one| one == key);
    let row = |number: u32, key, name| OutputRow {
        access_output_id: number.to_string(),
        output_name: name,
        output_key: key,
        output_ext: if key == "rtmp" { "" } else { key },
        id: number.to_string(),
        user_id: line.id.to_string(),
    };
    let given = OUTPUTS.iter().filter(|(_, key, _)| allowed(key));
    given.map(|(number, key, name)| (*key, row(*number, *key, *name))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_without_restriction_has_each_output_and_another_its_own() {
        let of = |allowed: &[&str]| {
            let allowed_outputs = allowed.iter().map(|key| (*key).to_owned()).collect();
            let rows = outputs(&LineView { allowed_outputs, ..LineView::default() });
            rows.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(of(&[]), ["m3u8", "rtmp", "ts"]);
        assert_eq!(of(&["ts"]), ["ts"]);
    }
}
