//! Performs requests on an open panel: each is a verb of the engine or a question to the runtime, a file per
//! noun. What is refused, the floors below refuse.

mod access_codes;
mod imports;
mod keys;
mod names;
mod plugins;
mod tenants;
mod users;
mod verify;
mod watch;
mod why;

pub use watch::Watch;

use crate::control::Request;
use crate::panel::Panel;
use serde_json::Value;
use std::sync::Arc;

/// Performs a request and returns what `--json` prints.
pub async fn perform(panel: &Arc<Panel>, request: Request, watch: impl Watch) -> anyhow::Result<Value> {
    match request {
        Request::TenantCreate { name, hosts } => tenants::create(panel, &name, &hosts).await,
        Request::TenantList => tenants::list(panel).await,
        Request::TenantShow { name } => tenants::show(panel, &name).await,
        Request::TenantSet { name, values } => tenants::set(panel, &name, &values).await,
        Request::TenantSuspend { name, suspended } => tenants::suspend(panel, &name, suspended).await,
        Request::TenantDelete { name } => tenants::delete(panel, &name).await,
        Request::UserCreate { tenant, role, username, parent, group } => {
            users::create(panel, &tenant, role, username, parent, group).await
        }
        Request::UserList { tenant } => users::list(panel, &tenant).await,
        Request::UserReset { tenant, username } => users::reset(panel, &tenant, &username).await,
        Request::UserEnabled { tenant, username, enabled } => {
            users::set_enabled(panel, &tenant, &username, enabled).await
        }
        Request::KeyCreate { tenant, user, options } => keys::create(panel, &tenant, &user, &options).await,
        Request::KeyList { tenant, user } => keys::list(panel, &tenant, user.as_deref()).await,
        Request::KeyRevoke { tenant, id } => keys::revoke(panel, &tenant, id).await,
        Request::AccessCodeCreate { tenant, surface, code, addresses } => {
            access_codes::create(panel, &tenant, &surface, code.as_deref(), &addresses).await
        }
        Request::AccessCodeList { tenant } => access_codes::list(panel, &tenant).await,
        Request::AccessCodeAddresses { tenant, code, addresses } => {
            access_codes::set_addresses(panel, &tenant, &code, &addresses).await
        }
        Request::AccessCodeEnabled { tenant, code, enabled } => {
            access_codes::set_enabled(panel, &tenant, &code, enabled).await
        }
        Request::ImportPlaylist { tenant, file, source, bouquet, prune, dry_run } => {
            let what = host_engine::import::PlaylistOptions { source, bouquet, prune, dry_run };
            imports::playlist(panel, &tenant, &file, what, watch).await
        }
        Request::ImportGuide { tenant, file, source, dry_run } => {
            let what = host_engine::import::GuideOptions { source, dry_run };
            imports::guide(panel, &tenant, &file, what, watch).await
        }
        Request::PluginList { tenant } => plugins::list(panel, &tenant).await,
        Request::PluginAdd { tenant, file } => plugins::add(panel, &tenant, &file).await,
        Request::PluginRemove { tenant, name } => plugins::remove(panel, &tenant, &name).await,
        Request::PluginGrant { tenant, name, digest, what } => {
            plugins::grant(panel, &tenant, &name, digest.as_deref(), &what).await
        }
        Request::PluginRevoke { tenant, name, what } => plugins::revoke(panel, &tenant, &name, &what).await,
        Request::PluginExplain { tenant, action } => plugins::explain(panel, &tenant, &action).await,
        Request::PluginSettings { tenant, name, values } => plugins::settings(panel, &tenant, &name, &values).await,
        Request::PluginLogs { tenant, name } => plugins::logs(panel, &tenant, &name).await,
        Request::Why { tenant, line, address } => why::why(panel, &tenant, &line, address).await,
        Request::Verify { tenant } => verify::verify(panel, tenant.as_deref()).await,
    }
}
