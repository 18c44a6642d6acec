//! Conditional requests: whether a client has what it asks for (RFC 9110, 13.1.2).

use http::HeaderMap;
use http::header::IF_NONE_MATCH;

/// Whether `If-None-Match` names this tag, which has its quotation marks, or any.
pub(crate) fn has_tag(headers: &HeaderMap, tag: &str) -> bool {
    known_tags(headers).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

/// The tags that a client knows, as it sends them.
pub(crate) fn known_tags(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_weak_among_others_or_as_any() {
        let has =
            |value: &'static str| has_tag(&HeaderMap::from_iter([(IF_NONE_MATCH, value.parse().unwrap())]), "\"7\"");
        assert!(has("\"7\"") && has("\"6\", W/\"7\"") && has("*"));
        assert!(!has("\"77\"") && !has("7"));
    }
}
