//! A hundred power cuts, or as many as are asked for: what was acknowledged is there, once;
//! nothing is half done; whoever watched has their seat again.

use crate::origin::Origin;
use crate::process::{Serving, Station};
use reqwest::header::{HOST, USER_AGENT};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often the panel is killed, unless `LINECARD_ROUNDS` says it.
const ROUNDS: usize = 100;
const CLIENTS: usize = 4;
const HOST_NAME: &str = "acme.test";
/// What the reseller gets for each round, more than can be sold in one, and what one line costs.
const CREDITS: i64 = 5_000;
const PRICE: i64 = 5;
/// The line that somebody watches with.
const WATCHER: &str = "guest";

fn rounds() -> usize {
    std::env::var("LINECARD_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().expect("LINECARD_ROUNDS is a number"))
}

/// What the reseller starts with.
fn credits() -> i64 {
    CREDITS * rounds() as i64
}

/// A tenant with a package that its reseller may sell, all made through the panel's own doors.
struct Shop {
    station: Station,
    admin: String,
    reseller: String,
    package: String,
    bouquet: u64,
}

impl Shop {
    /// With one channel of this source.
    async fn open(source: &str) -> Shop {
        let station = Station::new();
        let made = station.json(&["tenant", "create", "acme", "--host", HOST_NAME]);
        let bob = station.json(&["user", "create", "--tenant", "acme", "--role", "reseller", "--username", "bob"]);
        let path = |surface: &str, key: &Value| {
            let code = made[format!("{surface}_access_code")].as_str().unwrap();
            format!("/{code}/{surface}/index.php?api_key={}", key.as_str().unwrap())
        };
        let mut shop = Shop {
            admin: path("admin", &made["admin_api_key"]),
            reseller: path("reseller", &bob["api_key"]),
            package: String::new(),
            bouquet: 0,
            station,
        };
        let serving = shop.station.serve();
        let bouquet = shop.admin(&serving, "create_bouquet&bouquet_name=All").await;
        shop.bouquet = bouquet["id"].as_u64().unwrap();
        let stream =
            format!("create_stream&stream_display_name=One&stream_source=[\"{source}\"]&bouquets=[{}]", shop.bouquet);
        shop.admin(&serving, &stream).await;
        let group = shop.admin(&serving, "get_groups").await[0]["group_id"].clone();
        let package = format!(
            "create_package&package_name=Month&is_official=1&official_credits={PRICE}&duration_months=1&groups=[{group}]&bouquets=[{}]",
            shop.bouquet
        );
        shop.package = shop.admin(&serving, &package).await["id"].to_string();
        shop.admin(&serving, &format!("adjust_credits&id={}&credits={}", bob["id"], credits())).await;
        serving.kill();
        shop
    }

    /// An admin's action, which must succeed; its data.
    async fn admin(&self, serving: &Serving, action: &str) -> Value {
        let answer = serving.post(HOST_NAME, &format!("{}&action={action}", self.admin)).await;
        let answer: Value = answer.json().await.unwrap();
        assert_eq!(answer["status"], "STATUS_SUCCESS", "{action}: {answer}");
        answer["data"].clone()
    }

    /// Makes a line with one seat; the address of the channel for it.
    async fn watcher(&self, serving: &Serving) -> String {
        let line = format!("create_line&exp_date=never&username={WATCHER}&password=watching&max_connections=1");
        self.admin(serving, &format!("{line}&bouquets_selected=[{}]", self.bouquet)).await;
        let stream = self.admin(serving, "get_streams").await[0]["id"].to_string();
        format!("/live/{WATCHER}/watching/{stream}.ts")
    }

    /// Every line of the tenant: user names with ids.
    async fn lines(&self, serving: &Serving) -> Vec<(String, String)> {
        let mut lines = Vec::new();
        loop {
            let page = self.admin(serving, &format!("get_lines&start={}&limit=1000", lines.len())).await;
            let page = page.as_array().unwrap();
            lines.extend(
                page.iter().map(|line| (line["username"].as_str().unwrap().to_owned(), line["id"].to_string())),
            );
            if page.len() < 1_000 {
                return lines;
            }
        }
    }
}

/// One client: what it sent last without hearing an answer, and all that was acknowledged.
struct Client {
    url: String,
    package: String,
    name: String,
    sent: usize,
    acknowledged: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Client {
    /// Sells lines until the server is gone. What was not answered is sent again, under the same
    /// key, first.
    async fn sell(&mut self, base: &str, http: &reqwest::Client) {
        loop {
            let username = format!("{}-{}", self.name, self.sent);
            let form = [("package", self.package.as_str()), ("trial", "0"), ("username", &username)];
            let request = http.post(format!("{base}{}&action=create_line", self.url)).header(HOST, HOST_NAME);
            let request = request.header("idempotency-key", &username).form(&form);
            let Ok(answer) = request.send().await else { return };
            let Ok(answer) = answer.json::<Value>().await else { return };
            if answer["status"] == "STATUS_SUCCESS" {
                self.acknowledged.lock().unwrap().insert(username, answer["data"]["id"].to_string());
                self.sent += 1;
            } else {
                // Too many at once is an honest no; anything else is not.
                let word = answer["status"].as_str().unwrap_or_default();
                assert_eq!(word, "STATUS_FAILURE", "{username}: {answer}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_many_kills_every_sale_is_there_once_the_books_balance_and_the_viewer_has_its_seat() {
    // Sends at once, so that a start takes no longer than the panel does.
    let origin = Origin::start().await;
    let shop = Shop::open(&origin.source("fast.ts")).await;
    let acknowledged = Arc::new(Mutex::new(BTreeMap::new()));
    let mut clients: Vec<_> = (0..CLIENTS)
        .map(|number| Client {
            url: shop.reseller.clone(),
            package: shop.package.clone(),
            name: format!("client{number}"),
            sent: 0,
            acknowledged: acknowledged.clone(),
        })
        .collect();
    let serving = shop.station.serve();
    let channel = shop.watcher(&serving).await;
    serving.kill();
    for round in 0..rounds() {
        let serving = shop.station.serve();
        let mut selling = tokio::task::JoinSet::new();
        for mut client in clients.drain(..) {
            let (base, http) = (serving.url.clone(), serving.http.clone());
            selling.spawn(async move {
                client.sell(&base, &http).await;
                client
            });
        }
        let watching = take_seat(&serving, &channel, round).await;
        // Killed at another moment of the work each time.
        tokio::time::sleep(Duration::from_millis(40 + (round as u64 * 37) % 150)).await;
        serving.kill();
        drop(watching);
        clients.extend(selling.join_all().await);
        assert_eq!(shop.station.json(&["verify"])["broken"], json!([]), "round {round}");
    }
    let serving = shop.station.serve();
    take_seat(&serving, &channel, rounds()).await;
    let mut lines = shop.lines(&serving).await;
    lines.retain(|(name, _)| name != WATCHER);
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() >= rounds(), "the rounds did some work: {}", acknowledged.len());
    let names: BTreeSet<_> = lines.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), lines.len(), "no line is there twice");
    let stored: BTreeMap<_, _> = lines.iter().cloned().collect();
    for (name, id) in &acknowledged {
        assert_eq!(stored.get(name), Some(id), "{name} was acknowledged");
    }
    // At most the last, unanswered, sale of each client is there besides.
    assert!(lines.len() <= acknowledged.len() + CLIENTS, "{} of {}", lines.len(), acknowledged.len());
    let answer = serving.get(HOST_NAME, &format!("{}&action=user_info", shop.reseller)).await;
    let info: Value = answer.json().await.unwrap();
    let left = credits() - PRICE * lines.len() as i64;
    assert_eq!(info["data"]["credits"].as_f64(), Some(left as f64), "each line was paid once: {info}");
    assert_eq!(shop.station.json(&["verify"])["broken"], json!([]));
}

/// The line has one seat. Whoever held it at the kill gets it at once, and nobody else does.
async fn take_seat(serving: &Serving, channel: &str, round: usize) -> reqwest::Response {
    if round > 0 {
        let other = play(serving, channel, "second player").await;
        assert!(other.status().is_client_error(), "round {round}: the seat is still held, {}", other.status());
    }
    let mut held = play(serving, channel, "first player").await;
    assert_eq!(held.status(), 200, "round {round}: {}", serving.log());
    assert!(held.chunk().await.unwrap().is_some(), "round {round}: it plays");
    held
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_asked_to_end_does_so_although_somebody_watches() {
    let shop = Shop::open("test:1").await;
    let serving = shop.station.serve();
    let path = shop.watcher(&serving).await;
    let mut watching = play(&serving, &path, "player").await;
    assert!(watching.chunk().await.unwrap().is_some(), "it plays");
    let (status, took, log) = tokio::task::spawn_blocking(move || serving.terminate()).await.unwrap();
    assert!(status.success() && log.contains("ended in order"), "{status}\n{log}");
    assert!(took < Duration::from_secs(15), "{took:?}");
    assert_eq!(shop.station.json(&["verify"])["broken"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_player_of_hls_goes_on_after_a_power_cut_with_the_addresses_that_it_has() {
    let origin = Origin::start().await;
    let shop = Shop::open(&origin.source("main.m3u8")).await;
    let mut serving = shop.station.serve();
    let start = shop.watcher(&serving).await.replace(".ts", ".m3u8");
    let variant = addresses(&serving, &start).await.remove(0);
    for round in 0..3 {
        let segment = addresses(&serving, &variant).await.remove(0);
        serving.kill();
        serving = shop.station.serve();
        assert_eq!(play(&serving, &segment, "player").await.status(), 200, "round {round}");
        let other = play(&serving, &start, "another player").await.status();
        assert_eq!(other, 403, "round {round}: the seat is still held");
    }
}

/// The addresses in a playlist.
async fn addresses(serving: &Serving, path: &str) -> Vec<String> {
    let answer = play(serving, path, "player").await;
    assert_eq!(answer.status(), 200, "{path}");
    let text = answer.text().await.unwrap();
    text.lines().filter(|line| line.starts_with('/')).map(str::to_owned).collect()
}

async fn play(serving: &Serving, path: &str, agent: &str) -> reqwest::Response {
    let request = serving.http.get(format!("{}{path}", serving.url));
    request.header(HOST, HOST_NAME).header(USER_AGENT, agent).send().await.unwrap()
}
