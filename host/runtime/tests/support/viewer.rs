//! Lines that ask for bodies, and what they get.

use super::Panel;
use futures_util::TryStreamExt;
use host_core::caller::{Caller, Identity};
use host_core::line::Line;
use host_core::secret::Secret;
use host_core::time::Unix;
use host_core::{LineId, TenantId, UserId, Version};
use host_runtime::{BodyReply, Call, CallCounts, Content, Reply};
use std::sync::Arc;

/// A call of `probe/go` by a line.
pub fn call_of(panel: &Panel, tenant: TenantId, id: u32, username: &str, password: &str) -> Call {
    let line = Line {
        version: Version(1),
        password: panel.engine.keyring().seal(tenant, LineId(id), &Secret::new(password)),
        ..Line::blank(LineId(id), UserId(1), username.into(), Unix(0))
    };
    let caller = Caller { identity: Identity::Line { id: line.id }, ..Caller::system(tenant, "request-1") };
    Call { caller, line: Some(Arc::new(line)), ..super::panel::call(tenant) }
}

/// What `probe/go` answers as a body.
pub async fn body(panel: &Panel, call: Call) -> BodyReply {
    match panel.call_with("probe", "go", call).await.unwrap() {
        Reply::Body(body) => body,
        Reply::Data { .. } => panic!("data"),
    }
}

/// The bytes of a body as they leave, whose length is what was said.
pub async fn bytes(content: Content) -> Vec<u8> {
    match content {
        Content::Whole(bytes) => bytes.to_vec(),
        Content::Pieces { length, pieces } => {
            let bytes = pieces.try_collect::<Vec<_>>().await.unwrap().concat();
            assert!(length.is_none_or(|length| length == bytes.len() as u64));
            bytes
        }
    }
}

/// What became of the calls of the tenant's first plugin.
pub fn counts(panel: &Panel, tenant: TenantId) -> CallCounts {
    panel.runtime.health(tenant)[0].calls.unwrap()
}
