//! Where a sign-in comes from.

use host_core::TenantId;
use host_core::caller::{Caller, Identity};
use host_core::secret::Secret;
use std::net::IpAddr;
use std::sync::Arc;

/// Where a sign-in comes from; journalled, never trusted.
#[derive(Clone, Debug)]
pub struct SignInFrom {
    /// The client's address, IPv4-mapped forms already unmapped.
    pub address: IpAddr,
    /// The `User-Agent`, empty when none was sent.
    pub agent: Arc<str>,
    /// The surface that is asked.
    pub surface: Arc<str>,
    /// The request's id.
    pub request: Arc<str>,
    /// The query of its address as it was sent; what is journalled of it is only what cannot be secret.
    pub query: Secret,
    /// The access code in its address; empty without one.
    pub code: Secret,
}

/// Parameters whose values are shown: they say what was asked for, and nobody signs in with them.
const SHOWN: [&str; 19] = [
    "action",
    "category_id",
    "duration",
    "ext",
    "extension",
    "id",
    "limit",
    "offset",
    "output",
    "series",
    "series_id",
    "start",
    "stream",
    "stream_id",
    "sub",
    "sub_action",
    "type",
    "username",
    "vod_id",
];
/// Most that is shown of a query, in bytes.
const LONGEST: usize = 512;

impl SignInFrom {
    /// The query with `***` in the place of every value that may be secret.
    pub(super) fn masked_query(&self) -> String {
        let mut masked = String::new();
        for pair in self.query.reveal().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // What has no name may be anything.
            let (name, value) = match SHOWN.contains(&name) {
                true => (name, value),
                false if pair.contains('=') => (name, "***"),
                false => ("***", ""),
            };
            if masked.len() + name.len() + value.len() + 2 > LONGEST {
                masked.push('…');
                break;
            }
            if !masked.is_empty() {
                masked.push('&');
            }
            masked.push_str(name);
            masked.push('=');
            masked.push_str(value);
        }
        masked
    }

    pub(super) fn caller(&self, tenant: TenantId, identity: Identity, key_prefix: Option<String>) -> Caller {
        Caller {
            tenant,
            identity,
            address: Some(self.address),
            key_prefix,
            session: None,
            request: Arc::clone(&self.request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_query_only_what_cannot_be_secret_is_shown() {
        let masked = |query: &str| {
            let (agent, surface, request) = ("".into(), "player".into(), "r".into());
            let from = SignInFrom {
                address: [10, 0, 0, 1].into(),
                agent,
                surface,
                request,
                query: Secret::new(query),
                code: Secret::default(),
            };
            assert!(!format!("{from:?}").contains("s3cret"));
            from.masked_query()
        };
        let asked = masked("username=guest&password=s3cret&action=get_live_streams&user%5B%5D=s3cret&s3cret&=s3cret");
        assert_eq!(asked, "username=guest&password=***&action=get_live_streams&user%5B%5D=***&***=&=***");
        assert_eq!(masked(""), "");
        assert!(masked(&format!("username={}", "x".repeat(2_000))).len() < 600);
    }
}
