//! What the segments that are left out of a playlist said of the ones behind them.

use quick_m3u8::tag::hls::{EnumeratedString, Key, Method};

/// What holds for the first segment that is handed on.
#[derive(Default)]
pub(super) struct InForce {
    /// The key of each format, with its line.
    pub(super) keys: Vec<(String, String)>,
    pub(super) map: Option<String>,
    pub(super) bitrate: Option<String>,
    /// Where the last range of bytes ended.
    pub(super) offset: u64,
}

impl InForce {
    /// Remembers a key; it replaces the one of its format, and none replaces all.
    pub(super) fn keep(&mut self, key: &Key<'_>, line: &str) {
        let format = key.keyformat().to_owned();
        match key.method() {
            EnumeratedString::Known(Method::None) => self.keys.clear(),
            _ => self.keys.retain(|(known, _)| *known != format),
        }
        self.keys.push((format, line.to_owned()));
    }
}
