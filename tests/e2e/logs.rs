//! What the log says at its default filter, as JSON: each line whole, each line of a request
//! with its id, tenant and route, none with a secret; and no line for what players do all day.

use crate::daemon::Daemon;
use crate::process::{Station, client};
use reqwest::Response;
use reqwest::header::HOST;
use serde_json::Value;

const CONFIG: &str = "[limits]\nexempt = ['127.0.0.0/8']\n[plugins]\nunsigned = true\n[log]\njson = true\n";

async fn get(daemon: &Daemon, path: &str) -> Response {
    client().get(format!("http://{}{path}", daemon.address)).header(HOST, "acme.test").send().await.unwrap()
}

fn id(answer: &Response) -> String {
    answer.headers()["x-request-id"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_a_request_says_whose_it_is_and_no_line_has_a_secret() {
    let station = Station::new();
    station.file("linecard.toml", CONFIG);
    let made = station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let daemon = Daemon::start(&station);
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let admin = format!("/{}/admin/index.php?api_key={}", text("admin_access_code"), text("admin_api_key"));
    let key = ["key", "create", "--tenant", "acme", "--user", "admin", "--get-writes"];
    let key = station.json(&key)["api_key"].as_str().unwrap().to_owned();
    let writing = format!("/{}/admin/index.php?api_key={key}", text("admin_access_code"));
    let sold = format!("{writing}&action=create_line&exp_date=never&username=guest&password=s3cret-of-guest");
    assert_eq!(get(&daemon, &sold).await.json::<Value>().await.unwrap()["status"], "STATUS_SUCCESS");
    let read = get(&daemon, &format!("{admin}&action=get_lines")).await;
    let account = get(&daemon, "/player_api.php?username=guest&password=s3cret-of-guest").await;
    get(&daemon, "/live/guest/wr0ng-of-guest/1.ts").await;
    // A plugin that breaks writes a line in the middle of a request.
    station.json(&["plugin", "add", env!("EXAMPLE_WELCOME"), "--tenant", "acme"]);
    station.json(&["plugin", "grant", "welcome", "--tenant", "acme"]);
    station.json(&["plugin", "settings", "welcome", "greeting=7", "--tenant", "acme"]);
    let broken = get(&daemon, "/x/welcome/hello?username=guest&password=s3cret-of-guest").await;
    assert_ne!(broken.status(), 200);
    daemon.line_with("\"status\":500");
    let log = daemon.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))).collect();
    let of_requests: Vec<_> = lines.iter().filter(|line| line.get("request").is_some()).collect();
    for line in &of_requests {
        assert_eq!(line["request"]["tenant"], "acme", "{line}");
        assert!(line["request"]["id"].as_str().unwrap().len() == 24, "{line}");
        assert!(line["request"]["route"].as_str().unwrap().starts_with('/'), "{line}");
    }
    let of = |id: &str| of_requests.iter().filter(|line| line["request"]["id"] == id).collect::<Vec<_>>();
    let [line] = of(&id(&read))[..] else { panic!("one line for a request of a panel:\n{log}") };
    assert_eq!((&line["message"], &line["status"], &line["level"]), (&"answered".into(), &200.into(), &"INFO".into()));
    assert_eq!(
        (&line["request"]["route"], &line["request"]["action"]),
        (&"/{code}/admin/index.php".into(), &"get_lines".into())
    );
    let [fault, end] = of(&id(&broken))[..] else { panic!("what broke, and how it was answered:\n{log}") };
    assert_eq!(
        (&fault["message"], &fault["request"]["route"]),
        (&"a plugin failed".into(), &"/x/welcome/hello".into())
    );
    assert_eq!((&end["message"], &end["level"], &end["status"]), (&"answered".into(), &"WARN".into(), &500.into()));
    let told = station.json(&["plugin", "logs", "welcome", "--tenant", "acme"]).to_string();
    assert!(told.contains("The settings do not fit"), "the author's log has the reason: {told}");
    assert_eq!(of(&id(&account)).len(), 0, "a line for each request of a player would be noise:\n{log}");
    let secrets = ["admin_password", "admin_api_key", "admin_access_code"].map(text);
    for secret in secrets.iter().map(String::as_str).chain([&*key, "s3cret-of-guest", "wr0ng-of-guest"]) {
        assert!(!log.contains(secret), "{secret} is in\n{log}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filter_shows_every_request() {
    let station = Station::new();
    station.file("linecard.toml", format!("{CONFIG}filter = 'info,access=debug'\n"));
    station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
    let daemon = Daemon::start(&station);
    let account = get(&daemon, "/player_api.php?username=guest&password=wr0ng-of-guest").await;
    let line: Value = serde_json::from_str(&daemon.line_with("answered")).unwrap();
    assert_eq!((&line["request"]["id"], &line["request"]["tenant"]), (&id(&account).into(), &"acme".into()));
    assert_eq!((&line["request"]["route"], &line["target"]), (&"/player_api.php".into(), &"access".into()));
}
