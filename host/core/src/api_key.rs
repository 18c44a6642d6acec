//! An API key: what a user's scripts sign in with. Only its digest is kept.

use crate::UserId;
use crate::time::{Expiry, Unix};
use ipnet::IpNet;
use std::net::IpAddr;

/// The [list](crate::field_list) of a key's fields.
#[macro_export]
macro_rules! api_key_fields {
    ([$($callback:tt)*] $($with:tt)*) => {
        $($callback)*! { $($with)*
            /// Whose it is.
            user "user": UserId = UserId(0), Reseller, Nobody, own;
            /// What it is for, in the owner's words.
            name "name": String = String::new(), Reseller, Reseller, text;
            /// The first 8 characters of the key, shown in lists and logs.
            prefix "prefix": String = String::new(), Reseller, Nobody, own;
            /// SHA-256 of the key.
            #[serde(skip)]
            digest "digest": [u8; 32] = [0; 32], Nobody, Nobody, own;
            /// Callers must come from here; empty allows all.
            allowed_addresses "allowed_addresses": Vec<IpNet> = Vec::new(), Reseller, Reseller, networks;
            /// Refused in query strings and forms.
            header_only "header_only": bool = false, Reseller, Reseller, plain;
            /// May use GET for actions that write (old scripts of these panels).
            writes_by_get "writes_by_get": bool = false, Reseller, Reseller, plain;
            /// Unknown parameters of a write are passed over and named in the reply instead of refused (old
            /// scripts of these panels post whole forms).
            compatible "compatible": bool = false, Reseller, Reseller, plain;
            /// When it stops.
            expiry "expires_at": Expiry = Expiry::Never, Reseller, Reseller, plain;
            /// Revoked for good.
            revoked "revoked": bool = false, Reseller, Nobody, own;
            /// When it was made.
            created_at "created_at": Unix = Unix(0), Reseller, Nobody, own;
        }
    };
}

api_key_fields!([crate::field_list::declare]
    /// A key of a user; the key itself is shown once.
    ApiKey(ApiKeyId)
);

impl ApiKey {
    /// Whether it may be used at all, from here, now.
    pub fn is_usable(&self, address: IpAddr, now: Unix) -> bool {
        !self.revoked
            && !self.expiry.is_past(now)
            && (self.allowed_addresses.is_empty() || self.allowed_addresses.iter().any(|net| net.contains(&address)))
    }
}
