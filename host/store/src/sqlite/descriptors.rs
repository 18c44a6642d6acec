//! How many databases are open at a time: as many as leaves most descriptors to sockets.

use crate::Options;
use rustix::process::{Resource, getrlimit};

/// Descriptors of a database that is written and read: file and log twice, and the log's index.
const EACH: u64 = 5;
const MOST: usize = 4_096;

/// Databases that stay open, for writing and for reading each.
pub(super) fn databases(options: &Options) -> usize {
    let open = if options.databases == 0 { allowed(getrlimit(Resource::Nofile).current) } else { options.databases };
    open.clamp(1, MOST)
}

/// What fits into a quarter of this limit of descriptors; none: no limit.
fn allowed(limit: Option<u64>) -> usize {
    limit.map_or(MOST, |limit| usize::try_from(limit / 4 / EACH).unwrap_or(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_take_a_quarter_of_the_descriptors() {
        assert_eq!((allowed(Some(1_024)), allowed(Some(65_536))), (51, 3_276));
        let open = |databases| super::databases(&Options { databases, ..Options::default() });
        assert_eq!((open(1), open(100), open(1_000_000)), (1, 100, MOST));
        assert!((1..=MOST).contains(&open(0)));
    }
}
