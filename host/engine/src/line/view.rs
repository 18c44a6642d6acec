//! The line view: what every surface reads of a line. Who may see which field is decided here.

use crate::{Engine, Result, Work};
use host_core::caller::CallerRole;
use host_core::line::{Line, LineStatus, Output, SeatLimit};
use host_core::secret::Secret;
use host_core::settings::SamePlayer;
use host_core::time::{Expiry, Unix};
use host_core::user::Role;
use host_core::{BouquetId, LineId, PackageId, TenantId, UserId, Version};
use ipnet::IpNet;
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::sync::Arc;

/// The fields of `wit/lines`, in its order.
#[derive(Serialize)]
pub(crate) struct View<'a> {
    id: LineId,
    username: &'a str,
    password: Password<'a>,
    owner: UserId,
    /// Not there where the caller is the line itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    reseller: Option<Option<UserId>>,
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
    version: u32,
}

/// Networks as people write them: one address is an address, without a prefix length.
fn shortest<S: Serializer>(networks: &[IpNet], serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.collect_seq(networks.iter().map(|network| {
        let alone = network.prefix_len() == network.max_prefix_len();
        if alone { network.addr().to_string() } else { network.to_string() }
    }))
}

/// Whoever reads lines, and when.
pub(crate) struct Reader {
    engine: Arc<Engine>,
    tenant: TenantId,
    role: CallerRole,
    now: Unix,
}

impl Reader {
    pub(crate) fn of(work: &Work) -> Reader {
        let caller = work.caller();
        Reader { engine: Arc::clone(work.engine()), tenant: caller.tenant, role: caller.role(), now: work.now() }
    }

    /// The password in the clear; empty when it cannot be opened, which is noted.
    pub(crate) fn password(&self, line: &Line) -> Secret {
        self.engine.keyring().open(self.tenant, line.id, &line.password).unwrap_or_else(|| {
            let tenant = self.tenant;
            tracing::error!(%tenant, line = %line.id, "the password of a line cannot be opened");
            Secret::default()
        })
    }

    /// The view of a line. A line itself sees no notes.
    pub(crate) fn view<'a>(&'a self, line: &'a Line, shown: Option<&'a Secret>, facts: Facts) -> View<'a> {
        View {
            id: line.id,
            username: &line.username,
            password: shown.map_or(Password::Sealed(self, line), Password::Shown),
            owner: line.owner,
            reseller: facts.reseller,
            package: line.package,
            expiry: line.expiry,
            trial: line.trial,
            enabled: line.enabled,
            admin_enabled: line.admin_enabled,
            status: line.status(self.now),
            max_connections: line.max_connections,
            active_connections: facts.connections,
            allowed_addresses: &line.allowed_addresses,
            allowed_agents: &line.allowed_agents,
            allowed_outputs: &line.allowed_outputs,
            bouquets: &line.bouquets,
            isp_lock: line.isp_lock,
            isp: line.isp.as_deref(),
            country: line.country.as_deref(),
            restreamer: line.restreamer,
            same_player: line.same_player,
            admin_notes: (self.role >= CallerRole::Admin).then_some(line.admin_notes.as_str()),
            reseller_notes: (self.role >= CallerRole::Reseller).then_some(line.reseller_notes.as_str()),
            created_at: line.created_at,
            version: facts.version.unwrap_or(line.version).0,
        }
    }
}

/// A line's password, opened when it is written: where it is not shown, nobody opens it.
enum Password<'a> {
    Shown(&'a Secret),
    Sealed(&'a Reader, &'a Line),
}

impl Serialize for Password<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        match self {
            Password::Shown(secret) => serializer.serialize_str(secret.reveal()),
            Password::Sealed(reader, line) => serializer.serialize_str(reader.password(line).reveal()),
        }
    }
}

/// What of a view is no field of the line.
#[derive(Clone, Copy, Default)]
pub(crate) struct Facts {
    /// The reseller who owns it: none when it is the panel's own.
    reseller: Option<Option<UserId>>,
    connections: u32,
    /// The version that the line has once the attempt is committed, where it changes the line.
    version: Option<Version>,
}

impl Facts {
    /// As they are now, for whoever manages the line.
    pub(crate) async fn of(line: &Line, work: &Work) -> Result<Facts> {
        let role = work.engine().role(work.caller().tenant, line.owner).await?;
        let reseller = Some(line.owner).filter(|_| role != Some(Role::Admin));
        let version = Some(work.version_after(line.id.into(), line.version));
        Ok(Facts { reseller: Some(reseller), connections: work.connections(line.id), version })
    }

    /// As they are now, for the line itself.
    pub(crate) fn of_own(line: &Line, work: &Work) -> Facts {
        Facts { reseller: None, connections: work.connections(line.id), version: None }
    }
}

/// The view as a document.
pub(crate) async fn document(line: &Line, work: &Work) -> Result<Value> {
    let (reader, facts) = (Reader::of(work), Facts::of(line, work).await?);
    Ok(serde_json::to_value(reader.view(line, None, facts)).unwrap_or_default())
}
