//! What plays already: the sessions of movies, whose requests have nothing else in common, and which of these requests
//! begin one.

use crate::state::Http;
use crate::visitor::Visitor;
use host_core::tenant::Tenant;
use host_engine::SessionKey;
use host_media::{Requested, parse_range};

/// What the sessions of movies and episodes are called.
pub(super) const FILE: &str = "file";

/// The session of all requests of one player for a stream, by the numbers of line and stream.
pub(super) fn session(
    http: &Http,
    tenant: &Tenant,
    visitor: &Visitor,
    (line, stream): (u32, u32),
    what: &str,
) -> SessionKey {
    let (line, stream) = (line.to_be_bytes(), stream.to_be_bytes());
    let (address, agent) = (visitor.address.to_string(), visitor.agent.as_bytes());
    let parts: [&[u8]; 5] = [what.as_bytes(), &line, &stream, address.as_bytes(), agent];
    http.engine.session_key(tenant.id, &parts)
}

/// Whether a request for this range starts to play: players read the beginning of a file first.
/// Whatever else they ask for goes on with what they started.
pub(super) fn begins(range: Option<&str>) -> bool {
    match parse_range(range, u64::MAX) {
        Requested::Full => true,
        Requested::Part(part) => *part.start() == 0,
        Requested::Unsatisfiable => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_the_beginning_of_a_file_is_a_start_and_any_other_goes_on() {
        for (range, starts) in [
            (None, true),
            (Some("bytes=0-"), true),
            (Some("bytes=0-1"), true),
            (Some("seconds=5-"), true),
            (Some("bytes=1-"), false),
            (Some("bytes=-500"), false),
            (Some("bytes=0-1,5-6"), false),
        ] {
            assert_eq!(begins(range), starts, "{range:?}");
        }
    }
}
