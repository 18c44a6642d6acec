//! The first path segments that the panel answers itself. User names and access codes may not
//! be one of them, because `/{user}/{pass}/{id}` and `/{code}/…` share the same place.

/// Every reserved first segment, in lower case.
pub const FIRST_SEGMENTS: &[&str] = &[
    "api",
    "api.php",
    "auth",
    "c",
    "console",
    "docs",
    "enigma2.php",
    "epg",
    "favicon.ico",
    "get.php",
    "health",
    "hls",
    "hlsr",
    "images",
    "key",
    "live",
    "metrics",
    "movie",
    "openapi",
    "panel_api.php",
    "play",
    "player_api",
    "player_api.php",
    "playlist",
    "portal.php",
    "robots.txt",
    "series",
    "server",
    "stalker_portal",
    "static",
    "streaming",
    "subauth",
    "subtitle",
    "thauth",
    "thumb",
    "timeshift",
    "timeshift.php",
    "timeshifts",
    "tsauth",
    "vauth",
    "x",
    "xmltv.php",
];

/// Whether a name is one of [`FIRST_SEGMENTS`], in any case.
pub fn is_reserved(name: &str) -> bool {
    FIRST_SEGMENTS.iter().any(|segment| segment.eq_ignore_ascii_case(name))
}
