//! Addresses that an operator's own website or app has signed, at the doors of every stream:
//! `/live/{line}/{key}/{stream}.{extension}?until={unix}&address={network}&signature={hex}`, with the ids of the line and
//! of the key in the places of user name and password. The signature is HMAC-SHA256 by the key's secret over
//! `{line}:{stream}:{extension}:{until}:{address}`.

use super::playing::{FILE, begins, session};
use super::refusal::Denied;
use crate::state::Http;
use crate::visitor::Visitor;
use host_core::line::Line;
use host_core::secret::Secret;
use host_core::tenant::Tenant;
use host_engine::SignedAddress;
use http::request::Parts;
use std::sync::Arc;

/// What a signed address says.
pub(super) struct Signed<'r> {
    line: &'r str,
    key: &'r str,
    stream: &'r str,
    extension: &'r str,
    until: String,
    address: String,
    signature: Secret,
}

/// What a request's address says, where it is a signed one.
pub(super) fn of<'r>(parts: &Parts, (line, key): (&'r str, &'r str), file: &'r str) -> Option<Signed<'r>> {
    let query = parts.uri.query()?.as_bytes();
    let asked = |wanted: &str| -> Option<String> {
        form_urlencoded::parse(query).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let signature = Secret::new(asked("signature")?);
    let (stream, extension) = file.split_once('.').unwrap_or((file, ""));
    let (until, address) = (asked("until").unwrap_or_default(), asked("address").unwrap_or_default());
    Some(Signed { line, key, stream, extension, until, address, signature })
}

impl Signed<'_> {
    /// The line that it lets in.
    pub(super) async fn sign_in(
        &self,
        http: &Http,
        tenant: &Tenant,
        visitor: &Visitor,
        (surface, range): (&str, Option<&str>),
    ) -> Result<Arc<Line>, Denied> {
        let signed = SignedAddress {
            line: self.line,
            key: self.key,
            stream: self.stream,
            extension: self.extension,
            until: &self.until,
            address: &self.address,
            signature: &self.signature,
        };
        // Pieces of a movie are asked for as long as it plays.
        let ids = self.line.parse().ok().zip(self.stream.parse().ok()).filter(|_| !begins(range));
        let going_on = ids.map(|ids| session(http, tenant, visitor, ids, FILE));
        let from = visitor.from(surface);
        let signed_in = http.engine.sign_in_signed(tenant.id, &signed, going_on, &from).await?;
        visitor.told.caller(signed_in.caller.identity);
        Ok(signed_in.line)
    }
}
