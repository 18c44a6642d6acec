//! The one server as this surface shows it, and figures as it writes them.

use linecard_sdk::node::About;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{base, time};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
pub(crate) struct ServerRow {
    id: u32,
    pub(crate) server_name: String,
    pub(crate) server_ip: String,
    pub(crate) private_ip: String,
    domain_name: Vec<String>,
    http_broadcast_port: u16,
    pub(crate) http_broadcast_ports: Vec<u32>,
    https_broadcast_port: u16,
    pub(crate) https_broadcast_ports: Vec<u32>,
    rtmp_port: u16,
    is_main: u8,
    server_type: &'static str,
    parent_ids: [u32; 0],
    status: u8,
    enabled: u8,
    total_clients: u32,
    network_guaranteed_speed: u32,
    enable_https: u8,
    enable_geoip: u8,
    geoip_countries: [u32; 0],
    geoip_type: &'static str,
    enable_isp: u8,
    isp_names: [u32; 0],
    isp_type: &'static str,
    random_ip: u8,
    timeshift_only: u8,
    open_connections: u32,
    online_users: u32,
    last_seen: String,
    version: String,
}

impl From<About> for ServerRow {
    fn from(about: About) -> ServerRow {
        let About { id, name, domains, addresses, private_addresses, http_port, https_port, version, .. } = about;
        let ports = |port: u16| if port == 0 { Vec::new() } else { vec![port.into()] };
        let private_ip = private_addresses.into_iter().next().unwrap_or_default();
        ServerRow {
            id,
            server_name: name,
            // A machine behind a router knows no other address of its own.
            server_ip: addresses.into_iter().next().unwrap_or_else(|| private_ip.clone()),
            private_ip,
            domain_name: domains,
            http_broadcast_port: http_port,
            http_broadcast_ports: ports(http_port),
            https_broadcast_port: https_port,
            https_broadcast_ports: ports(https_port),
            rtmp_port: 0,
            is_main: 1,
            server_type: "streaming",
            parent_ids: [],
            status: 1,
            enabled: 1,
            total_clients: 0,
            network_guaranteed_speed: 0,
            enable_https: u8::from(https_port != 0),
            enable_geoip: 0,
            geoip_countries: [],
            geoip_type: "",
            enable_isp: 0,
            isp_names: [],
            isp_type: "",
            random_ip: 0,
            timeshift_only: 0,
            open_connections: about.connections,
            online_users: about.lines,
            last_seen: time::datetime(base::now().into()),
            version,
        }
    }
}

/// A span as people say it: `45 days`.
pub(crate) fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        86_400.. => (seconds / 86_400, "day"),
        3_600.. => (seconds / 3_600, "hour"),
        _ => (seconds / 60, "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_in_their_largest_unit() {
        for (seconds, said) in
            [(0, "0 minutes"), (60, "1 minute"), (7_200, "2 hours"), (86_400, "1 day"), (3_900_000, "45 days")]
        {
            assert_eq!(span(seconds), said);
        }
    }
}
