//! The tags of playlists that are handed on, by their names without `#EXT`.

use quick_m3u8::config::{ParsingOptions, ParsingOptionsBuilder};
use std::sync::LazyLock;

/// Tags that are handed on as they are. Others may carry addresses under names of their own, and
/// low-latency ones promise what a panel in between cannot keep.
pub(super) const AS_THEY_ARE: [&str; 13] = [
    "M3U",
    "INF",
    "-X-VERSION",
    "-X-TARGETDURATION",
    "-X-DISCONTINUITY",
    "-X-ENDLIST",
    "-X-PLAYLIST-TYPE",
    "-X-I-FRAMES-ONLY",
    "-X-INDEPENDENT-SEGMENTS",
    "-X-START",
    "-X-PROGRAM-DATE-TIME",
    "-X-GAP",
    "-X-BITRATE",
];
/// Those of them that describe one segment or the ones from there on.
pub(super) const OF_SEGMENTS: [&str; 5] = ["INF", "-X-DISCONTINUITY", "-X-PROGRAM-DATE-TIME", "-X-GAP", "-X-BITRATE"];

/// Tags with addresses or numbers that change.
pub(super) static READ: LazyLock<ParsingOptions> = LazyLock::new(|| {
    ParsingOptionsBuilder::new()
        .with_parsing_for_define()
        .with_parsing_for_media_sequence()
        .with_parsing_for_discontinuity_sequence()
        .with_parsing_for_byterange()
        .with_parsing_for_key()
        .with_parsing_for_map()
        .with_parsing_for_media()
        .with_parsing_for_stream_inf()
        .with_parsing_for_i_frame_stream_inf()
        .build()
});
