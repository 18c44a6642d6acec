//! Changes a proxy: the one server stands before itself.

use crate::edit::{Fixed, edit};
use crate::parameters::EditProxy;
use crate::server_row::ServerRow;
use linecard_sdk::{Call, Refusal, Reply, node};

pub(crate) fn edit_proxy(call: Call<EditProxy>) -> Result<Reply, Refusal> {
    let (wish, row) = (call.parameters, ServerRow::from(node::about()?));
    let fixed = Fixed::new()
        .is("enabled", wish.enabled, true, "The only server is not switched off: end the process instead.")
        .is("server_ip", wish.server_ip, row.server_ip, "The operator's configuration says where the server listens.")
        .nothing("parent_ids", wish.parent_ids)
        .nothing("random_ip", wish.random_ip)
        .nothing("enable_geoip", wish.enable_geoip)
        .nothing("geoip_countries", wish.geoip_countries);
    edit(fixed, wish.server_name, wish.domain_name)
}
