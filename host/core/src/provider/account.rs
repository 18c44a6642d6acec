//! An account at a provider, as it is shown there: its addresses hold the password and are not printed.

use crate::secret::Secret;
use crate::source::Source;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use std::fmt;

/// All but the unreserved characters of a URL.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// An account at a provider.
#[derive(Clone)]
pub struct Account {
    base: String,
    username: String,
    password: Secret,
    hls: bool,
    legacy: bool,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("account")
    }
}

impl Account {
    /// The account that a provider's document says.
    pub fn of(provider: &Map<String, Value>, password: &Secret) -> Account {
        let flag = |name: &str| provider.get(name) == Some(&Value::Bool(true));
        let text = |name: &str| provider.get(name).and_then(Value::as_str).unwrap_or_default();
        let port = match provider.get("port").and_then(Value::as_u64).filter(|port| *port > 0) {
            Some(port) => format!(":{port}"),
            None => String::new(),
        };
        Account {
            base: format!("{}://{}{port}", if flag("ssl") { "https" } else { "http" }, text("host")),
            username: utf8_percent_encode(text("username"), PART).to_string(),
            password: Secret::new(utf8_percent_encode(password.reveal(), PART).to_string()),
            hls: flag("hls"),
            legacy: flag("legacy"),
        }
    }

    /// What is asked of its player API; the empty action is the account.
    pub fn asked(&self, action: &str) -> Source {
        let action = if action.is_empty() { String::new() } else { format!("&action={action}") };
        let (base, username, password) = (&self.base, &self.username, self.password.reveal());
        Source::from(format!("{base}/player_api.php?username={username}&password={password}{action}").as_str())
    }

    /// Where it plays what stands in its list; none for a series, which is its episodes.
    pub fn address(&self, kind: &str, remote: u64, extension: &str) -> Option<String> {
        let (base, username, password) = (&self.base, &self.username, self.password.reveal());
        let door = match kind {
            "live" if self.legacy => "",
            "live" => "live/",
            "movie" => "movie/",
            _ => return None,
        };
        let extension = match (kind, self.hls) {
            ("live", true) => "m3u8",
            ("live", false) => "ts",
            _ if extension.is_empty() => "mp4",
            _ => extension,
        };
        Some(format!("{base}/{door}{username}/{password}/{remote}.{extension}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_are_those_that_such_panels_have_and_nothing_in_them_leads_elsewhere() {
        let account = |fields: Value| Account::of(fields.as_object().unwrap(), &Secret::new("p/w?#"));
        let plain = account(json!({ "host": "h", "port": 8080, "username": "a b" }));
        assert_eq!(plain.asked("").url, "http://h:8080/player_api.php?username=a%20b&password=p%2Fw%3F%23");
        assert!(plain.asked("get_series").url.ends_with("&action=get_series"));
        assert_eq!(plain.address("live", 7, "").unwrap(), "http://h:8080/live/a%20b/p%2Fw%3F%23/7.ts");
        assert_eq!(plain.address("movie", 7, "mkv").unwrap(), "http://h:8080/movie/a%20b/p%2Fw%3F%23/7.mkv");
        assert_eq!(plain.address("series", 7, ""), None);
        let other = account(json!({ "host": "h", "username": "u", "ssl": true, "hls": true, "legacy": true }));
        assert_eq!(other.address("live", 7, "").unwrap(), "https://h/u/p%2Fw%3F%23/7.m3u8");
        assert!(!format!("{other:?}").contains("p%2F"));
    }
}
