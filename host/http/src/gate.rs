//! From a route of a tenant to what answers it: whether the listener, the access code and the
//! connection open it to this caller.

use crate::config::MEDIA;
use crate::dispatch::SurfaceRequest;
use crate::mounts::Target;
use crate::opening::Opening;
use crate::route::Found;
use crate::{answer, assets, docs, media};
use axum::body::Body;
use axum::response::Response;
use host_core::action::Surface;
use http::StatusCode;

/// The answer of a panel to who can be overheard.
const READ_ALONG: &str = "This surface is answered over HTTPS only: use https://, have a proxy that ends TLS listed in \
    trusted_proxies and send X-Forwarded-Proto, or start with --insecure-panel.\n";

/// A request for a route of its tenant.
pub(crate) struct Gate<'r>(pub(crate) Opening<'r>);

impl Gate<'_> {
    /// Answers it.
    pub(crate) async fn respond(&self, found: &Found<'_, '_, Target>, body: Body) -> Response {
        let Opening { http, arrival, tenant, snapshot, visitor, parts } = self.0;
        match found.target {
            Target::Media(_) if !arrival.door.opens_to(MEDIA) => answer::not_found(),
            Target::Media(_) if !found.is_allowed => answer::method_not_allowed(found.methods),
            Target::Media(route) => {
                Box::pin(media::respond(http, tenant, visitor, parts, *route, &found.captures)).await
            }
            Target::Docs(_) if !found.is_allowed => answer::method_not_allowed(found.methods),
            Target::Docs(docs) => Box::pin(docs::respond(&self.0, *docs, &found.captures)).await,
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
        if !self.0.is_answered(surface) {
            return Err(answer::not_found());
        }
        if let Some((_, code)) = found.captures.iter().find(|(name, _)| *name == "code") {
            let known = self.0.access_code(code).await.map_err(|error| answer::broken(&self.0.visitor.id, &error))?;
            if known.is_none_or(|code| code.surface != surface.name) {
                return Err(answer::not_found());
            }
        }
        if self.0.is_overheard(surface) {
            return Err(answer::plain(StatusCode::FORBIDDEN, READ_ALONG));
        }
        Ok(())
    }
}
