//! A line that has one entry of each kind, and what each list says of them: every field with its
//! value and type, as apps read them.

use crate::panel::{TestPanel, TestTenant, fields, login};
use host_core::time::civil_from_days;
use host_engine::Work;
use serde_json::{Value, json};

/// The categories of entries that have none: one for each list.
pub const UNCATEGORISED: [u32; 3] = [2_147_483_645, 2_147_483_646, 2_147_483_647];

/// A line and what it has.
pub struct Shelf {
    pub tenant: TestTenant,
    pub line: Value,
    /// When everything was added, as players are told.
    pub added: String,
    pub news: u32,
    pub music: u32,
    pub films: u32,
    pub talks: u32,
    pub live: u32,
    pub created: u32,
    pub radio: u32,
    pub loose: u32,
    pub movie: u32,
    pub loose_movie: u32,
    pub series: u32,
    pub loose_series: u32,
    pub episodes: [u32; 3],
}

impl Shelf {
    pub async fn new() -> Shelf {
        Shelf::of(TestPanel::shared().tenant(0).await).await
    }

    /// The shelf of a tenant that has nothing yet.
    pub async fn of(tenant: TestTenant) -> Shelf {
        let category =
            async |kind: &str, name: &str| tenant.record("category", json!({ "kind": kind, "name": name })).await;
        let (news, films) = (category("live", "Campus").await, category("movie", "Films").await);
        let (music, talks) = (category("radio", "Music").await, category("series", "Talks").await);
        category("live", "Of nobody").await;
        let stream = async |document: Value| tenant.record("stream", document).await;
        let live = json!({ "kind": "live", "name": "Campus \"News\" HD", "sources": ["test:1"], "categories": [news],
            "guide_channel": "c1", "icon": "http://img.test/1.png", "archive_days": 7, "custom_sid": ":0:1:" });
        let live = stream(live).await;
        let created = json!({ "kind": "created_channel", "name": "Loop", "sources": ["test:2"],
            "categories": [news, music], "guide_channel": "c2", "adult": true });
        let created = stream(created).await;
        let radio = stream(json!({ "kind": "radio", "name": "Campus Radio", "categories": [music] })).await;
        let loose = stream(json!({ "kind": "live", "name": "Loose" })).await;
        let movie = json!({ "kind": "movie", "name": "Safety Film (2024)", "icon": "http://img.test/film.jpg",
            "categories": [films], "container": "mkv", "guide_channel": "left by an import",
            "details": { "year": "2024", "plot": "A plot", "cast": "A, B", "director": "C", "genre": "Drama",
                "release_date": "2024-05-01", "rating": 7.4, "duration": 759, "trailer": "abc" } });
        let movie = stream(movie).await;
        let loose_movie = stream(json!({ "kind": "movie", "name": "Loose film" })).await;
        let series = json!({ "name": "Lab Talks", "cover": "http://img.test/lab.jpg", "categories": [talks],
            "details": { "year": "2023", "plot": "Talks", "genre": "Education", "release_date": "2023-02-01",
                "rating": 7.4, "duration": 2_700, "backdrop": "http://img.test/back.jpg" } });
        let series = tenant.record("series", series).await;
        let loose_series = tenant.record("series", json!({ "name": "Loose series" })).await;
        let episode = async |series: u32, season: u32, number: u32, icon: &str| {
            stream(json!({ "kind": "episode", "name": format!("Part {number}"), "container": "mp4", "icon": icon,
                "episode_of": { "series": series, "season": season, "number": number } }))
            .await
        };
        // Made out of order: the list is by season and number.
        let second = episode(series, 2, 1, "").await;
        let first = episode(series, 1, 12, "http://img.test/e.jpg").await;
        let other = episode(loose_series, 1, 1, "").await;
        let members = [created, live, loose, radio, movie, loose_movie].map(|id| json!({ "stream": id }));
        let members: Vec<_> =
            members.into_iter().chain([series, loose_series].map(|id| json!({ "series": id }))).collect();
        let all = tenant.record("bouquet", json!({ "name": "Everything", "members": members })).await;
        let line = tenant
            .line(json!({ "username": "demo", "password": "s-e.c_ret", "bouquets": [all], "max_connections": 2 }))
            .await;
        let mut shelf = Shelf {
            tenant,
            line,
            added: String::new(),
            news,
            music,
            films,
            talks,
            live,
            created,
            radio,
            loose,
            movie,
            loose_movie,
            series,
            loose_series,
            episodes: [first, second, other],
        };
        shelf.added = shelf.same_moment().await;
        shelf
    }

    /// Gives everything one time of addition, so that whole documents can be compared.
    async fn same_moment(&self) -> String {
        let moment = |row: &Value| row["added_at"].as_i64().or(row["modified_at"].as_i64()).unwrap();
        let read = async |kind: &str, id: u32| {
            let verb = async |work: &mut Work| host_engine::record::get(work, kind, id).await;
            moment(&self.tenant.panel.engine().act(self.tenant.system(), "test", verb).await.unwrap())
        };
        read("stream", self.live).await.to_string()
    }

    fn path(&self, action: &str) -> String {
        format!("/player_api.php?{}&action={action}", login(&self.line))
    }

    /// A document; times of addition are checked and made those of the first.
    pub async fn document(&self, action: &str) -> Value {
        let mut document = self.tenant.json(&self.path(action)).await;
        self.settle(&mut document, action);
        document
    }

    fn settle(&self, within: &mut Value, action: &str) {
        match within {
            Value::Array(rows) => rows.iter_mut().for_each(|row| self.settle(row, action)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    if !["added", "last_modified"].contains(&name.as_str()) {
                        self.settle(value, action);
                        continue;
                    }
                    let time = value.as_str().unwrap_or_else(|| panic!("{action}: {name} is text: {value}"));
                    let unix: i64 = time.parse().unwrap();
                    assert!((unix - self.added.parse::<i64>().unwrap()).abs() < 120, "{action}: {name} {unix}");
                    *value = json!(self.added);
                }
            }
            _ => {}
        }
    }

    fn channel(&self, number: u32, id: u32, name: &str, more: Value) -> Value {
        let plain = json!({ "num": number, "name": name, "stream_type": "live", "stream_id": id, "stream_icon": "",
            "epg_channel_id": "", "added": self.added, "category_id": "", "category_ids": [], "custom_sid": "",
            "tv_archive": 0, "direct_source": "", "tv_archive_duration": 0, "thumbnail": "" });
        merged(plain, more)
    }

    pub fn live_streams(&self) -> Vec<Value> {
        let (news, music, none) = (self.news, self.music, UNCATEGORISED[0]);
        vec![
            self.channel(
                1,
                self.created,
                "Loop",
                json!({ "epg_channel_id": "c2", "is_adult": "1",
                "category_id": news.to_string(), "category_ids": [news, music] }),
            ),
            self.channel(
                2,
                self.live,
                "Campus \"News\" HD",
                json!({ "stream_icon": "http://img.test/1.png",
                "epg_channel_id": "c1", "category_id": news.to_string(), "category_ids": [news], "custom_sid": ":0:1:",
                "tv_archive": 0, "tv_archive_duration": 0 }),
            ),
            self.channel(3, self.loose, "Loose", json!({ "category_id": none.to_string(), "category_ids": [none] })),
            self.channel(
                4,
                self.radio,
                "Campus Radio",
                json!({ "stream_type": "radio_streams",
                "category_id": music.to_string(), "category_ids": [music] }),
            ),
        ]
    }

    pub fn movies(&self) -> Vec<Value> {
        let (films, none) = (self.films, UNCATEGORISED[1]);
        let film = |number: u32, id: u32, name: &str, more: Value| {
            let plain = json!({ "num": number, "name": name, "title": name, "year": null, "stream_type": "movie",
                "stream_id": id, "stream_icon": "", "rating": 0, "rating_5based": 0, "added": self.added, "plot": "",
                "cast": "", "director": "", "genre": "", "release_date": "", "youtube_trailer": "",
                "episode_run_time": 0, "category_id": none.to_string(), "category_ids": [none],
                "container_extension": "mp4", "custom_sid": "", "direct_source": "" });
            merged(plain, more)
        };
        vec![
            film(
                1,
                self.movie,
                "Safety Film (2024)",
                json!({ "title": "Safety Film", "year": "2024",
                "stream_icon": "http://img.test/film.jpg", "rating": 7.4, "rating_5based": 3.7, "plot": "A plot",
                "cast": "A, B", "director": "C", "genre": "Drama", "release_date": "2024-05-01",
                "youtube_trailer": "abc", "episode_run_time": 12, "category_id": films.to_string(),
                "category_ids": [films], "container_extension": "mkv" }),
            ),
            film(2, self.loose_movie, "Loose film", json!({})),
        ]
    }

    pub fn series(&self) -> Vec<Value> {
        let (talks, none) = (self.talks, UNCATEGORISED[2]);
        let show = |number: u32, id: u32, name: &str, more: Value| {
            let plain = json!({ "num": number, "name": name, "title": name, "year": null, "stream_type": "series",
                "series_id": id, "cover": "", "plot": "", "cast": "", "director": "", "genre": "", "releaseDate": "",
                "release_date": "", "last_modified": self.added, "rating": "0", "rating_5based": 0,
                "backdrop_path": [], "youtube_trailer": "", "episode_run_time": "0", "category_id": none.to_string(),
                "category_ids": [none] });
            merged(plain, more)
        };
        vec![
            show(
                1,
                self.series,
                "Lab Talks",
                json!({ "year": "2023", "cover": "http://img.test/lab.jpg",
                "plot": "Talks", "genre": "Education", "releaseDate": "2023-02-01", "release_date": "2023-02-01",
                "rating": "7", "rating_5based": 3.7, "backdrop_path": ["http://img.test/back.jpg"],
                "episode_run_time": "45", "category_id": talks.to_string(), "category_ids": [talks] }),
            ),
            show(2, self.loose_series, "Loose series", json!({})),
        ]
    }
}

pub fn merged(mut plain: Value, more: Value) -> Value {
    let into = plain.as_object_mut().unwrap();
    for (name, value) in fields(more) {
        into.insert(name, value);
    }
    plain
}

/// These entries, numbered anew.
pub fn numbered(rows: impl IntoIterator<Item = Value>) -> Value {
    (1..).zip(rows).map(|(number, row)| merged(row, json!({ "num": number }))).collect()
}

/// Unix seconds as the document shows them in UTC.
pub fn local(unix: i64) -> String {
    let (year, month, day) = civil_from_days(unix.div_euclid(86_400));
    let second = unix.rem_euclid(86_400);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60)
}
