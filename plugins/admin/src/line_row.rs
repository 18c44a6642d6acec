//! How this surface shows a line.

use linecard_sdk::lines::LineView;
use linecard_sdk::{Expiry, time};
use serde::Serialize;

/// A line right after it was made.
#[derive(Serialize)]
pub(crate) struct NewLine {
    id: u32,
    username: String,
    password: String,
    exp_date: Option<String>,
    max_connections: u32,
    is_trial: u8,
    status: u8,
    admin_notes: String,
    created_at: String,
}

impl From<LineView> for NewLine {
    fn from(line: LineView) -> NewLine {
        NewLine {
            id: line.id,
            username: line.username,
            password: line.password,
            exp_date: date(line.expiry),
            max_connections: line.max_connections,
            is_trial: line.trial.into(),
            status: (line.enabled && line.admin_enabled).into(),
            admin_notes: line.admin_notes,
            created_at: time::datetime(line.created_at),
        }
    }
}

/// A line as it is read and edited.
#[derive(Serialize)]
pub(crate) struct LineRow {
    #[serde(flatten)]
    line: NewLine,
    package_id: u32,
    is_isplock: u8,
    is_restreamer: u8,
    enabled: u8,
    admin_enabled: u8,
    allowed_ips: Vec<String>,
    allowed_ua: Vec<String>,
    allowed_outputs: Vec<String>,
    forced_country: String,
    isp_desc: String,
    same_player: String,
    reseller_notes: String,
    bouquets: Vec<u32>,
    member_id: u32,
    active_connections: u32,
}

impl From<LineView> for LineRow {
    fn from(mut line: LineView) -> LineRow {
        use std::mem::take;
        LineRow {
            package_id: line.package.unwrap_or(0),
            is_isplock: line.isp_lock.into(),
            is_restreamer: line.restreamer.into(),
            enabled: line.enabled.into(),
            admin_enabled: line.admin_enabled.into(),
            allowed_ips: take(&mut line.allowed_addresses),
            allowed_ua: take(&mut line.allowed_agents),
            allowed_outputs: take(&mut line.allowed_outputs),
            forced_country: line.country.take().unwrap_or_default(),
            isp_desc: line.isp.take().unwrap_or_default(),
            same_player: line.same_player.take().unwrap_or_default(),
            reseller_notes: take(&mut line.reseller_notes),
            bouquets: take(&mut line.bouquets),
            member_id: line.reseller.unwrap_or(0),
            active_connections: line.active_connections,
            line: NewLine::from(line),
        }
    }
}

/// `YYYY-MM-DD`, or null for a line without end.
fn date(expiry: Expiry) -> Option<String> {
    match expiry {
        Expiry::Never => None,
        Expiry::At(end) => Some(time::date(end)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_a_date_or_null() {
        assert_eq!(date(Expiry::At(1_798_675_200)).as_deref(), Some("2026-12-31"));
        assert_eq!(date(Expiry::Never), None);
    }
}
