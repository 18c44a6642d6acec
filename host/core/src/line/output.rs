//! The forms in which streams leave the panel.

use serde::{Deserialize, Serialize};

/// A form in which streams leave the panel. The order is the one of `allowed_output_formats`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Output {
    /// HLS.
    M3u8,
    /// MPEG-TS over HTTP.
    Ts,
    /// RTMP.
    Rtmp,
}

impl Output {
    /// Every output, in wire order.
    pub const ALL: [Output; 3] = [Output::M3u8, Output::Ts, Output::Rtmp];
}
