//! Changes the server: its name, and the host names that players are sent to.

use crate::edit::{Fixed, edit};
use crate::parameters::EditServer;
use crate::server_row::ServerRow;
use linecard_sdk::{Call, Refusal, Reply, node};

const LISTENERS: &str = "The operator's configuration says where the server listens.";
const ENDS: &str = "The only server is not switched off: end the process instead.";

pub(crate) fn edit_server(call: Call<EditServer>) -> Result<Reply, Refusal> {
    let (wish, row) = (call.parameters, ServerRow::from(node::about()?));
    let fixed = Fixed::new()
        .is("enabled", wish.enabled, true, ENDS)
        .is("draining", wish.draining, false, ENDS)
        .is("http_broadcast_ports", wish.http_broadcast_ports, row.http_broadcast_ports, LISTENERS)
        .is("https_broadcast_ports", wish.https_broadcast_ports, row.https_broadcast_ports, LISTENERS)
        .is("server_ip", wish.server_ip, row.server_ip, LISTENERS)
        .is("private_ip", wish.private_ip, row.private_ip, LISTENERS)
        .nothing("rtmp_port", wish.rtmp_port)
        .nothing("total_clients", wish.total_clients)
        .nothing("network_guaranteed_speed", wish.network_guaranteed_speed)
        .nothing("random_ip", wish.random_ip)
        .nothing("timeshift_only", wish.timeshift_only)
        .nothing("enable_proxy", wish.enable_proxy)
        .nothing("enable_geoip", wish.enable_geoip)
        .nothing("geoip_countries", wish.geoip_countries)
        .nothing("enable_isp", wish.enable_isp)
        .nothing("isp_names", wish.isp_names);
    edit(fixed, wish.server_name, wish.domain_name)
}
