//! What is asked of another server.

use host_core::port::ByteRange;
use host_core::secret::Secret;
use std::time::Duration;

/// One GET.
#[derive(Clone, Debug, Default)]
pub struct Request<'a> {
    /// Where: http or https, without user-info.
    pub url: &'a str,
    /// Only this range.
    pub range: Option<ByteRange>,
    /// Further headers, such as `authorization`. They go to the host in `url` and to no other:
    /// a redirect to another scheme, host or port leaves them behind.
    pub headers: &'a [(&'a str, Secret)],
    /// Most bytes of the body; `None`: no cap.
    pub max_bytes: Option<u64>,
    /// Longest time for the body, from its head on; `None`: no end, as live streams need.
    pub max_time: Option<Duration>,
}
