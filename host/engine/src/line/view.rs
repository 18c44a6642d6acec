//! The line view: what every surface reads of a line. Who may see which field is decided here.

use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::line::{Line, LineStatus, Output, SeatLimit};
use host_core::secret::Secret;
use host_core::settings::SamePlayer;
use host_core::time::{Expiry, Unix};
use host_core::user::Role;
use host_core::{BouquetId, LineId, PackageId, UserId};
use ipnet::IpNet;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// The fields of `wit/lines`, in its order.
#[derive(Serialize)]
pub(crate) struct View<'a> {
    id: LineId,
    username: &'a str,
    password: &'a str,
    owner: UserId,
    package: Option<PackageId>,
    expiry: Expiry,
    trial: bool,
    enabled: bool,
    admin_enabled: bool,
    status: LineStatus,
    max_connections: SeatLimit,
    active_connections: u32,
    #[serde(serialize_with = "shortest")]
    allowed_addresses: &'a [IpNet],
    allowed_agents: &'a [String],
    allowed_outputs: &'a [Output],
    bouquets: &'a [BouquetId],
    isp_lock: bool,
    isp: Option<&'a str>,
    country: Option<&'a str>,
    restreamer: bool,
    same_player: Option<SamePlayer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_notes: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reseller_notes: Option<&'a str>,
    created_at: Unix,
}

/// Networks as people write them: one address is an address, without a prefix length.
fn shortest<S: Serializer>(networks: &[IpNet], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(networks.iter().map(|network| {
        let alone = network.prefix_len() == network.max_prefix_len();
        if alone { network.addr().to_string() } else { network.to_string() }
    }))
}

/// The password in the clear; empty when it cannot be opened, which is noted.
pub(crate) fn password(line: &Line, work: &Work) -> Secret {
    let tenant = work.caller().tenant;
    work.engine().keyring().open(tenant, line.id, &line.password).unwrap_or_else(|| {
        tracing::error!(%tenant, line = %line.id, "the password of a line cannot be opened");
        Secret::default()
    })
}

/// The view of a line for the caller. A line itself sees no notes.
pub(crate) fn of<'a>(line: &'a Line, password: &'a Secret, work: &Work) -> View<'a> {
    let role = work.caller().role();
    View {
        id: line.id,
        username: &line.username,
        password: password.reveal(),
        owner: line.owner,
        package: line.package,
        expiry: line.expiry,
        trial: line.trial,
        enabled: line.enabled,
        admin_enabled: line.admin_enabled,
        status: line.status(work.now()),
        max_connections: line.max_connections,
        active_connections: work.connections(line.id),
        allowed_addresses: &line.allowed_addresses,
        allowed_agents: &line.allowed_agents,
        allowed_outputs: &line.allowed_outputs,
        bouquets: &line.bouquets,
        isp_lock: line.isp_lock,
        isp: line.isp.as_deref(),
        country: line.country.as_deref(),
        restreamer: line.restreamer,
        same_player: line.same_player,
        admin_notes: (role >= CallerRole::Admin).then_some(line.admin_notes.as_str()),
        reseller_notes: (role >= CallerRole::Reseller).then_some(line.reseller_notes.as_str()),
        created_at: line.created_at,
    }
}

/// The view as a document, with the `reseller` who owns the line: none when it is the panel's own.
pub(crate) async fn document(line: &Line, work: &Work) -> Result<Value> {
    let role = work.engine().role(work.caller().tenant, line.owner).await?;
    let mut view = serde_json::to_value(of(line, &password(line, work), work)).unwrap_or_default();
    if let Value::Object(fields) = &mut view {
        fields.insert("reseller".to_owned(), json!(Some(line.owner).filter(|_| role != Some(Role::Admin))));
    }
    Ok(view)
}
