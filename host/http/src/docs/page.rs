//! The viewer's page: the surfaces that there are, and the document of one of them.

use std::fmt::Write;

const PAGE: &str = include_str!("page.html");
/// What the page may do: run and show its own files, and ask its own host. The viewer draws its icons as `data:`.
pub(super) const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page with these surfaces, of which the asked one is shown, or the first; none where there is none.
pub(super) fn of(surfaces: &[&str], asked: Option<&str>) -> Option<String> {
    let first = surfaces.first()?;
    let chosen = surfaces.iter().find(|name| Some(**name) == asked).unwrap_or(first);
    let mut links = String::new();
    for name in surfaces {
        let mark = if name == chosen { " aria-current=\"page\"" } else { "" };
        // Writing into memory cannot fail. The names of surfaces are words, so that there is nothing to escape.
        let _ = write!(links, "<a href=\"?surface={name}\"{mark}>{name}</a>");
    }
    Some(PAGE.replace("{surfaces}", &links).replace("{surface}", chosen))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_shows_the_surface_that_is_asked_for_among_those_that_there_are() {
        let page = of(&["player", "reseller"], Some("reseller")).unwrap();
        assert!(page.contains("data-surface=\"reseller\"") && page.contains("?surface=player\">player"), "{page}");
        let other = of(&["player"], Some("\"><script>")).unwrap();
        assert!(other.contains("data-surface=\"player\"") && !other.contains("\"><script>"), "{other}");
        assert_eq!(of(&[], Some("player")), None);
        assert!(!POLICY.contains("unsafe"));
        assert!(
            !PAGE.contains("<style") && !PAGE.contains("style=") && !PAGE.contains("http"),
            "nothing inline or foreign"
        );
    }
}
