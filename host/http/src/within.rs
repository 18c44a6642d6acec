//! From a route of a tenant to what answers it: whether the listener, the access code and the
//! connection open it to this caller. Refuses to know what the answer is.

use crate::client_address::normalised;
use crate::config::MEDIA;
use crate::connection::Arrival;
use crate::dispatch::Ask;
use crate::front::{Visitor, broken};
use crate::mounts::Target;
use crate::route::Found;
use crate::{Http, answer, media};
use axum::body::Body;
use axum::response::Response;
use host_core::action::{Credential, Surface};
use host_core::tenant::Tenant;
use host_runtime::Snapshot;
use http::StatusCode;
use http::request::Parts;
use std::net::IpAddr;
use std::sync::Arc;

/// A request for a route of its tenant.
pub(crate) struct Within<'r> {
    pub(crate) http: &'r Arc<Http>,
    pub(crate) arrival: &'r Arrival,
    pub(crate) tenant: &'r Arc<Tenant>,
    pub(crate) snapshot: &'r Arc<Snapshot>,
    pub(crate) visitor: &'r Visitor,
    pub(crate) parts: &'r Parts,
}

impl Within<'_> {
    /// Answers it.
    pub(crate) async fn respond(&self, found: &Found<'_, '_, Target>, body: Body) -> Response {
        let Within { http, arrival, tenant, snapshot, visitor, parts } = *self;
        match found.target {
            Target::Media(_) if !arrival.door.opens_to(MEDIA) => answer::not_found(),
            Target::Media(route) => media::respond(http, tenant, visitor, parts, *route, &found.captures).await,
            Target::Surface(entry, mount) => {
                let surface = &entry.surface;
                if let Err(response) = self.opens(surface, found).await {
                    return response;
                }
                let Some(mount) = surface.mounts.get(*mount) else { return answer::not_found() };
                let captures = found.captures.iter().copied().filter(|(name, _)| *name != "code");
                let captures = &captures.collect::<Vec<_>>();
                Ask { http, tenant, snapshot, entry, surface, mount, parts, captures, visitor }.respond(body).await
            }
        }
    }

    /// Whether this door opens to a surface for this caller. A door that does not is like an
    /// unknown path; only a panel over a readable connection says what is wrong.
    async fn opens(&self, surface: &Surface, found: &Found<'_, '_, Target>) -> Result<(), Response> {
        let Within { http, visitor, .. } = *self;
        if !self.arrival.door.opens_to(&surface.name) {
            return Err(answer::not_found());
        }
        if let Some((_, code)) = found.captures.iter().find(|(name, _)| *name == "code") {
            let known =
                http.tenants.of_code(code, visitor.address).await.map_err(|error| broken(&visitor.id, &error))?;
            let is_open = known.is_some_and(|(code, _)| code.tenant == self.tenant.id && code.surface == surface.name);
            if !is_open {
                return Err(answer::not_found());
            }
        }
        if !may_be_read_along(surface) && !visitor.is_private && !http.config.insecure_panel {
            let text = "This surface is answered over HTTPS only; use https:// or start with --insecure-panel.\n";
            return Err(answer::plain(StatusCode::FORBIDDEN, text));
        }
        Ok(())
    }
}

/// Whether a surface may go over a connection that others can read: not one that takes API keys.
fn may_be_read_along(surface: &Surface) -> bool {
    !matches!(surface.credential, Credential::ApiKey { .. })
}

/// Whether nobody can read along: encrypted, or within this machine.
pub(crate) fn is_private(is_tls: bool, local: IpAddr) -> bool {
    is_tls || normalised(local).is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn surface(credential: serde_json::Value) -> Surface {
        let described = json!({"name": "s", "mounts": [], "credential": credential, "envelope": {"kind": "bare"},
            "refusals": {}});
        serde_json::from_value(described).unwrap()
    }

    #[test]
    fn keys_go_over_encrypted_connections_and_within_the_machine_only() {
        assert!(!may_be_read_along(&surface(json!({"kind": "api_key", "parameter": "api_key"}))));
        assert!(may_be_read_along(&surface(json!({"kind": "line", "username": "u", "password": "p"}))));
        for (is_tls, local, private) in [
            (false, "127.0.0.1", true),
            (false, "::1", true),
            (false, "::ffff:127.0.0.1", true),
            (false, "192.0.2.7", false),
            (false, "10.0.0.1", false),
            (true, "192.0.2.7", true),
        ] {
            assert_eq!(is_private(is_tls, local.parse().unwrap()), private, "{is_tls} {local}");
        }
    }
}
