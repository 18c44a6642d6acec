//! The signed tokens in our playlists: which stream, whose session, which piece of it, and which
//! key they were signed with. Knows no lease; whether the session still has its seat is asked above.

use super::HLS_PATH;
use crate::MediaError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use host_core::port::{Clock, Keyring};
use host_core::secret::Mac;
use host_core::{StreamId, TenantId};
use std::fmt;
use std::sync::Arc;

/// So long tokens are signed with one key. A token opens with the key of now and the one before:
/// a player that holds on to an address has at least this long until it has to start again.
const KEY_SECONDS: i64 = 7 * 24 * 3_600;
/// So much of the signature is sent; 128 bits.
const MAC_BYTES: usize = 16;
/// Longest session text, in bytes.
const MAX_SESSION: usize = 256;
const VERSION: u8 = 2;

/// What a token of ours asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Wanted {
    /// A segment of the segmenter, by number.
    Segment(u64),
    /// An address of the source's server, by its digest.
    Target(u64),
}

/// A token that was checked. Its `Debug` form leaves the session out.
#[derive(Clone, PartialEq, Eq)]
pub struct Pass {
    /// Which stream.
    pub stream: StreamId,
    /// The session text that the playlist was asked for with.
    pub session: String,
    pub(crate) wanted: Wanted,
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pass({}, {:?})", self.stream, self.wanted)
    }
}

impl Pass {
    /// Whether a session text fits into a token.
    pub(crate) fn fits(session: &str) -> bool {
        session.len() <= MAX_SESSION
    }
}

/// Signs tokens and opens them. Its keys change by themselves, and two are valid at any time.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) keyring: Arc<dyn Keyring>,
    pub(crate) clock: Arc<dyn Clock>,
}

impl Signer {
    /// The path under which the piece can be asked for, ending included.
    pub(crate) fn path(&self, tenant: TenantId, pass: &Pass, ending: &str) -> String {
        let (kind, number) = match pass.wanted {
            Wanted::Segment(number) => (b's', number),
            Wanted::Target(digest) => (b't', digest),
        };
        let key = self.key();
        let mut token = vec![VERSION, kind];
        token.extend(key.to_be_bytes());
        token.extend(pass.stream.0.to_be_bytes());
        token.extend(number.to_be_bytes());
        token.extend(pass.session.as_bytes());
        let mac = self.mac(tenant, key, &token);
        token.extend(mac.0.iter().take(MAC_BYTES));
        format!("{HLS_PATH}{}.{ending}", URL_SAFE_NO_PAD.encode(token))
    }

    /// Checks a token: what follows [`HLS_PATH`] in the path.
    pub(crate) fn open(&self, tenant: TenantId, token: &str) -> Result<Pass, MediaError> {
        let text = token.split('.').next().unwrap_or_default();
        if text.len() > 2 * MAX_SESSION {
            return Err(MediaError::BadToken);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MediaError::BadToken)?;
        self.read(tenant, &bytes).ok_or(MediaError::BadToken)
    }

    fn read(&self, tenant: TenantId, bytes: &[u8]) -> Option<Pass> {
        let (signed, given) = bytes.split_last_chunk::<MAC_BYTES>()?;
        let ([VERSION, kind], rest) = signed.split_first_chunk()? else { return None };
        let (key, rest) = rest.split_first_chunk()?;
        let key = u32::from_be_bytes(*key);
        let now = self.key();
        if key != now && Some(key) != now.checked_sub(1) {
            return None;
        }
        let mut sent = Mac::default();
        sent.0[..MAC_BYTES].copy_from_slice(given);
        // `Mac` compares in constant time.
        if self.mac(tenant, key, signed) != sent {
            return None;
        }
        let (stream, rest) = rest.split_first_chunk()?;
        let (number, session) = rest.split_first_chunk()?;
        let number = u64::from_be_bytes(*number);
        let wanted = match kind {
            b's' => Wanted::Segment(number),
            b't' => Wanted::Target(number),
            _ => return None,
        };
        let session = String::from_utf8(session.to_vec()).ok()?;
        Some(Pass { stream: StreamId(u32::from_be_bytes(*stream)), session, wanted })
    }

    /// The number of the key of now.
    fn key(&self) -> u32 {
        u32::try_from(self.clock.now().0.div_euclid(KEY_SECONDS)).unwrap_or(0)
    }

    /// The part of the signature that is sent; each key is one of its own in the keyring.
    fn mac(&self, tenant: TenantId, key: u32, signed: &[u8]) -> Mac {
        let mut mac = self.keyring.mac(tenant, &format!("hls-pass-{key}"), signed);
        mac.0[MAC_BYTES..].fill(0);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::LineId;
    use host_core::secret::{Sealed, Secret};
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
        fn mac(&self, tenant: TenantId, purpose: &str, text: &[u8]) -> Mac {
            use std::hash::{DefaultHasher, Hash, Hasher};
            let mut hasher = DefaultHasher::new();
            (tenant, purpose, text).hash(&mut hasher);
            let mut mac = Mac::default();
            mac.0[..8].copy_from_slice(&hasher.finish().to_be_bytes());
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

    #[test]
    fn a_token_opens_with_the_key_of_now_and_the_one_before_and_with_no_other() {
        let clock = Arc::new(Hand(AtomicI64::new(100 * KEY_SECONDS)));
        let signer = Signer { keyring: Arc::new(Digests), clock: clock.clone() };
        let pass = Pass { stream: StreamId(7), session: "seat 5".to_owned(), wanted: Wanted::Segment(9) };
        let path = signer.path(TENANT, &pass, "ts");
        let token = path.strip_prefix(HLS_PATH).unwrap();
        for (seconds, opens) in
            [(0, true), (KEY_SECONDS, true), (2 * KEY_SECONDS - 1, true), (2 * KEY_SECONDS, false), (-1, false)]
        {
            clock.0.store(100 * KEY_SECONDS + seconds, Ordering::SeqCst);
            let opened = signer.open(TENANT, token);
            assert_eq!(opened, if opens { Ok(pass.clone()) } else { Err(MediaError::BadToken) }, "{seconds}");
        }
        clock.0.store(101 * KEY_SECONDS, Ordering::SeqCst);
        assert_ne!(signer.path(TENANT, &pass, "ts"), path, "a new key signs anew");
    }
}
