//! The page at `/`, for people who open a panel's address in a browser: what this is and where its surfaces are. The
//! same for every tenant; it tells no version and no name.

use crate::connection::Door;
use crate::page_guard;
use axum::response::Response;
use std::fmt::Write;

const PAGE: &str = include_str!("start_page.html");
/// Where the surfaces stand in it.
const PLACE: &str = "{surfaces}";
/// Nothing but the page itself and its one style sheet, which is told by its SHA-256.
const POLICY: &str = "default-src 'none'; style-src 'sha256-yk/JsmoO39JoVmvcF7GDkFvLSXEQrpby07hEPgq5r30='; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

/// A surface as people look for it: its name, what it is for, and where.
const SURFACES: [(&str, &str, &str); 6] = [
    ("player", "Player apps", "/player_api.php"),
    ("live", "Streams", "/live/{username}/{password}/{stream}.ts"),
    ("playlist", "Playlist", "/get.php?username={username}&amp;password={password}&amp;type=m3u_plus"),
    ("guide", "Programme guide", "/xmltv.php?username={username}&amp;password={password}"),
    ("reseller", "Resellers", "/{access code}/reseller/index.php"),
    ("admin", "Administration", "/{access code}/admin/index.php"),
];

/// Whether a path is the one of this page.
pub(crate) fn is_at(path: &str) -> bool {
    path.bytes().all(|byte| byte == b'/')
}

/// The page, with the surfaces that this listener answers.
pub(crate) fn response(door: &Door, is_secure: bool) -> Response {
    let mut surfaces = String::new();
    for (_, what, place) in SURFACES.iter().filter(|(name, ..)| door.opens_to(name)) {
        // Writing into memory cannot fail.
        let _ = writeln!(surfaces, "<div><dt>{what}</dt><dd><code>{place}</code></dd></div>");
    }
    page_guard::page(PAGE.replacen(PLACE, &surfaces, 1), POLICY, is_secure)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sha2::{Digest, Sha256};

    #[test]
    fn the_policy_allows_the_style_of_the_page_and_no_other() {
        let (_, rest) = PAGE.split_once("<style>").unwrap();
        let (style, _) = rest.split_once("</style>").unwrap();
        let digest = STANDARD.encode(Sha256::digest(style));
        assert!(POLICY.contains(&format!("'sha256-{digest}'")), "{digest}");
        assert_eq!(PAGE.matches(PLACE).count(), 1);
    }
}
