//! The type of a file by its container, as players expect it. Looks at names only.

/// What is sent for containers that are not in the table.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// The `Content-Type` of a file name ending without its dot, in any case.
pub fn content_type(ending: &str) -> &'static str {
    match ending.to_ascii_lowercase().as_str() {
        "mp4" | "m4v" => "video/mp4",
        "mkv" => "video/x-matroska",
        "avi" => "video/x-msvideo",
        "3gp" => "video/3gpp",
        "flv" => "video/x-flv",
        "wmv" => "video/x-ms-wmv",
        "mov" => "video/quicktime",
        "ts" => "video/mp2t",
        "mpg" | "mpeg" => "video/mpeg",
        _ => UNKNOWN,
    }
}

/// A type that another server gave, if it is one of media and clean enough to be sent on.
pub(crate) fn media_type(given: &str) -> Option<String> {
    let given = given.to_ascii_lowercase();
    let is_media = ["video/", "audio/", "text/vtt"].iter().any(|kind| given.starts_with(kind));
    (is_media && given.bytes().all(|byte| (0x20..0x7f).contains(&byte))).then_some(given)
}
