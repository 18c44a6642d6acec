//! Providers whose lists are fetched: when, what a fetch changes, and what stays when one breaks off. The clock is moved by
//! hand, and the feed is in memory.

use crate::panel::{Panel, map};
use host_core::import::ImportError;
use host_core::port::{Clock, ProviderFeed, ProviderItems};
use host_core::provider::{Account, Facts, Listed, ProviderItem};
use host_engine::{Work, record};
use parking_lot::Mutex;
use serde_json::{Value, json};

const HOUR: i64 = 3_600;

/// What the next fetch finds: names of channels, and whether it breaks off behind them.
#[derive(Default)]
struct Feed {
    found: Mutex<(Vec<&'static str>, bool)>,
    asked: Mutex<Vec<String>>,
}

impl ProviderFeed for Feed {
    fn listed(&self, account: &Account) -> ProviderItems {
        self.asked.lock().push(account.asked("").url);
        let (names, breaks) = self.found.lock().clone();
        let row = |(remote, name): (u32, &'static str)| {
            ProviderItem::Listed(Listed { kind: "live", remote, name: name.into(), ..Listed::default() })
        };
        let facts = Facts { status: "Active".into(), max_connections: 2, ..Facts::default() };
        let items = std::iter::once(ProviderItem::Account(facts)).chain((1..).zip(names).map(row)).map(Ok);
        let end = breaks.then(|| Err(ImportError::Io("no luck".into())));
        Box::pin(futures_util::stream::iter(items.chain(end).collect::<Vec<_>>()))
    }
}

impl Feed {
    fn find(&self, names: &[&'static str], breaks: bool) {
        *self.found.lock() = (names.to_vec(), breaks);
    }
}

/// A step, and all fetches that are due. How many there were.
async fn second(panel: &Panel, feed: &Feed) -> usize {
    panel.engine.step(panel.clock.now()).await.unwrap();
    let mut count = 0;
    while let Some(turn) = panel.engine.take_provider_turn(panel.clock.now()) {
        turn.fetch(feed).await.unwrap();
        count += 1;
    }
    count
}

async fn act(panel: &Panel, what: &str, document: Value) -> Value {
    let verb = async |work: &mut Work| match what {
        "create" => record::create(work, "provider", &map(document.clone())).await,
        "get" => record::get(work, "provider", 1).await,
        "list" => record::list(work, "provider_stream", &map(document.clone())).await,
        "delete" => record::delete(work, "provider", 1).await.map(|()| Value::Null),
        _ => record::edit(work, "provider", 1, &map(document.clone())).await,
    };
    panel.engine.act(panel.admin.clone(), what, verb).await.unwrap()
}

/// Names and ids of what is listed.
async fn listed(panel: &Panel) -> Vec<(String, u64)> {
    let page = act(panel, "list", json!({ "provider": 1 })).await;
    let row = |row: &Value| (row["name"].as_str().unwrap().to_owned(), row["id"].as_u64().unwrap());
    page["rows"].as_array().unwrap().iter().map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_fetched_by_the_clock_follows_its_provider_and_stays_when_that_breaks_off() {
    let (panel, feed) = (Panel::new().await, Feed::default());
    feed.find(&["One", "Two"], false);
    let document =
        json!({ "name": "P", "host": "h", "username": "u", "password": "hunter2", "enabled": true, "every": 6 });
    let made = act(&panel, "create", document).await;
    assert_eq!((made["id"].as_u64(), made.get("password")), (Some(1), None));
    assert_eq!(second(&panel, &feed).await, 1);
    assert!(feed.asked.lock()[0].ends_with("username=u&password=hunter2"), "it is opened where it is needed");
    let told = act(&panel, "get", json!({})).await;
    assert_eq!((&told["status"], &told["live"], &told["error"]), (&json!("Active"), &json!(2), &json!("")));
    assert_eq!(second(&panel, &feed).await, 0, "not before it is due");
    let first = listed(&panel).await;
    let address = act(&panel, "list", json!({ "provider": 1 })).await["rows"][0]["address"].clone();
    assert_eq!(address, "http://h/live/u/hunter2/1.ts");

    feed.find(&["Only"], true);
    panel.clock.pass(7 * HOUR);
    assert_eq!(second(&panel, &feed).await, 1);
    let told = act(&panel, "get", json!({})).await;
    assert!(told["error"].as_str().unwrap().contains("no luck"), "{told}");
    assert_eq!((&told["failures"], listed(&panel).await.len()), (&json!(1), 2), "nothing is dropped");

    feed.find(&["Uno"], false);
    act(&panel, "edit", json!({ "reload": true })).await;
    assert_eq!(second(&panel, &feed).await, 1);
    assert_eq!(listed(&panel).await, [("Uno".to_owned(), first[0].1)], "the same row under another name");

    act(&panel, "edit", json!({ "enabled": false })).await;
    panel.clock.pass(48 * HOUR);
    assert_eq!(second(&panel, &feed).await, 0, "it is off");
    act(&panel, "delete", json!({})).await;
    assert_eq!(second(&panel, &feed).await, 1, "a last turn");
    assert_eq!((listed(&panel).await, feed.asked.lock().len()), (Vec::new(), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_but_a_fetch_makes_rows_of_a_list() {
    let panel = Panel::new().await;
    for document in [json!({}), json!({ "provider": 1, "kind": "live", "name": "x" })] {
        let verb = async |work: &mut Work| record::create(work, "provider_stream", &map(document.clone())).await;
        assert!(panel.engine.act(panel.admin.clone(), "test", verb).await.is_err(), "{document}");
    }
}
