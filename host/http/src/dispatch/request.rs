//! A request to a surface, with what is known of it when its route was found.

use super::place::below_mount;
use crate::cookies::of_session;
use crate::mounts::{SurfacePath, Target};
use crate::route::Found;
use crate::state::Http;
use crate::visitor::Visitor;
use host_core::action::Surface;
use host_core::tenant::Tenant;
use host_runtime::{Route, Snapshot};
use http::HeaderValue;
use http::header::HeaderName;
use http::request::Parts;
use std::sync::Arc;

/// A request to a surface.
pub(crate) struct SurfaceRequest<'r> {
    pub(crate) http: &'r Http,
    pub(crate) tenant: &'r Tenant,
    pub(crate) snapshot: &'r Arc<Snapshot>,
    pub(crate) at: &'r SurfacePath,
    pub(crate) found: &'r Found<'r, 'r, Target>,
    pub(crate) parts: &'r Parts,
    pub(crate) visitor: &'r Visitor,
}

impl SurfaceRequest<'_> {
    pub(super) fn surface(&self) -> &Surface {
        &self.at.entry.surface
    }

    pub(super) fn action(&self, name: &str) -> Option<&Route> {
        self.snapshot.route(&self.surface().name, name)
    }

    /// The cookie of a session of this surface, good below the mount that was asked; an empty token takes it away.
    pub(super) fn session_cookie(&self, name: &str, token: &str, seconds: i64) -> Option<HeaderValue> {
        let path = below_mount(self.parts.uri.path(), self.at.mount, "");
        of_session(name, token, &path, self.visitor.origin.scheme == "https", seconds)
    }

    pub(super) fn header(&self, name: &'static str) -> Option<&str> {
        self.parts.headers.get(HeaderName::from_static(name)).and_then(|value| value.to_str().ok())
    }
}
