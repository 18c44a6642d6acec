//! Requests that another site has a browser make in its user's name. Where a session is in a cookie, a request that may
//! change something has to come from a page of ours, and to prove that the page knows the session. Where the address
//! says who asks, no page of another site may ask at all.

use crate::origin::Origin;
use host_core::TenantId;
use host_core::secret::Secret;
use host_core::{Code, Refusal};
use host_engine::Engine;
use http::header::{HeaderName, ORIGIN};
use http::{HeaderMap, Method};
use subtle::ConstantTimeEq;

/// The header with the proof.
const PROOF: HeaderName = HeaderName::from_static("x-csrf-token");
/// Where the browser says that the request comes from (Fetch Metadata).
const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What a page sends with what it changes: it follows from the session's token, and the token not from it.
pub(crate) fn proof(engine: &Engine, tenant: TenantId, token: &Secret) -> String {
    hex::encode(engine.keyring().mac(tenant, "csrf", token.reveal().as_bytes()).0)
}

/// Refuses a request that another site may have made. `proof` is that of the session, where the browser sent one by
/// itself.
pub(crate) fn refuse(
    method: &Method,
    headers: &HeaderMap,
    origin: &Origin,
    proof: Option<&str>,
) -> Result<(), Refusal> {
    if matches!(*method, Method::GET | Method::HEAD) {
        return Ok(());
    }
    refuse_from_elsewhere(headers, origin)?;
    let shown = text(headers, &PROOF).unwrap_or_default();
    match proof.is_none_or(|proof| shown.as_bytes().ct_eq(proof.as_bytes()).into()) {
        true => Ok(()),
        false => Err(Refusal::new(Code::Forged, "Send the session's proof in X-CSRF-Token; its page has it.")),
    }
}

/// Refuses a request that a page of another site has a browser make, whatever its method: where an address alone says
/// who asks, each browser at that address could be used.
pub(crate) fn refuse_from_elsewhere(headers: &HeaderMap, origin: &Origin) -> Result<(), Refusal> {
    let from_elsewhere = match text(headers, &SITE) {
        Some(site) => !matches!(site, "same-origin" | "none"),
        None => text(headers, &ORIGIN).is_some_and(|named| !is_own(named, origin)),
    };
    match from_elsewhere {
        true => Err(Refusal::new(Code::Forged, "This request comes from another site.")),
        false => Ok(()),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or_default())
}

/// Whether an `Origin` header names our own; the port that its scheme has anyway is not written there.
fn is_own(named: &str, Origin { scheme, host, port }: &Origin) -> bool {
    named == format!("{scheme}://{host}:{port}")
        || (matches!((*scheme, *port), ("https", 443) | ("http", 80)) && named == format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(method: Method, headers: &[(&'static str, &'static str)], proof: Option<&str>) -> bool {
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        let origin = Origin { scheme: "https", host: "tv.example.org".into(), port: 443 };
        refuse(&method, &headers, &origin, proof).is_err()
    }

    #[test]
    fn what_changes_something_comes_from_our_own_page_and_proves_it() {
        let proven = [("x-csrf-token", "p1")];
        assert!(!refused(Method::GET, &[("sec-fetch-site", "cross-site")], Some("p1")));
        assert!(refused(Method::POST, &[], Some("p1")));
        assert!(refused(Method::DELETE, &[("x-csrf-token", "p2")], Some("p1")));
        assert!(!refused(Method::POST, &proven, Some("p1")));
        assert!(refused(Method::POST, &[proven[0], ("sec-fetch-site", "same-site")], Some("p1")));
        assert!(refused(Method::POST, &[proven[0], ("origin", "https://evil.example")], Some("p1")));
        assert!(!refused(Method::POST, &[proven[0], ("origin", "https://tv.example.org")], Some("p1")));
    }

    #[test]
    fn who_signs_in_has_nothing_to_prove_but_comes_from_our_own_page() {
        assert!(!refused(Method::POST, &[], None));
        assert!(refused(Method::POST, &[("sec-fetch-site", "cross-site")], None));
    }
}
