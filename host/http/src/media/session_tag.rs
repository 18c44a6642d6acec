//! What the addresses in a playlist say of their player: whose session, and from where it started.
//! It opens nothing by itself; the engine knows whether the session still has its seat.

use host_core::{LineId, StreamId};
use host_engine::SessionKey;
use host_engine::connection::Session;
use std::net::IpAddr;

/// The session part of an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct SessionTag {
    pub(super) session: Session,
    /// Where the start came from.
    pub(super) address: IpAddr,
}

impl SessionTag {
    /// As it is sealed into addresses.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let Session { line, key, credentials, .. } = self.session;
        let mut bytes = Vec::with_capacity(36);
        bytes.extend(line.0.to_be_bytes());
        bytes.extend(key.0.to_be_bytes());
        bytes.extend(credentials.to_be_bytes());
        match self.address.to_canonical() {
            IpAddr::V4(address) => bytes.extend(address.octets()),
            IpAddr::V6(address) => bytes.extend(address.octets()),
        }
        bytes
    }

    /// Reads the session part of an address of this stream that was checked.
    pub(super) fn read(stream: StreamId, bytes: &[u8]) -> Option<SessionTag> {
        let (line, rest) = bytes.split_first_chunk()?;
        let (key, rest) = rest.split_first_chunk()?;
        let (credentials, address) = rest.split_first_chunk()?;
        let address = match address.len() {
            4 => IpAddr::from(<[u8; 4]>::try_from(address).ok()?),
            16 => IpAddr::from(<[u8; 16]>::try_from(address).ok()?),
            _ => return None,
        };
        let (line, key) = (LineId(u32::from_be_bytes(*line)), SessionKey(u64::from_be_bytes(*key)));
        let session = Session { line, stream, key, credentials: u64::from_be_bytes(*credentials) };
        Some(SessionTag { session, address })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_read_as_it_was_written_and_in_no_other_length() {
        let session = Session { line: LineId(1), stream: StreamId(7), key: SessionKey(u64::MAX), credentials: 3 };
        for address in ["10.0.0.1", "2001:db8::1"] {
            let session_tag = SessionTag { session, address: address.parse().unwrap() };
            let bytes = session_tag.bytes();
            assert_eq!(SessionTag::read(StreamId(7), &bytes), Some(session_tag));
            for length in (0..bytes.len()).filter(|length| *length != 24) {
                assert_eq!(SessionTag::read(StreamId(7), &bytes[..length]), None, "{length}");
            }
        }
        let mapped = SessionTag { session, address: "::ffff:10.0.0.1".parse().unwrap() };
        assert_eq!(SessionTag::read(StreamId(7), &mapped.bytes()).unwrap().address.to_string(), "10.0.0.1");
    }
}
