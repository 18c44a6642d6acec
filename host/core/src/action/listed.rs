//! What a description may choose from where every choice has a meaning of its own on the wire:
//! HTTP statuses, types of bodies, statuses of lines.

/// Statuses of refusals, and of success. None of them changes the protocol (1xx), asks for another
/// address (3xx) or has a meaning that is not registered.
pub const STATUSES: [u16; 20] =
    [200, 400, 401, 402, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 423, 428, 429, 451, 500, 503];

/// Types of raw bodies. Nothing in them runs in a browser but [`HTML`].
pub const CONTENT_TYPES: [&str; 16] = [
    "application/javascript",
    "application/json",
    "application/octet-stream",
    "application/vnd.apple.mpegurl",
    "application/x-mpegurl",
    "application/xml",
    "application/zip",
    "audio/x-mpegurl",
    "image/jpeg",
    "image/png",
    "image/webp",
    "text/css",
    "text/csv",
    "text/plain",
    "text/vtt",
    "text/xml",
];

/// JSON types that refusals may have for who accepts them.
pub(super) const REFUSAL_TYPES: [&str; 3] = ["application/json", "application/problem+json", "text/json"];

/// The type of pages. A plugin answers with them only where the operator has granted it.
pub const HTML: &str = "text/html";

/// The statuses of lines that an action may answer for besides `active`.
pub(super) const LINE_STATUSES: [&str; 3] = ["banned", "disabled", "expired"];

/// The type without its parameter, when a body may have it; the parameter may be `charset=utf-8`.
pub fn content_type(text: &str) -> Option<&'static str> {
    let (essence, parameter) = text.split_once(';').unwrap_or((text, ""));
    let known = CONTENT_TYPES.into_iter().chain([HTML]).find(|known| *known == essence.trim_end());
    known.filter(|_| matches!(parameter.trim(), "" | "charset=utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_may_name_its_charset_and_nothing_else() {
        assert_eq!(content_type("application/json"), Some("application/json"));
        assert_eq!(content_type("text/html; charset=utf-8"), Some(HTML));
        for other in ["", "text/plain; charset=latin1", "text/plain; a=b", "image/svg+xml", "TEXT/HTML", "text/html,"] {
            assert_eq!(content_type(other), None, "{other}");
        }
    }
}
