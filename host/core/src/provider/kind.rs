//! The kinds of record that a provider and what it lists are.

use crate::Refusal;
use crate::plain::{PlainField, PlainKind};
use crate::refusal::Code;
use crate::time::Unix;
use serde_json::{Map, Value};

/// Most that is kept of one provider's list.
pub const MOST_LISTED: u32 = 200_000;
/// Most hours between fetches.
const MOST_HOURS: u32 = 720;
/// Hours between fetches that are not chosen.
const USUAL_HOURS: i64 = 24;
const HOUR: i64 = 3_600;
/// Seconds after the first failure until the next attempt; doubled with each further one.
const RETRY: i64 = 300;
/// Most doublings of it.
const DOUBLINGS: u64 = 12;

/// The plain kind `provider`.
pub const PROVIDER: PlainKind = PlainKind {
    rule: can_be_asked,
    unique: &["name"],
    ..PlainKind::new(
        "provider",
        &[
            PlainField::text("name").needed().searched(),
            PlainField::text("host").needed().searched(),
            PlainField::count("port").at_most(65_535),
            PlainField::text("username").needed(),
            PlainField::text("password").sealed(),
            PlainField::flag("ssl"),
            PlainField::flag("hls"),
            PlainField::flag("legacy"),
            PlainField::flag("enabled"),
            PlainField::count("every").at_most(MOST_HOURS),
            PlainField::text("note").searched().at_most(4_096),
            // Sent, and never kept.
            PlainField::flag("reload"),
            PlainField::text("status").set_by_host(),
            PlainField::date("expires_at").set_by_host(),
            PlainField::count("max_connections").set_by_host(),
            PlainField::count("active_connections").set_by_host(),
            PlainField::count("live").set_by_host(),
            PlainField::count("movies").set_by_host(),
            PlainField::count("series").set_by_host(),
            PlainField::date("changed_at").set_by_host(),
            PlainField::date("tried_at").set_by_host(),
            PlainField::date("due_at").set_by_host(),
            PlainField::count("failures").set_by_host(),
            PlainField::text("error").set_by_host().at_most(500),
            PlainField::count("job").set_by_host(),
        ],
    )
};

/// The plain kind `provider_stream`: a row of a provider's list. None but a fetch makes one.
pub const PROVIDER_STREAM: PlainKind = PlainKind {
    unique: &["provider+kind+remote"],
    ..PlainKind::new(
        "provider_stream",
        &[
            PlainField::count("provider").needed().set_by_host().filters(),
            PlainField::text("kind").needed().set_by_host().one_of(&["live", "movie", "series"]).filters(),
            PlainField::count("remote").set_by_host(),
            PlainField::text("name").set_by_host().searched(),
            PlainField::text("icon").set_by_host().at_most(2_048),
            PlainField::text("category").set_by_host().searched(),
            PlainField::text("guide_channel").set_by_host(),
            PlainField::date("added_at").set_by_host(),
            PlainField::text("extension").set_by_host().at_most(8),
            // Shown to admins, and never kept: it has the account's password in it.
            PlainField::text("address").set_by_host(),
        ],
    )
};

/// The host is a name or an address, and nothing that would lead elsewhere. A request to fetch it is not kept.
fn can_be_asked(fields: &mut Map<String, Value>) -> Result<(), Refusal> {
    let host = fields.get("host").and_then(Value::as_str).unwrap_or_default().trim().to_ascii_lowercase();
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_host = match bare {
        Some(bare) => bare.parse::<std::net::Ipv6Addr>().is_ok(),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte)),
    };
    if !is_host {
        let message =
            "host is a name, an IPv4 address, or an IPv6 address in brackets; scheme and port stand elsewhere.";
        return Err(Refusal::field(Code::InvalidInput, "host", message));
    }
    fields.insert("host".to_owned(), host.into());
    fields.insert("reload".to_owned(), false.into());
    Ok(())
}

/// Whether its list is fetched by the clock.
pub fn is_fetched(fields: &Map<String, Value>) -> bool {
    fields.get("enabled") == Some(&Value::Bool(true))
}

/// Whether both are the same account at the same panel.
pub fn same_account(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    ["host", "port", "username", "password", "ssl"].into_iter().all(|name| one.get(name) == other.get(name))
}

/// When it is fetched again: by its hours after a fetch that ended well, sooner, and ever later, after failures.
pub fn due_again(fields: &Map<String, Value>, now: Unix, failures: u64, chance: u32) -> Unix {
    let hours = fields.get("every").and_then(Value::as_i64).filter(|hours| *hours > 0).unwrap_or(USUAL_HOURS);
    let every = hours * HOUR;
    let pause = match failures {
        0 => every,
        failures => (RETRY << (failures - 1).min(DOUBLINGS)).min(every),
    };
    // Providers that were due together do not stay together.
    now.plus(pause + i64::from(chance) % (pause / 10 + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::CallerRole;
    use serde_json::json;

    fn made(sent: Value) -> Result<Map<String, Value>, Refusal> {
        let blank = PROVIDER.blank(1, Unix(0));
        PROVIDER.merged(&blank, sent.as_object().unwrap(), CallerRole::Admin, Unix(0)).map(|made| made.fields)
    }

    #[test]
    fn a_host_is_nothing_but_a_host() {
        for (host, is_good) in [
            ("panel.example.org", true),
            (" PANEL.example ", true),
            ("192.0.2.7", true),
            ("[2001:db8::7]", true),
            ("2001:db8::7", false),
            ("http://panel", false),
            ("user@panel", false),
            ("panel/../x", false),
            ("panel:80", false),
            ("", false),
        ] {
            let sent = json!({ "name": "One", "host": host, "username": "u" });
            assert_eq!(made(sent).is_ok(), is_good, "{host}");
        }
        let kept = made(json!({ "name": "One", "host": "h", "username": "u", "reload": true })).unwrap();
        assert_eq!(kept["reload"], false);
        assert!(made(json!({ "name": "One", "host": "h", "username": "u", "status": "Active" })).is_err());
    }

    #[test]
    fn pauses_grow_with_failures_but_not_beyond_the_hours() {
        let fields = made(json!({ "name": "One", "host": "h", "username": "u", "every": 2 })).unwrap();
        let pause = |failures| due_again(&fields, Unix(0), failures, 0).0;
        assert_eq!([0, 1, 2, 3, 9, u64::MAX].map(pause), [7_200, 300, 600, 1_200, 7_200, 7_200]);
        let usual = made(json!({ "name": "One", "host": "h", "username": "u" })).unwrap();
        assert_eq!(due_again(&usual, Unix(0), 0, 0), Unix(86_400));
    }
}
