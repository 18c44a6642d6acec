//! What the token of a playlist's piece says of its player: whose session, and when the start was
//! that it was made for. It opens nothing by itself; refuses to know pieces and playlists.

use host_core::lease::Lease;
use host_core::time::Unix;
use host_engine::Seat;
use std::fmt;
use std::net::IpAddr;

/// A token serves the start that it was made for, and one of the same player within so many
/// seconds after that.
const START_WINDOW: i64 = 5 * 60;

/// The session text of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Ticket {
    /// The keyed hash of line, stream, address and agent.
    pub(super) session: u64,
    started_at: Unix,
}

impl Ticket {
    /// For the pieces of a session that holds this seat; none when the seat is lost.
    ///
    /// The time is that of the start and not of the playlist: the address of a segment must not
    /// change from one reading of its playlist to the next.
    pub(super) fn of(session: u64, seat: &Seat) -> Option<Ticket> {
        Some(Ticket { session, started_at: seat.lease()?.started_at })
    }

    /// Reads the session text of a token that was checked.
    pub(super) fn read(text: &str) -> Option<Ticket> {
        let (session, started_at) = text.split_once('@')?;
        let session = u64::from_str_radix(session, 16).ok()?;
        Some(Ticket { session, started_at: Unix(started_at.parse().ok()?) })
    }

    /// Whether it serves whoever asks from this address while the session holds this lease.
    pub(super) fn serves(&self, lease: &Lease, address: IpAddr) -> bool {
        let later = lease.started_at.0.saturating_sub(self.started_at.0);
        (0..=START_WINDOW).contains(&later) && is_same_place(lease.address, address)
    }
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}@{}", self.session, self.started_at.0)
    }
}

/// The same IPv4 address; the same /64 of IPv6, in which a device changes its address as it likes.
fn is_same_place(one: IpAddr, other: IpAddr) -> bool {
    match (one.to_canonical(), other.to_canonical()) {
        (IpAddr::V6(one), IpAddr::V6(other)) => one.to_bits() >> 64 == other.to_bits() >> 64,
        (one, other) => one == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::lease::Fence;
    use host_core::{LineId, StreamId, TenantId};

    fn lease(address: &str, started_at: i64) -> Lease {
        Lease {
            fence: Fence(1),
            tenant: TenantId(1),
            line: LineId(1),
            stream: StreamId(1),
            session: 5,
            agent: 6,
            address: address.parse().unwrap(),
            started_at: Unix(started_at),
            expires_at: Unix(started_at + 30),
        }
    }

    #[test]
    fn its_text_is_read_as_it_was_written_and_no_other() {
        let ticket = Ticket { session: 0xfe, started_at: Unix(1_000) };
        assert_eq!(Ticket::read(&ticket.to_string()), Some(ticket));
        for text in ["", "fe", "@", "fe@", "@1", "xy@1", "fe@1x"] {
            assert_eq!(Ticket::read(text), None, "{text}");
        }
    }

    #[test]
    fn it_serves_the_address_of_the_lease_exactly_or_its_64() {
        for (of_lease, asking, serves) in [
            ("10.0.0.1", "10.0.0.1", true),
            ("10.0.0.1", "::ffff:10.0.0.1", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true),
            ("2001:db8:0:1::1", "2001:db8:0:2::1", false),
            ("::ffff:10.0.0.1", "::ffff:10.0.0.2", false),
            ("10.0.0.1", "2001:db8::1", false),
        ] {
            let ticket = Ticket { session: 5, started_at: Unix(1_000) };
            assert_eq!(ticket.serves(&lease(of_lease, 1_000), asking.parse().unwrap()), serves, "{of_lease} {asking}");
        }
    }

    #[test]
    fn it_serves_its_own_start_and_one_within_five_minutes_after() {
        let address = "10.0.0.1";
        for (started_at, serves) in [(999, false), (1_000, true), (1_300, true), (1_301, false)] {
            let ticket = Ticket { session: 5, started_at: Unix(1_000) };
            assert_eq!(ticket.serves(&lease(address, started_at), address.parse().unwrap()), serves, "{started_at}");
        }
    }
}
