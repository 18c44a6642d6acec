//! What a player is told of one movie or one series, whole; and that what is not the line's is told like what is not
//! there.

use crate::panel::{fields, login, run};
use crate::shelf::{Shelf, UNCATEGORISED};
use host_engine::Work;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HOST, IF_NONE_MATCH};
use serde_json::{Value, json};

/// The details of one thing of the line.
async fn details(shelf: &Shelf, action: &str, parameter: &str, id: u32) -> Value {
    shelf.document(&format!("{action}&{parameter}={id}")).await
}

#[test]
fn a_movie_is_told_whole_under_each_name_that_apps_know() {
    run(async {
        let shelf = Shelf::new().await;
        let (films, none) = (shelf.films, UNCATEGORISED[1]);
        let info = json!({ "kinopoisk_url": "", "tmdb_id": 0, "imdb_id": "", "name": "Safety Film",
            "o_name": "Safety Film", "cover_big": "http://img.test/film.jpg",
            "movie_image": "http://img.test/film.jpg", "releasedate": "2024-05-01", "release_date": "2024-05-01",
            "episode_run_time": 12, "youtube_trailer": "abc", "director": "C", "actors": "A, B", "cast": "A, B",
            "description": "A plot", "plot": "A plot", "age": "", "mpaa_rating": "", "rating_count_kinopoisk": 0,
            "country": "", "genre": "Drama", "backdrop_path": [], "duration_secs": 759, "duration": "00:12:39",
            "bitrate": 0, "rating": 7.4, "subtitles": [], "video": {}, "audio": {} });
        let data = json!({ "stream_id": shelf.movie, "name": "Safety Film (2024)", "title": "Safety Film",
            "year": "2024", "added": shelf.added, "category_id": films.to_string(), "category_ids": [films],
            "container_extension": "mkv", "custom_sid": "", "direct_source": "" });
        let found = details(&shelf, "get_vod_info", "vod_id", shelf.movie).await;
        assert_eq!(found, json!({ "info": info, "movie_data": data }));
        assert_eq!(details(&shelf, "209", "vod_id", shelf.movie).await, found, "by its number");
        let loose = details(&shelf, "get_vod_info", "vod_id", shelf.loose_movie).await;
        assert_eq!((&loose["info"]["rating"], &loose["info"]["duration"]), (&json!(0), &json!("00:00:00")));
        assert_eq!(
            (&loose["movie_data"]["category_id"], &loose["movie_data"]["year"]),
            (&json!(none.to_string()), &Value::Null)
        );
        // What the admin writes is what the player reads.
        let edited =
            [("id", &*shelf.movie.to_string()), ("plot", "Another plot"), ("tmdb_id", "77"), ("rating", "8.5")];
        shelf.tenant.admin().ok("edit_movie", &edited).await;
        let found = details(&shelf, "get_vod_info", "vod_id", shelf.movie).await;
        assert_eq!((&found["info"]["description"], &found["info"]["tmdb_id"]), (&json!("Another plot"), &json!(77)));
        assert_eq!(found["info"]["rating"], 8.5);
        let seen = shelf.tenant.admin().ok("get_movie", &[("id", &shelf.movie.to_string())]).await;
        assert_eq!(seen["rating"], 8.5);
    });
}

#[test]
fn a_series_is_told_with_all_its_seasons_and_episodes() {
    run(async {
        let shelf = Shelf::new().await;
        let [first, second, other] = shelf.episodes;
        let row = |series: usize| {
            let mut row = fields(shelf.series()[series].clone());
            ["num", "series_id", "stream_type"].iter().for_each(|name| drop(row.remove(*name).unwrap()));
            Value::Object(row)
        };
        let season = |number: u32, cover: &str| {
            json!({ "air_date": "", "episode_count": 1, "id": number, "name": format!("Season {number}"),
                "overview": "", "season_number": number, "cover": cover, "cover_big": cover, "vote_average": 0 })
        };
        let episode = |id: u32, season: u32, number: u32, picture: &str| {
            json!({ "id": id.to_string(), "episode_num": number, "title": format!("Part {number}"),
                "container_extension": "mp4", "info": { "tmdb_id": 0, "release_date": "", "releasedate": "",
                    "air_date": "", "plot": "", "duration_secs": 0, "duration": "00:00:00", "movie_image": picture,
                    "cover_big": picture, "bitrate": 0, "rating": 0, "season": season },
                "subtitles": [], "custom_sid": "", "added": shelf.added, "season": season, "direct_source": "" })
        };
        let cover = "http://img.test/lab.jpg";
        let found = details(&shelf, "get_series_info", "series_id", shelf.series).await;
        let wanted = json!({
            "info": row(0),
            "seasons": [season(1, cover), season(2, cover)],
            "episodes": { "1": [episode(first, 1, 12, "http://img.test/e.jpg")], "2": [episode(second, 2, 1, cover)] },
        });
        assert_eq!(found, wanted);
        for (action, parameter) in [("204", "series_id"), ("get_series_info", "series")] {
            assert_eq!(details(&shelf, action, parameter, shelf.series).await, found, "{action} {parameter}");
        }
        let loose = details(&shelf, "get_series_info", "series_id", shelf.loose_series).await;
        let wanted =
            json!({ "info": row(1), "seasons": [season(1, "")], "episodes": { "1": [episode(other, 1, 1, "")] } });
        assert_eq!(loose, wanted);
        // A series without episodes is one too.
        let bare = shelf.tenant.record("series", json!({ "name": "Bare" })).await;
        let bouquet = json!({ "name": "Bare", "members": [{ "series": bare }] });
        let bouquet = shelf.tenant.record("bouquet", bouquet).await;
        let line = shelf.tenant.line(json!({ "bouquets": [bouquet] })).await;
        let path = format!("/player_api.php?{}&action=get_series_info&series_id={bare}", login(&line));
        let found = shelf.tenant.json(&path).await;
        assert_eq!((&found["seasons"], &found["episodes"]), (&json!([]), &json!({})));
        assert_eq!(found["info"]["name"], "Bare");
    });
}

#[test]
fn what_is_not_the_lines_is_told_like_what_is_not_there() {
    run(async {
        let shelf = Shelf::new().await;
        let tenant = &shelf.tenant;
        let film = json!({ "kind": "movie", "name": "Of others" });
        let film = tenant.record("stream", film).await;
        let show = tenant.record("series", json!({ "name": "Of others" })).await;
        let off = json!({ "kind": "movie", "name": "Switched off", "enabled": false });
        let off = tenant.record("stream", off).await;
        let members = json!([{ "stream": off }, { "stream": shelf.live }]);
        let few = tenant.record("bouquet", json!({ "name": "Few", "members": members })).await;
        let line = tenant.line(json!({ "bouquets": [few] })).await;
        let none = tenant.line(json!({ "bouquets": [] })).await;
        for (action, parameter, missing, ids) in [
            (
                "get_vod_info",
                "vod_id",
                r#"{"info":[]}"#,
                vec![film, off, shelf.movie, shelf.live, shelf.episodes[0], shelf.series],
            ),
            (
                "get_series_info",
                "series_id",
                r#"{"seasons":[],"info":{"name":null},"episodes":{}}"#,
                vec![show, shelf.series, shelf.movie],
            ),
        ] {
            for who in [&line, &none] {
                let asked = async |id: &str| {
                    let path = format!("/player_api.php?{}&action={action}&{parameter}={id}", login(who));
                    let answer = tenant.get(&path).await;
                    (answer.status().as_u16(), answer.text().await.unwrap())
                };
                for id in ["", "abc", "0", "-1", "987654"] {
                    assert_eq!(asked(id).await, (200, missing.to_owned()), "{action} {id:?}");
                }
                for id in &ids {
                    assert_eq!(asked(&id.to_string()).await, (200, missing.to_owned()), "{action} {id}");
                }
            }
        }
    });
}

#[test]
fn a_series_of_500_episodes_is_kept_and_made_anew_when_one_changes() {
    run(async {
        let shelf = Shelf::new().await;
        let tenant = &shelf.tenant;
        let mut last = 0;
        for number in 1..=500_u32 {
            let place = json!({ "series": shelf.series, "season": 3 + number / 100, "number": number });
            let episode = json!({ "kind": "episode", "name": format!("Long {number}"), "episode_of": place });
            last = tenant.record("stream", episode).await;
        }
        let path = format!("/player_api.php?{}&action=get_series_info&series_id={}", login(&shelf.line), shelf.series);
        let asked = async |headers: &[(&str, &str)]| {
            let mut request = tenant.panel.http.get(format!("{}{path}", tenant.panel.url)).header(HOST, &tenant.host);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.send().await.unwrap()
        };
        let packed = asked(&[(ACCEPT_ENCODING.as_str(), "gzip")]).await;
        assert_eq!(packed.headers()[CONTENT_ENCODING], "gzip", "it was packed when it was made");
        let plain = asked(&[]).await;
        let tag = plain.headers()["etag"].to_str().unwrap().to_owned();
        let document: Value = plain.json().await.unwrap();
        let episodes: usize =
            fields(document["episodes"].clone()).values().map(|list| list.as_array().unwrap().len()).sum();
        assert_eq!(episodes, 502);
        let counted =
            document["seasons"].as_array().unwrap().iter().map(|season| season["episode_count"].as_u64().unwrap());
        assert_eq!(counted.sum::<u64>(), 502);
        let seasons =
            |key: fn(&Value) -> String| document["seasons"].as_array().unwrap().iter().map(key).collect::<Vec<_>>();
        assert_eq!(
            seasons(|season| season["season_number"].to_string()),
            fields(document["episodes"].clone()).keys().cloned().collect::<Vec<_>>()
        );
        let again = asked(&[(IF_NONE_MATCH.as_str(), &tag)]).await;
        assert_eq!(again.status(), 304);
        let named = fields(json!({ "name": "Renamed" }));
        let verb = async |work: &mut Work| host_engine::record::edit(work, "stream", last, &named).await;
        tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
        let changed = asked(&[(IF_NONE_MATCH.as_str(), &tag)]).await;
        assert_eq!(changed.status(), 200);
        assert!(changed.text().await.unwrap().contains("Renamed"));
    });
}
