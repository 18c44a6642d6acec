//! From a route of a tenant to what answers it: whether the listener, the access code and the
//! connection open it to this caller.

use crate::config::MEDIA;
use crate::connection::Arrival;
use crate::dispatch::SurfaceRequest;
use crate::mounts::Target;
use crate::route::Found;
use crate::state::Http;
use crate::visitor::Visitor;
use crate::{answer, assets, media};
use axum::body::Body;
use axum::response::Response;
use host_core::action::Surface;
use host_core::tenant::Tenant;
use host_runtime::Snapshot;
use http::StatusCode;
use http::request::Parts;
use std::sync::Arc;

/// The answer of a panel to who can be overheard.
const READ_ALONG: &str = "This surface is answered over HTTPS only: use https://, have a proxy that ends TLS listed in \
    trusted_proxies and send X-Forwarded-Proto, or start with --insecure-panel.\n";

/// A request for a route of its tenant.
pub(crate) struct Gate<'r> {
    pub(crate) http: &'r Arc<Http>,
    pub(crate) arrival: &'r Arrival,
    pub(crate) tenant: &'r Arc<Tenant>,
    pub(crate) snapshot: &'r Arc<Snapshot>,
    pub(crate) visitor: &'r Visitor,
    pub(crate) parts: &'r Parts,
}

impl Gate<'_> {
    /// Answers it.
    pub(crate) async fn respond(&self, found: &Found<'_, '_, Target>, body: Body) -> Response {
        let Gate { http, arrival, tenant, snapshot, visitor, parts } = *self;
        match found.target {
            Target::Media(_) if !arrival.door.opens_to(MEDIA) => answer::not_found(),
            Target::Media(_) if !found.is_allowed => answer::method_not_allowed(found.methods),
            Target::Media(route) => {
                Box::pin(media::respond(http, tenant, visitor, parts, *route, &found.captures)).await
            }
            Target::Assets(entry) => {
                if let Err(response) = self.opens(&entry.surface, found).await {
                    return response;
                }
                if !found.is_allowed {
                    return answer::method_not_allowed(found.methods);
                }
                let file = found.captures.iter().find(|(name, _)| *name == "file").map_or("", |(_, file)| file);
                assets::response(entry, file, parts, &visitor.origin)
            }
            Target::Surface(at) => {
                if let Err(response) = self.opens(&at.entry.surface, found).await {
                    return response;
                }
                SurfaceRequest { http, tenant, snapshot, at, found, parts, visitor }.respond(body).await
            }
        }
    }

    /// Whether this door opens to a surface for this caller. A door that does not is like an
    /// unknown path; only a panel over a readable connection says what is wrong.
    async fn opens(&self, surface: &Surface, found: &Found<'_, '_, Target>) -> Result<(), Response> {
        let Gate { http, visitor, .. } = *self;
        if !self.arrival.door.opens_to(&surface.name) {
            return Err(answer::not_found());
        }
        if let Some((_, code)) = found.captures.iter().find(|(name, _)| *name == "code") {
            let known = http
                .tenants
                .of_code(code, visitor.address)
                .await
                .map_err(|error| answer::broken(&visitor.id, &error))?;
            let is_open = known.is_some_and(|(code, _)| code.tenant == self.tenant.id && code.surface == surface.name);
            if !is_open {
                return Err(answer::not_found());
            }
        }
        if surface.is_panel() && !visitor.is_private && !http.config.insecure_panel {
            return Err(answer::plain(StatusCode::FORBIDDEN, READ_ALONG));
        }
        Ok(())
    }
}
