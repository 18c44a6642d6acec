//! One stream and a line that has it, and what its player sees.

use crate::panel::{TestPanel, TestTenant, id_of};
use crate::watcher::{Watcher, Who, soon};
use futures_util::FutureExt;
use host_core::LineId;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

/// A tenant with one stream of these sources and a line that has it.
pub struct Place {
    pub tenant: TestTenant,
    pub stream: u32,
    pub bouquet: u32,
    pub line: LineId,
    /// `USER/PASSWORD`.
    pub login: String,
}

impl Place {
    pub async fn live(sources: &[String]) -> Place {
        Place::with_seats(1, sources).await
    }

    pub async fn with_seats(seats: u32, sources: &[String]) -> Place {
        let stream = json!({ "kind": "live", "name": "Live", "sources": sources });
        Place::new(stream, json!({ "max_connections": seats })).await
    }

    pub async fn new(stream: Value, options: Value) -> Place {
        let tenant = TestPanel::shared().tenant(1).await;
        let stream = tenant.record("stream", stream).await;
        let bouquet = tenant.record("bouquet", json!({ "name": "One", "members": [{ "stream": stream }] })).await;
        let mut place = Place { tenant, stream, bouquet, line: LineId(0), login: String::new() };
        (place.line, place.login) = place.another(options).await;
        place
    }

    pub async fn another(&self, mut options: Value) -> (LineId, String) {
        options["bouquets"] = json!([self.bouquet]);
        let line = self.tenant.line(options).await;
        let (username, password) = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
        (LineId(id_of(&line)), format!("{username}/{password}"))
    }

    pub fn path(&self, ending: &str) -> String {
        format!("/live/{}/{}{ending}", self.login, self.stream)
    }

    pub async fn watch(&self, agent: &str) -> Watcher {
        Watcher::open(&self.tenant, Who { agent, ..Who::default() }, &self.path(".ts")).await
    }

    pub async fn status(&self, path: &str) -> u16 {
        soon(path, self.tenant.get(path)).await.status().as_u16()
    }

    pub fn taken(&self) -> u32 {
        let taken = self.tenant.panel.engine().seats().count(self.tenant.id, self.line);
        taken.now_or_never().unwrap().unwrap()
    }

    /// The addresses in a playlist.
    pub async fn listed(&self, path: &str) -> Vec<String> {
        let answer = soon("a playlist", self.tenant.get(path)).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/x-mpegurl");
        let text = answer.text().await.unwrap();
        assert!(text.starts_with("#EXTM3U") && !text.contains("ENDLIST"), "{text}");
        assert!(!text.contains("127.0.0.1"), "a player never sees a source's address: {text}");
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
    }

    /// The playlist that a start leads to.
    pub async fn session(&self) -> String {
        let variants = self.listed(&self.path(".m3u8")).await;
        let is_ours = |path: &String| path.starts_with("/hls/") && path.ends_with(".m3u8");
        assert!(variants.len() == 1 && variants.iter().all(is_ours), "{variants:?}");
        variants[0].clone()
    }

    /// The addresses of segments after a start.
    pub async fn segments(&self) -> Vec<String> {
        self.listed(&self.session().await).await
    }

    pub async fn assert_segments_play(&self) {
        let segments = self.segments().await;
        assert!(!segments.is_empty());
        for segment in &segments {
            assert!(segment.starts_with('/'), "{segment}");
            let answer = soon(segment, self.tenant.get(segment)).await;
            assert_eq!(answer.status(), 200);
            let bytes = soon(segment, answer.bytes()).await.unwrap();
            assert!(bytes.len() > 10_000 && bytes.chunks(188).all(|packet| packet[0] == 0x47), "{}", bytes.len());
        }
        assert_eq!(self.taken(), 1, "playlist and segments of one player are one connection");
    }
}
