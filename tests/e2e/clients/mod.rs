//! Clients that nobody here wrote, as apps are built on them: they read every document that they know of a panel, and make
//! of it what is there.

use crate::guide::import_guide;
use crate::panel::{TestPanel, run};
use crate::shelf::Shelf;
use linecard::config::Config;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// The module of this name that PyPI has.
const PYXTREAM: &str = "pyxtream";
/// The package of this name that npm has, and the version that is looked at.
const XTREAM_API: &str = "@iptv/xtream-api";
const XTREAM_API_VERSION: &str = "1.4.1";

static SHELF: OnceCell<(Shelf, Value)> = OnceCell::const_new();

/// A panel of one tenant, which clients find without its name; a line that ends some day; and a guide.
async fn shelf() -> &'static (Shelf, Value) {
    SHELF.get_or_init(start).await
}

async fn start() -> (Shelf, Value) {
    let folder = TempDir::new().unwrap();
    let mut config = Config::default();
    // They ask for everything at once, for each form that they can give it.
    config.limits.exempt = vec!["127.0.0.0/8".parse().unwrap()];
    let panel: &'static TestPanel = Box::leak(Box::new(TestPanel::open(folder, config).await));
    let shelf = Shelf::of(panel.tenant(0).await).await;
    import_guide(&shelf.tenant).await;
    let end = panel.engine().clock().now().0 + 90 * 86_400;
    let reader = json!({ "username": "reader", "password": "word-of-reader", "expiry": end,
        "bouquets": shelf.line["bouquets"] });
    let reader = shelf.tenant.line(reader).await;
    (shelf, reader)
}

/// What a client said, which must have gone well; it wrote its findings last.
fn findings(output: std::io::Result<Output>, client: &str, install: &str) -> Value {
    let output = output.unwrap_or_else(|error| panic!("{client} cannot be run ({error}); install it: {install}"));
    let said = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned()).concat();
    let missing = ["No module named", "ERR_MODULE_NOT_FOUND"].iter().any(|word| said.contains(word));
    assert!(!missing, "{client} is not there; install it: {install}\n{said}");
    assert!(output.status.success(), "{client} fails: {said}");
    let found = String::from_utf8(output.stdout).unwrap();
    let last = found.lines().last().unwrap_or_else(|| panic!("{client} found nothing: {said}"));
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{client}: {error}: {last}"))
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("e2e/clients").join(name)
}

#[test]
fn pyxtream_reads_every_document() {
    run(async {
        let (shelf, line) = shelf().await;
        let folder = TempDir::new().unwrap();
        let [username, password] = ["username", "password"].map(|name| line[name].as_str().unwrap());
        let mut client = Command::new("python3");
        client
            .arg(script("read_with_pyxtream.py"))
            .args([&shelf.tenant.panel.url, username, password])
            .arg(folder.path());
        client.args([shelf.live, shelf.movie].map(|id| id.to_string()));
        let output = tokio::task::spawn_blocking(move || client.output()).await.unwrap();
        let found = findings(output, PYXTREAM, "python3 -m pip install pyxtream==0.8.0");
        let at = |door: &str, file: String| format!("{}/{door}/{username}/{password}/{file}", shelf.tenant.panel.url);
        assert_eq!(found["complaints"], json!([]));
        assert_eq!(
            found["groups"],
            json!([
                "Campus",
                "Films",
                "Music",
                "Talks",
                "Uncategorised",
                "Uncategorised movies",
                "Uncategorised series"
            ])
        );
        assert_eq!(found["channels"], json!(["Loop", "Campus \"News\" HD", "Loose", "Campus Radio"]));
        assert_eq!(found["channel"], at("live", format!("{}.ts", shelf.live)));
        assert_eq!(found["movies"], json!(["Safety Film (2024)", "Loose film"]));
        assert_eq!(found["movie"], at("movie", format!("{}.mkv", shelf.movie)));
        assert_eq!(found["vod"]["movie_data"]["stream_id"], shelf.movie);
        let [first, second, other] = shelf.episodes;
        let at = |id: u32| at("series", format!("{id}.mp4"));
        let series = json!({
            "Lab Talks": { "Season 1": { "Part 12": at(first) }, "Season 2": { "Part 1": at(second) } },
            "Loose series": { "Season 1": { "Part 1": at(other) } },
        });
        assert_eq!(found["series"], series);
        assert_eq!(found["short"], json!(["c1 <0>", "c1 <1>", "c1 <2>"]));
        assert_eq!(found["one"], json!(["c1 <0>"]));
        assert_eq!(found["table"], json!(["c1 <-2>", "c1 <-1>", "c1 <0>", "c1 <1>", "c1 <2>"]));
        let played = shelf.tenant.get(&format!("/live/{username}/{password}/{}.ts", shelf.live)).await;
        assert_eq!(played.status(), 200, "the address that it made of the account plays");
    });
}

#[test]
fn xtream_api_reads_every_document_in_each_of_its_forms() {
    run(async {
        let (shelf, line) = shelf().await;
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/node");
        let install =
            format!("apt-get install nodejs npm && npm install --prefix target/node {XTREAM_API}@{XTREAM_API_VERSION}");
        assert!(
            place.join("node_modules").join(XTREAM_API).exists(),
            "{XTREAM_API} is not there; install it: {install}"
        );
        let [username, password] = ["username", "password"].map(|name| line[name].as_str().unwrap());
        let mut client = Command::new("node");
        // A text that is run is looked up for from the folder that it is run in; a file would be from its own.
        let text = std::fs::read_to_string(script("read_with_xtream_api.mjs")).unwrap();
        client.current_dir(place).args(["--input-type=module", "-e", &text, "--", &shelf.tenant.panel.url]);
        client.args([username, password]);
        client.args([shelf.live, shelf.movie, shelf.series].map(|id| id.to_string()));
        let output = tokio::task::spawn_blocking(move || client.output()).await.unwrap();
        let found = findings(output, XTREAM_API, &install);
        let [first, second, _] = shelf.episodes;
        let at = |door: &str, file: String| format!("{}/{door}/{username}/{password}/{file}", shelf.tenant.panel.url);
        let bare = &found["none"];
        assert_eq!(bare["profile"], "reader");
        assert_eq!(bare["server"], "127.0.0.1");
        assert_eq!(bare["categories"], json!([3, 2, 2]));
        assert_eq!(bare["channels"][1], at("live", format!("{}.ts", shelf.live)));
        assert_eq!(bare["movies"][0], at("movie", format!("{}.mkv", shelf.movie)));
        assert_eq!(bare["movie"], json!(["Safety Film", at("movie", format!("{}.mkv", shelf.movie))]));
        assert_eq!(bare["shows"], json!(["Lab Talks", "Loose series"]));
        let episodes = [first, second].map(|id| at("series", format!("{id}.mp4")));
        assert_eq!(bare["show"], json!(["Lab Talks", episodes]));
        assert_eq!((&bare["short"], &bare["full"]), (&json!(3), &json!(5)));
        assert_eq!(bare["missing"], json!(["Movie Not Found", "Show Not Found"]));
        for form in ["camelcase", "standardized", "jsonapi"] {
            assert_eq!(found[form]["read"], 12, "{form}: {found}");
        }
        let show = &found["standardized"]["show"];
        let seasons: Vec<_> = show["seasons"].as_array().unwrap().iter().map(|season| season["name"].clone()).collect();
        assert_eq!(seasons, ["Season 1", "Season 2"]);
        assert_eq!(show["seasons"][0]["episodes"][0]["url"], episodes[0]);
    });
}
