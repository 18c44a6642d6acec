//! Text and bytes that must not be shown: they cannot be printed, and they are wiped when dropped. The
//! [`crate::port::Keyring`] seals them.

use serde::{Deserialize, Serialize};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret in the clear. Its `Debug` form is `***`; it has no `Display` and is never serialised.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(Zeroizing::new(text.into()))
    }

    /// The text itself. Every caller of this function is a place that can leak it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A secret under the tenant's data key, as it is stored: nonce and ciphertext, bound to its
/// row and column. Only the [`crate::port::Keyring`] makes and opens it.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sealed")
    }
}

/// A keyed digest (HMAC-SHA-256) of a secret, for look-up and comparison.
#[derive(Clone, Copy, Default)]
pub struct Mac(pub [u8; 32]);

impl PartialEq for Mac {
    /// Compares in constant time.
    fn eq(&self, other: &Mac) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Mac {}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mac")
    }
}

/// A password as a PHC string (Argon2id); not reversible, and still not shown.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("hash")
    }
}
