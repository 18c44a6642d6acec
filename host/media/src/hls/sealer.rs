//! Seals what stands in our addresses: readable to this panel alone, bound to its tenant and its use,
//! and the same text for the same content, because players tell segments apart by their addresses.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use host_core::TenantId;
use host_core::port::{Clock, Keyring};
use std::sync::Arc;

/// How long is sealed with one key. What is sealed opens with the key of now and the one before: a
/// player that holds on to an address has at least this long until it has to start again.
const KEY_SECONDS: i64 = 7 * 24 * 3_600;
const VERSION: u8 = 3;
const NONCE_BYTES: usize = 24;
/// Version and number of the key.
const HEAD_BYTES: usize = 3;

/// What a sealed text is for. One does not open as the other.
#[derive(Clone, Copy)]
pub(super) enum Use {
    /// Whose session.
    Session = 1,
    /// What an address leads to.
    Target = 2,
}

/// Has the keys. They change by themselves, and two are valid at any time.
#[derive(Clone)]
pub(crate) struct Sealer {
    keyring: Arc<dyn Keyring>,
    clock: Arc<dyn Clock>,
}

/// The key of a tenant for some days.
pub(super) struct Key<'a> {
    keyring: &'a dyn Keyring,
    tenant: TenantId,
    number: u16,
    cipher: XChaCha20Poly1305,
}

impl Sealer {
    /// The keyring digests for the purposes `hls-key` and `hls-nonce`.
    pub(crate) fn new(keyring: Arc<dyn Keyring>, clock: Arc<dyn Clock>) -> Sealer {
        Sealer { keyring, clock }
    }

    /// The key of now. Making it costs a digest; it serves a whole playlist.
    pub(super) fn key(&self, tenant: TenantId) -> Key<'_> {
        self.numbered(tenant, self.number())
    }

    /// Opens what was sealed for this use and within this context.
    pub(super) fn open(&self, tenant: TenantId, used: Use, context: u32, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
        let [VERSION, high, low] = *head else { return None };
        let (number, now) = (u16::from_be_bytes([high, low]), self.number());
        if number != now && Some(number) != now.checked_sub(1) {
            return None;
        }
        let (nonce, sealed) = rest.split_first_chunk::<NONCE_BYTES>()?;
        let bound = bound(number, used, context);
        let payload = Payload { msg: sealed, aad: &bound };
        self.numbered(tenant, number).cipher.decrypt(XNonce::from_slice(nonce), payload).ok()
    }

    fn number(&self) -> u16 {
        u16::try_from(self.clock.now().0.div_euclid(KEY_SECONDS)).unwrap_or(0)
    }

    fn numbered(&self, tenant: TenantId, number: u16) -> Key<'_> {
        let key = self.keyring.mac(tenant, "hls-key", &number.to_be_bytes()).0;
        Key { keyring: &*self.keyring, tenant, number, cipher: XChaCha20Poly1305::new((&key).into()) }
    }
}

impl Key<'_> {
    /// The content as a part of an address: letters, digits, `-` and `_`.
    pub(super) fn sealed(&self, used: Use, context: u32, content: &[u8]) -> String {
        let bound = bound(self.number, used, context);
        // Made from the content, so that it differs whenever the content does.
        let digest = self.keyring.mac(self.tenant, "hls-nonce", &[&bound, content].concat()).0;
        let nonce = digest.first_chunk::<NONCE_BYTES>().copied().unwrap_or_default();
        let payload = Payload { msg: content, aad: &bound };
        // Fails only beyond 256 GiB; what is empty then opens for nobody.
        let sealed = self.cipher.encrypt(XNonce::from_slice(&nonce), payload).unwrap_or_default();
        URL_SAFE_NO_PAD.encode([&bound[..HEAD_BYTES], &nonce, &sealed].concat())
    }
}

/// What a sealed text is bound to; the first bytes are sent with it.
fn bound(number: u16, used: Use, context: u32) -> [u8; 8] {
    let ([high, low], [a, b, c, d]) = (number.to_be_bytes(), context.to_be_bytes());
    [VERSION, high, low, used as u8, a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::LineId;
    use host_core::secret::{Mac, Sealed, Secret};
    use host_core::time::Unix;
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::time::Duration;

    const TENANT: TenantId = TenantId(1);

    /// A digest that tells purposes and texts apart.
    struct Digests;

    impl Keyring for Digests {
        fn seal(&self, _: TenantId, _: LineId, _: &Secret) -> Sealed {
            Sealed::default()
        }
        fn open(&self, _: TenantId, _: LineId, _: &Sealed) -> Option<Secret> {
            None
        }
        fn seal_field(&self, _: TenantId, _: &str, _: u32, _: &Secret) -> Sealed {
            Sealed::default()
        }
        fn open_field(&self, _: TenantId, _: &str, _: u32, _: &Sealed) -> Option<Secret> {
            None
        }
        fn mac(&self, tenant: TenantId, purpose: &str, text: &[u8]) -> Mac {
            use std::hash::{DefaultHasher, Hash, Hasher};
            let mut mac = Mac::default();
            for (part, bytes) in mac.0.chunks_mut(8).enumerate() {
                let mut hasher = DefaultHasher::new();
                (tenant, purpose, text, part).hash(&mut hasher);
                bytes.copy_from_slice(&hasher.finish().to_be_bytes());
            }
            mac
        }
    }

    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Unix {
            Unix(self.0.load(Ordering::SeqCst))
        }
        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }

    fn sealer() -> (Sealer, Arc<Hand>) {
        let clock = Arc::new(Hand(AtomicI64::new(100 * KEY_SECONDS)));
        (Sealer::new(Arc::new(Digests), clock.clone()), clock)
    }

    #[test]
    fn what_is_sealed_opens_with_the_key_of_now_and_the_one_before_and_with_no_other() {
        let (sealer, clock) = sealer();
        let text = sealer.key(TENANT).sealed(Use::Target, 7, b"segment 9");
        for (seconds, opens) in
            [(0, true), (KEY_SECONDS, true), (2 * KEY_SECONDS - 1, true), (2 * KEY_SECONDS, false), (-1, false)]
        {
            clock.0.store(100 * KEY_SECONDS + seconds, Ordering::SeqCst);
            assert_eq!(sealer.open(TENANT, Use::Target, 7, &text).is_some(), opens, "{seconds}");
        }
        clock.0.store(101 * KEY_SECONDS, Ordering::SeqCst);
        assert_ne!(sealer.key(TENANT).sealed(Use::Target, 7, b"segment 9"), text, "a new key seals anew");
    }

    #[test]
    fn the_same_content_has_the_same_address_and_opens_only_where_it_belongs() {
        let (sealer, _) = sealer();
        let text = sealer.key(TENANT).sealed(Use::Target, 7, b"http://source/secret");
        assert_eq!(sealer.key(TENANT).sealed(Use::Target, 7, b"http://source/secret"), text);
        assert_eq!(sealer.open(TENANT, Use::Target, 7, &text).unwrap(), b"http://source/secret");
        assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')), "{text}");
        assert_eq!(sealer.open(TenantId(2), Use::Target, 7, &text), None, "another tenant");
        assert_eq!(sealer.open(TENANT, Use::Session, 7, &text), None, "another use");
        assert_eq!(sealer.open(TENANT, Use::Target, 8, &text), None, "another stream");
        let mut changed = URL_SAFE_NO_PAD.decode(&text).unwrap();
        for at in 0..changed.len() {
            changed[at] ^= 1;
            assert_eq!(sealer.open(TENANT, Use::Target, 7, &URL_SAFE_NO_PAD.encode(&changed)), None, "{at}");
            changed[at] ^= 1;
        }
    }
}
