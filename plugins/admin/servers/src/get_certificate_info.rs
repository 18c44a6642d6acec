//! The certificates that clients are shown, and when the first of them ends.

use crate::parameters::GetCertificateInfo;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, base, node, reply, time};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Info {
    server_id: u32,
    valid_to: String,
    days_left: i64,
    certificates: Vec<Row>,
}

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Row {
    domains: Vec<String>,
    issuer: String,
    serial: String,
    valid_from: String,
    valid_to: String,
    days_left: i64,
}

pub(crate) fn get_certificate_info(_: Call<GetCertificateInfo>) -> Result<Reply, Refusal> {
    let shown = node::certificates()?;
    let days = |ends_at: i64| (ends_at - i64::from(base::now())).div_euclid(86_400);
    let first = shown.iter().map(|certificate| certificate.ends_at).min();
    let rows = shown.into_iter().map(|certificate| Row {
        domains: certificate.domains,
        issuer: certificate.issuer,
        serial: certificate.serial,
        valid_from: time::datetime(certificate.begins_at),
        valid_to: time::datetime(certificate.ends_at),
        days_left: days(certificate.ends_at),
    });
    reply::data(&Info {
        server_id: 1,
        valid_to: first.map(time::datetime).unwrap_or_default(),
        days_left: first.map_or(0, days),
        certificates: rows.collect(),
    })
}
