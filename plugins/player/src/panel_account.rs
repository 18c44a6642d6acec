//! `panel_account`: who the line is, as the one large document of old apps begins.

use crate::account::{UserInfo, ports, user_info};
use crate::parameters::PanelAccount;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};
use serde::Serialize;

#[derive(Serialize)]
struct Document {
    user_info: UserInfo,
    server_info: ServerInfo,
}

/// Less than newer apps are told.
#[derive(Serialize)]
struct ServerInfo {
    url: String,
    port: String,
    https_port: String,
    server_protocol: &'static str,
}

pub(crate) fn panel_account(call: Call<PanelAccount>) -> Result<Reply, Refusal> {
    let (mine, request) = (lines::mine()?, call.request());
    let [port, https_port] = ports(&mine.server, &request);
    let user_info = user_info(mine.line, &mine.server, call.now());
    let server_protocol = request.scheme();
    reply::data(&Document {
        user_info,
        server_info: ServerInfo { url: request.host, port, https_port, server_protocol },
    })
}
