//! The checks of a start, one by one, in the order in which they are answered.

use host_core::Refusal;
use host_core::block::Blocked;
use host_core::line::{Barred, Line, LineStatus, Visit};
use host_core::refusal::Code;
use host_core::time::Unix;

/// The refusal of a visit that the line's own facts bar.
pub(super) fn barred(reason: Barred) -> Refusal {
    let (code, message) = match reason {
        Barred::Status(LineStatus::Banned) => (Code::Banned, "This line is banned."),
        Barred::Status(LineStatus::Expired) => (Code::Expired, "The term of this line is over."),
        Barred::Status(LineStatus::Disabled | LineStatus::Stock | LineStatus::Active) => {
            (Code::Disabled, "This line is disabled.")
        }
        Barred::Address => (Code::AddressRefused, "This line may not be used from this address."),
        Barred::Country => (Code::CountryRefused, "This line may not be used from this country."),
        Barred::Agent => (Code::AgentRefused, "This line may not be used with this player."),
        Barred::Isp => (Code::IspRefused, "This line is bound to another network operator."),
        Barred::Output => (Code::OutputRefused, "This line has no such output."),
    };
    Refusal::new(code, message)
}

/// The refusal of a visit that a block list of the tenant turns away.
pub(super) fn blocked(lists: &[Blocked], visit: &Visit<'_>) -> Result<(), Refusal> {
    let found = lists.iter().find(|entry| entry.hits(visit.address, visit.agent, visit.isp));
    found.map_or(Ok(()), |entry| Err(hit(entry)))
}

/// The refusal of what a list entry hits.
pub(super) fn hit(entry: &Blocked) -> Refusal {
    let (code, message) = match entry {
        Blocked::Address(_) => (Code::AddressRefused, "This address is blocked."),
        Blocked::Agent(_) => (Code::AgentRefused, "This player is blocked."),
        Blocked::Isp(_) => (Code::IspRefused, "This network operator is blocked."),
    };
    Refusal::new(code, message)
}

/// The line's own facts, then the block lists.
pub(super) fn visit(line: &Line, lists: &[Blocked], visit: &Visit<'_>, now: Unix) -> Result<(), Refusal> {
    line.admits(*visit, now).map_err(barred)?;
    blocked(lists, visit)
}

/// The refusal of a start whose user name or password was changed after its sign-in.
pub(super) fn signed_out() -> Refusal {
    Refusal::new(Code::AuthFailed, "The credentials are not valid.")
}

/// The refusal of every start while the tenant is suspended.
pub(super) fn closed() -> Refusal {
    Refusal::new(Code::Unavailable, "This panel is suspended.")
}

/// The refusal of a session that somebody ended, or that was opened with other credentials.
pub(super) fn ended() -> Refusal {
    Refusal::new(Code::ConnectionLimit, "This session was ended; start the stream again.")
}

/// The refusal of a start when no seat is free.
pub(super) fn full() -> Refusal {
    Refusal::new(Code::ConnectionLimit, "All seats of this line are taken; end another connection.")
}

/// The refusal of a stream that none of the line's bouquets has.
pub(super) fn not_carried() -> Refusal {
    Refusal::new(Code::NotInBouquet, "This line does not have this stream.")
}
