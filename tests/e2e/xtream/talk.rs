//! A talk with `api.php` from its file: what is asked, and below it the answer to the byte, with `*` for what is another
//! one each time.
//!
//! `admin POST user/create a=b&c=d` asks by a key, as `seller` and `rival` do, `nobody` without and `wrong` with another
//! one; `player NAME PASSWORD` asks the player API for the account, `watch NAME PASSWORD ID` for the status of a channel. What
//! begins with `until ` is asked until it is answered so.

use super::asked::asked;
use crate::panel::{TestPanel, TestTenant};
use crate::visitor::Visitor;
use reqwest::Method;
use serde_json::json;
use std::path::Path;

/// How often something is asked until it is so.
const PATIENCE: usize = 400;

/// A tenant with the bouquets 1 to 3, the resellers 2 and 3, the line `guest`, and of what is played one of each sort.
struct World {
    tenant: TestTenant,
    seller: Visitor,
    rival: Visitor,
}

impl World {
    async fn new() -> World {
        let tenant = TestPanel::shared().tenant(2).await;
        let (seller, rival) = (tenant.reseller("seller", "100").await, tenant.reseller("rival", "10").await);
        let movie = json!({ "name": "A film", "sources": ["http://127.0.0.1:9/film.mp4"] });
        let movie = tenant.record("movie", movie).await;
        let series = tenant.record("series", json!({ "name": "Talks" })).await;
        let place = json!({ "series": series, "season": 1, "number": 1 });
        let episode = json!({ "name": "Part 1", "episode_of": place, "sources": ["http://127.0.0.1:9/part.mp4"] });
        tenant.record("episode", episode).await;
        tenant.record("radio", json!({ "name": "Radio 24/7", "sources": ["http://127.0.0.1:9/radio"] })).await;
        let members = json!([{ "stream": movie }, { "series": series }, { "stream": tenant.streams[1] }]);
        tenant.record("bouquet", json!({ "name": "Films", "members": members })).await;
        tenant.record("bouquet", json!({ "name": "Empty" })).await;
        tenant.line(json!({ "username": "guest", "password": "word-of-guest", "admin_notes": "a/b" })).await;
        World { tenant, seller, rival }
    }

    async fn answer(&self, request: &str) -> String {
        let mut words = request.split(' ');
        let mut word = || words.next().unwrap_or_default();
        let who = word();
        if who == "player" {
            let (name, password) = (word(), word());
            return self.tenant.account(name, password).await.to_string();
        }
        if who == "watch" {
            let path = format!("/live/{}/{}/{}.ts", word(), word(), word());
            return self.tenant.get(&path).await.status().as_u16().to_string();
        }
        let (method, what, form) = (word(), word(), word());
        let key = match who {
            "admin" => format!("&api_pass={}", self.tenant.admin().key),
            "seller" => format!("&api_key={}", self.seller.key),
            "rival" => format!("&api_pass={}", self.rival.key),
            "wrong" => "&api_pass=wrong".to_owned(),
            "nobody" => String::new(),
            _ => panic!("who is {who}? {request}"),
        };
        let (action, sub) = what.split_once('/').unwrap_or((what, ""));
        let query = format!("action={action}&sub={sub}{key}");
        let (status, body) = match method {
            "GET" => asked(&self.tenant, Method::GET, &format!("{query}&{form}"), "").await,
            "POST" => asked(&self.tenant, Method::POST, &query, form).await,
            _ => panic!("{method} is no method: {request}"),
        };
        assert_eq!(status, 200, "{request}: {body}");
        body
    }
}

/// Whether a text is as the pattern says, whose `*` stand for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    true
}

/// Has the talk of this name, and looks at each answer.
pub(super) async fn play(name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("e2e/xtream/talks/{}.txt", name.replace('/', "_")));
    let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let world = World::new().await;
    let mut lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut asked = 0;
    while let Some(request) = lines.next() {
        let wanted = lines.next().unwrap_or_else(|| panic!("{name}: no answer to {request}"));
        let mut answer = world.answer(request.trim_start_matches("until ")).await;
        for _ in 0..if request.starts_with("until ") { PATIENCE } else { 0 } {
            if is_like(&answer, wanted) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            answer = world.answer(request.trim_start_matches("until ")).await;
        }
        assert!(is_like(&answer, wanted), "{name}: {request}\nwanted {wanted}\ngot    {answer}");
        asked += 1;
    }
    assert!(asked > 1, "{name} has {asked} requests");
}

#[test]
fn a_star_stands_for_anything() {
    for (text, pattern, is) in [
        ("abc", "abc", true),
        ("abcd", "abc", false),
        ("abc", "a*c", true),
        ("abc", "*", true),
        ("abc", "*b*", true),
        ("abc", "*d*", false),
        ("abcb", "a*b", true),
        ("abc", "a*b", false),
    ] {
        assert_eq!(is_like(text, pattern), is, "{text} {pattern}");
    }
}
