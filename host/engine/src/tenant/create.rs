//! Creates a tenant: its row, hosts and access codes in one plan, then its settings, first group
//! and admin in one plan of its own database.
//!
//! When the process stops between the two, the tenant is there without settings; the same command
//! then goes on where it stopped, with the same access codes. A tenant with settings is complete.

use crate::document::Options;
use crate::sign_in::digest;
use crate::user::created;
use crate::{Engine, Result, Work, access_code, act};
use host_core::caller::Caller;
use host_core::group::Group;
use host_core::object::Kind;
use host_core::plan::Database;
use host_core::refusal::Code;
use host_core::settings::{SETTINGS, Settings};
use host_core::tenant::{Quotas, Tenant};
use host_core::unique::Unique;
use host_core::{GroupId, Refusal, TenantId, Version, name};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// The surfaces that get an access code at once.
const SURFACES: [&str; 2] = ["admin", "reseller"];
/// The caller of control plans is the host, in no tenant.
pub(super) const NOWHERE: TenantId = TenantId(0);

/// What the control plan makes.
struct Doors {
    tenant: Tenant,
    admin: String,
    reseller: String,
}

/// Creates a tenant, and returns `tenant, hosts, admin_username, admin_password, admin_api_key,
/// admin_access_code, reseller_access_code`. The secrets are shown this once.
///
/// # Errors
/// `name_taken` for a complete tenant of this name and for a host of another tenant,
/// `invalid_input` for malformed names.
pub async fn create(engine: &Arc<Engine>, request: &str, tenant: &str, hosts: &[String]) -> Result<Value> {
    name::tenant(tenant)?;
    let mut hosts: Vec<String> = hosts.iter().map(|host| host.to_lowercase()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts.iter().try_for_each(|host| name::host(host))?;
    let caller = Caller::system(NOWHERE, request);
    let doors = act!(engine.begin_control(caller, "tenant create"), |work| doors(work, tenant, &hosts).await?);
    let id = doors.tenant.id;
    if engine.row::<Settings>(Database::Tenant(id), SETTINGS).await?.is_some() {
        return Err(Refusal::field(Code::NameTaken, "name", format!("There is a tenant {tenant} already.")).into());
    }
    let caller = Caller::system(id, request);
    let admin = act!(engine.begin(caller, "tenant create"), |work| furnish(work).await?);
    Ok(json!({
        "tenant": tenant,
        "hosts": doors.tenant.hosts,
        "admin_username": admin.username,
        "admin_password": admin.password,
        "admin_api_key": admin.api_key,
        "admin_access_code": doors.admin,
        "reseller_access_code": doors.reseller,
    }))
}

/// The tenant's row and its access codes: made, or found as an earlier call left them.
async fn doors(work: &mut Work, tenant: &str, hosts: &[String]) -> Result<Doors> {
    let tenant = match work.find::<Tenant>(Unique::TenantName(tenant.to_owned())).await? {
        Some(known) => known,
        None => fresh(work, tenant, hosts).await?,
    };
    let known = access_code::list(work, tenant.id).await?;
    let [mut admin, mut reseller] =
        SURFACES.map(|surface| known.iter().find(|code| code.surface == surface).map(|code| code.code.clone()));
    for (surface, code) in [(SURFACES[0], &mut admin), (SURFACES[1], &mut reseller)] {
        if code.is_none() {
            *code = Some(access_code::generated(work, tenant.id, surface).await?.code);
        }
    }
    Ok(Doors { tenant, admin: admin.unwrap_or_default(), reseller: reseller.unwrap_or_default() })
}

async fn fresh(work: &mut Work, name: &str, hosts: &[String]) -> Result<Tenant> {
    claim_hosts(work, hosts).await?;
    let tenant = Tenant {
        id: TenantId(work.next_id(Kind::Tenant).await?),
        version: Version(0),
        name: name.to_owned(),
        hosts: hosts.to_vec(),
        suspended: false,
        quotas: Quotas::default(),
        created_at: work.now(),
    };
    work.insert(tenant.clone());
    Ok(tenant)
}

/// Refuses hosts that another tenant has.
pub(super) async fn claim_hosts(work: &mut Work, hosts: &[String]) -> Result<()> {
    for host in hosts {
        if !work.claim(Unique::TenantHost(host.clone())).await? {
            let message = format!("Another tenant has the host {host}.");
            return Err(Refusal::field(Code::NameTaken, "host", message).into());
        }
    }
    Ok(())
}

/// The first admin, with what is shown once.
struct Admin {
    username: String,
    password: String,
    api_key: String,
}

/// Settings, one reseller group, and the first admin with a key.
async fn furnish(work: &mut Work) -> Result<Admin> {
    work.insert(Settings::default());
    let group = GroupId(work.next_id(Kind::Group).await?);
    work.insert(Group { id: group, name: "Resellers".to_owned(), ..Group::default() });
    let options = Map::from_iter([("role".to_owned(), json!("admin")), ("username".to_owned(), json!("admin"))]);
    let (user, password) = created(work, &options).await?;
    let none = Map::new();
    let options = Options::checked(&none, &[], work.caller().role())?;
    let (key, text) = crate::user::key::fresh(work, user.id, &options).await?;
    debug_assert_eq!(key.digest, digest(&text));
    work.insert(key);
    let (username, password) = (user.username, password.unwrap_or_default());
    Ok(Admin { username, password, api_key: text.reveal().to_owned() })
}
