//! Who gets into a panel surface: keys and access codes as operators make them by commands, and
//! what each of their attributes does at the door of a running panel.

use crate::process::{Serving, Station, client};
use reqwest::header::HOST;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// A running panel with a tenant.
struct Shop {
    station: Station,
    serving: Serving,
    made: Value,
}

impl Shop {
    fn open() -> Shop {
        let station = Station::new();
        let made = station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
        let serving = station.serve();
        Shop { station, serving, made }
    }

    /// A command on this tenant that must be done.
    fn command(&self, arguments: &[&str]) -> Value {
        self.station.json(&[arguments, &["--tenant", "acme"]].concat())
    }

    /// A further key of the admin.
    fn key(&self, options: &[&str]) -> String {
        let made = self.command(&[&["key", "create", "--user", "admin"], options].concat());
        made["api_key"].as_str().unwrap().to_owned()
    }

    /// The door of the admin surface.
    fn door(&self) -> String {
        let code = self.made["admin_access_code"].as_str().unwrap();
        format!("{}/{code}/admin/index.php", self.serving.url)
    }

    /// An action by GET with the key in the query.
    fn get(&self, client: &Client, key: &str, action: &str) -> RequestBuilder {
        client.get(format!("{}?api_key={key}&action={action}", self.door())).header(HOST, "acme.test")
    }
}

/// A client at another address of this machine.
fn at(address: &str) -> Client {
    let _ = client();
    Client::builder().local_address(address.parse::<IpAddr>().unwrap()).build().unwrap()
}

/// What a surface answered, without `STATUS_`; its error is the same for every key that opens nothing.
async fn status(request: RequestBuilder) -> String {
    let answer: Value = request.send().await.unwrap().json().await.unwrap();
    let status = answer["status"].as_str().unwrap_or_else(|| panic!("{answer}")).trim_start_matches("STATUS_");
    if status == "SUCCESS" { status.to_owned() } else { format!("{status}: {}", answer["error"]) }
}

async fn http(request: RequestBuilder) -> u16 {
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_header_only_key_is_refused_in_query_and_form() {
    let shop = Shop::open();
    let (key, web) = (shop.key(&["--header-only"]), client());
    let wrong = status(shop.get(&web, &"0".repeat(64), "user_info")).await;
    assert_eq!(status(shop.get(&web, &key, "user_info")).await, wrong, "like any wrong key");
    let form = [("api_key", key.as_str()), ("action", "user_info")];
    assert_eq!(status(web.post(shop.door()).header(HOST, "acme.test").form(&form)).await, wrong);
    let bearer = web.get(format!("{}?action=user_info", shop.door())).header(HOST, "acme.test").bearer_auth(&key);
    assert_eq!(status(bearer).await, "SUCCESS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_writes_by_get_only_when_it_was_made_for_it() {
    let shop = Shop::open();
    let (usual, old, web) = (shop.key(&[]), shop.key(&["--get-writes"]), client());
    let write = "create_group&group_name=Night";
    assert!(status(shop.get(&web, &usual, write)).await.contains("POST"));
    assert_eq!(status(shop.get(&web, &usual, "user_info")).await, "SUCCESS");
    assert_eq!(status(shop.get(&web, &old, write)).await, "SUCCESS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_with_what_nobody_knows_is_refused_unless_the_key_was_made_for_old_scripts() {
    let shop = Shop::open();
    let (usual, old, web) = (shop.key(&[]), shop.key(&["--compatible"]), client());
    let groups = async || {
        let listed: Value = shop.get(&web, &usual, "get_groups").send().await.unwrap().json().await.unwrap();
        listed["recordsTotal"].as_u64().unwrap()
    };
    let (before, form) = (groups().await, [("group_name", "Night"), ("submit", "Save"), ("colour", "")]);
    let write = |key: &str| {
        let named = [("api_key", key), ("action", "create_group")];
        web.post(shop.door()).header(HOST, "acme.test").form(&[&named[..], &form].concat())
    };
    let refused = status(write(&usual)).await;
    assert!(refused.starts_with("INVALID_INPUT: ") && refused.contains("submit, colour"), "{refused}");
    assert!(
        refused.contains("group_name") && refused.contains("--compatible"),
        "what it takes, and what to do: {refused}"
    );
    assert_eq!(groups().await, before);
    let taken: Value = write(&old).send().await.unwrap().json().await.unwrap();
    assert_eq!((&taken["status"], &taken["ignored"]), (&json!("STATUS_SUCCESS"), &json!(["submit", "colour"])));
    assert_eq!(groups().await, before + 1);
    let listed = shop.command(&["key", "list", "--user", "admin"]);
    assert_eq!(listed.as_array().unwrap().iter().filter(|row| row["compatible"] == true).count(), 1, "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_opens_nothing_from_outside_its_addresses() {
    let shop = Shop::open();
    let key = shop.key(&["--from", "127.0.0.2", "--from", "127.0.1.0/24"]);
    assert!(status(shop.get(&client(), &key, "user_info")).await.starts_with("FAILURE"));
    for address in ["127.0.0.2", "127.0.1.77"] {
        assert_eq!(status(shop.get(&at(address), &key, "user_info")).await, "SUCCESS", "{address}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_ends_when_it_expires_and_when_it_is_revoked() {
    let shop = Shop::open();
    let web = client();
    let soon = std::time::SystemTime::now() + Duration::from_secs(3);
    let soon = soon.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let soon = format!("1970-01-01T{:02}:{:02}:{:02}Z", soon / 3_600 % 24, soon / 60 % 60, soon % 60);
    let soon = soon.replace("1970-01-01", &today());
    let (brief, long) = (shop.key(&["--expires", &soon]), shop.key(&["--expires", "2999-12-31", "--name", "till"]));
    let began = Instant::now();
    while status(shop.get(&web, &brief, "user_info")).await == "SUCCESS" {
        assert!(began.elapsed() < Duration::from_secs(60), "it goes on after {soon}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(status(shop.get(&web, &long, "user_info")).await, "SUCCESS");

    let listed = shop.command(&["key", "list", "--user", "admin"]);
    assert!(!listed.to_string().contains(&long), "a key is shown once");
    let rows = listed.as_array().unwrap();
    assert_eq!(rows.len(), 3, "the first one, and two made here: {listed}");
    let row = rows.iter().find(|row| row["name"] == "till").unwrap();
    assert_eq!((&row["expires"], &row["revoked"]), (&json!("2999-12-31T00:00:00Z"), &json!(false)));
    assert_eq!((&row["username"], &row["prefix"]), (&json!("admin"), &json!(&long[..8])));
    shop.command(&["key", "revoke", &row["id"].to_string()]);
    assert!(status(shop.get(&web, &long, "user_info")).await.starts_with("FAILURE"));
    let listed = shop.command(&["key", "list"]);
    let row = listed.as_array().unwrap().iter().find(|row| row["name"] == "till").unwrap();
    assert_eq!(row["revoked"], true);
    let unknown = shop.station.run(&["key", "revoke", "4711", "--tenant", "acme"]);
    assert_eq!(unknown.code, 1, "{}", unknown.err);
    let past = ["key", "create", "--tenant", "acme", "--user", "admin", "--expires", "2020-01-01"];
    let past = shop.station.run(&past);
    assert!(past.code == 1 && past.err.contains("past"), "{}", past.err);
}

/// The date in UTC three seconds from now, as `date` says it.
fn today() -> String {
    let out = std::process::Command::new("date").args(["-u", "-d", "+3 seconds", "+%F"]).output().unwrap();
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_user_is_nobody_until_they_are_enabled() {
    let shop = Shop::open();
    let web = client();
    let user = shop.command(&["user", "create", "--role", "admin", "--username", "night"]);
    let key = user["api_key"].as_str().unwrap();
    assert_eq!(status(shop.get(&web, key, "user_info")).await, "SUCCESS");
    assert_eq!(shop.command(&["user", "disable", "night"])["enabled"], false);
    assert!(status(shop.get(&web, key, "user_info")).await.starts_with("FAILURE"));
    assert_eq!(shop.command(&["user", "enable", "night"])["enabled"], true);
    assert_eq!(status(shop.get(&web, key, "user_info")).await, "SUCCESS");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_access_code_opens_where_and_while_it_may_and_is_an_unknown_path_otherwise() {
    let shop = Shop::open();
    let (here, there) = (client(), at("127.0.0.2"));
    let key = shop.key(&[]);
    let code = shop.made["admin_access_code"].as_str().unwrap();
    let seen = async |client: &Client| http(shop.get(client, &key, "user_info")).await;
    assert_eq!((seen(&here).await, seen(&there).await), (200, 200));
    let set = shop.command(&["access-code", "set", code, "--from", "127.0.0.2"]);
    assert_eq!(set, json!({ "code": code, "surface": "admin", "enabled": true, "from": ["127.0.0.2/32"] }));
    assert_eq!((seen(&here).await, seen(&there).await), (404, 200));
    shop.command(&["access-code", "set", code, "--anywhere"]);
    assert_eq!(seen(&here).await, 200);
    shop.command(&["access-code", "disable", code]);
    assert_eq!((seen(&here).await, seen(&there).await), (404, 404));
    let unknown = here.get(format!("{}/no-such-code/admin/index.php", shop.serving.url)).header(HOST, "acme.test");
    let closed = shop.get(&here, &key, "user_info").send().await.unwrap().text().await.unwrap();
    assert_eq!(closed, unknown.send().await.unwrap().text().await.unwrap());
    shop.command(&["access-code", "enable", code]);
    assert_eq!(seen(&here).await, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn access_codes_are_made_for_surfaces_that_have_them_and_belong_to_their_tenant() {
    let shop = Shop::open();
    let key = shop.key(&[]);
    let made = shop.command(&["access-code", "create", "--surface", "admin", "--code", "second-door"]);
    assert_eq!((&made["code"], &made["enabled"]), (&json!("second-door"), &json!(true)));
    let second = format!("{}/second-door/admin/index.php?api_key={key}&action=user_info", shop.serving.url);
    assert_eq!(status(client().get(second).header(HOST, "acme.test")).await, "SUCCESS");
    let listed = shop.command(&["access-code", "list"]);
    assert_eq!(listed.as_array().unwrap().len(), 3, "{listed}");
    shop.station.json(&["tenant", "create", "beta", "--host", "beta.test"]);
    for (arguments, named) in [
        (vec!["access-code", "create", "--surface", "player", "--tenant", "acme"], "reseller"),
        (vec!["access-code", "create", "--surface", "admin", "--code", "live", "--tenant", "acme"], "code"),
        (vec!["access-code", "create", "--surface", "admin", "--code", "second-door", "--tenant", "beta"], "taken"),
        (vec!["access-code", "disable", "second-door", "--tenant", "beta"], "second-door"),
    ] {
        let outcome = shop.station.run(&arguments);
        assert_eq!(outcome.code, 1, "{arguments:?}: {}", outcome.err);
        assert!(outcome.err.contains(named), "{arguments:?}: {}", outcome.err);
    }
    assert_eq!(shop.station.run(&["access-code", "set", "second-door", "--tenant", "acme"]).code, 2);
}
