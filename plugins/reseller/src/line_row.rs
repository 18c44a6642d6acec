//! How this surface shows a line.

use linecard_sdk::lines::{LineStatus, LineView};
use linecard_sdk::{Expiry, time};
use serde::Serialize;

/// A line right after its sale.
#[derive(Serialize)]
pub(crate) struct Sold {
    id: u32,
    username: String,
    password: String,
    package_id: u32,
    exp_date: Expiry,
    is_trial: u8,
    status: u8,
    reseller_notes: String,
    created_at: String,
}

impl From<LineView> for Sold {
    fn from(line: LineView) -> Sold {
        Sold {
            id: line.id,
            username: line.username,
            password: line.password,
            package_id: line.package.unwrap_or(0),
            exp_date: line.expiry,
            is_trial: line.trial.into(),
            status: (line.enabled && line.admin_enabled).into(),
            reseller_notes: line.reseller_notes,
            created_at: time::datetime(line.created_at),
        }
    }
}

/// A line as it is read and edited.
#[derive(Serialize)]
pub(crate) struct LineRow {
    #[serde(flatten)]
    sold: Sold,
    enabled: u8,
    admin_enabled: u8,
    expired: u8,
    is_isplock: u8,
    max_connections: u32,
    active_connections: u32,
    allowed_ips: Vec<String>,
    allowed_ua: Vec<String>,
    allowed_outputs: Vec<String>,
    bouquets: Vec<u32>,
    isp_desc: String,
    forced_country: String,
    member_id: u32,
}

impl From<LineView> for LineRow {
    fn from(mut line: LineView) -> LineRow {
        use std::mem::take;
        LineRow {
            enabled: line.enabled.into(),
            admin_enabled: line.admin_enabled.into(),
            expired: (line.status == LineStatus::Expired).into(),
            is_isplock: line.isp_lock.into(),
            max_connections: line.max_connections,
            active_connections: line.active_connections,
            allowed_ips: take(&mut line.allowed_addresses),
            allowed_ua: take(&mut line.allowed_agents),
            allowed_outputs: take(&mut line.allowed_outputs),
            bouquets: take(&mut line.bouquets),
            isp_desc: line.isp.take().unwrap_or_default(),
            forced_country: line.country.take().unwrap_or_default(),
            member_id: line.owner,
            sold: Sold::from(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_numbers_and_times_have_the_surfaces_form() {
        let line = LineView {
            id: 4521,
            enabled: true,
            admin_enabled: false,
            expiry: Expiry::At(1_740_000_000),
            created_at: 1_736_951_400,
            ..LineView::default()
        };
        let row = linecard_sdk::serde_json::to_value(LineRow::from(line)).unwrap();
        assert_eq!(row["exp_date"], 1_740_000_000);
        assert_eq!(row["created_at"], "2025-01-15 14:30:00");
        assert_eq!((&row["status"], &row["enabled"], &row["admin_enabled"]), (&0.into(), &1.into(), &0.into()));
        assert_eq!(linecard_sdk::serde_json::to_value(Expiry::Never).unwrap(), linecard_sdk::serde_json::Value::Null);
    }
}
