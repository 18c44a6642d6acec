//! How many files and sockets the process may hold open. Systems give a low number and allow a high
//! one, for the sake of old programs; this is not one of them.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// More than any machine here needs; some systems allow a billion.
const ENOUGH: u64 = 1 << 20;

/// How many the process may hold, once it has raised its limit; `None`: any number.
pub(crate) fn allowed() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    Some(limit.maximum.unwrap_or(ENOUGH).min(ENOUGH).max(limit.current?))
}

/// Raises the limit to what is allowed, before anything is opened. Children begin with it too.
pub(crate) fn raise() {
    let (limit, wanted) = (getrlimit(Resource::Nofile), allowed());
    if limit.current == wanted {
        return;
    }
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum: limit.maximum }) {
        let current = limit.current;
        tracing::warn!(%error, current, "the limit of open files stays; raise it by `ulimit -n` or LimitNOFILE=");
    }
}

/// How many the process may hold now; `None`: any number.
pub(crate) fn current() -> Option<usize> {
    getrlimit(Resource::Nofile).current.map(|limit| usize::try_from(limit).unwrap_or(usize::MAX))
}
