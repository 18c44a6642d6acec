//! The signed tokens in our playlists: which stream, whose session, and which piece of it.
//! Knows no lease; whether the session still has its seat is asked above.

use super::HLS_PATH;
use crate::MediaError;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use host_core::port::Keyring;
use host_core::secret::Mac;
use host_core::{StreamId, TenantId};
use std::fmt;

/// Purpose of the signature.
const PURPOSE: &str = "hls-pass";
/// So much of the signature is sent; 128 bits.
const MAC_BYTES: usize = 16;
/// Longest session text, in bytes.
const MAX_SESSION: usize = 256;
const VERSION: u8 = 1;

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
    /// The path under which the piece can be asked for, ending included.
    pub(crate) fn path(&self, keyring: &dyn Keyring, tenant: TenantId, ending: &str) -> String {
        let (kind, number) = match self.wanted {
            Wanted::Segment(number) => (b's', number),
            Wanted::Target(digest) => (b't', digest),
        };
        let mut token = vec![VERSION, kind];
        token.extend(self.stream.0.to_be_bytes());
        token.extend(number.to_be_bytes());
        token.extend(self.session.as_bytes());
        let mac = keyring.mac(tenant, PURPOSE, &token);
        token.extend(mac.0.iter().take(MAC_BYTES));
        format!("{HLS_PATH}{}.{ending}", URL_SAFE_NO_PAD.encode(token))
    }

    /// Checks a token: what follows [`HLS_PATH`] in the path.
    pub(crate) fn open(keyring: &dyn Keyring, tenant: TenantId, token: &str) -> Result<Pass, MediaError> {
        let text = token.split('.').next().unwrap_or_default();
        if text.len() > 2 * MAX_SESSION {
            return Err(MediaError::BadToken);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MediaError::BadToken)?;
        Pass::read(keyring, tenant, &bytes).ok_or(MediaError::BadToken)
    }

    fn read(keyring: &dyn Keyring, tenant: TenantId, bytes: &[u8]) -> Option<Pass> {
        let (signed, given) = bytes.split_last_chunk::<MAC_BYTES>()?;
        let mut mac = keyring.mac(tenant, PURPOSE, signed);
        mac.0[MAC_BYTES..].fill(0);
        let mut sent = Mac::default();
        sent.0[..MAC_BYTES].copy_from_slice(given);
        // `Mac` compares in constant time.
        if mac != sent {
            return None;
        }
        let ([VERSION, kind], rest) = signed.split_first_chunk()? else { return None };
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

    /// Whether a session text fits into a token.
    pub(crate) fn fits(session: &str) -> bool {
        session.len() <= MAX_SESSION
    }
}
