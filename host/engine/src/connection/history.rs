//! The history of connections: one row of the log of activity when a lease is over.

use host_core::journal::Entry;
use host_core::lease::Lease;
use host_core::line::Output;
use host_core::time::Unix;

/// The word for the form in which something is sent.
pub(crate) fn container(output: Option<Output>) -> &'static str {
    match output {
        Some(Output::Ts) => "ts",
        Some(Output::M3u8) => "hls",
        Some(Output::Rtmp) => "rtmp",
        None => "file",
    }
}

/// The row of a lease that ended.
pub(super) fn activity(lease: &Lease, agent: &str, output: Option<Output>, bytes: u64, ended_at: Unix) -> Entry {
    Entry::Activity {
        owner: lease.owner,
        line: lease.line,
        stream: lease.stream,
        address: lease.address.to_string(),
        agent: agent.to_owned(),
        container: container(output).to_owned(),
        started_at: lease.started_at,
        ended_at,
        bytes,
    }
}
