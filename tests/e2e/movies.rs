//! Movies as players take them: whole, by ranges, and missing.

use crate::panel::run;
use crate::place::Place;
use crate::watcher::{Watcher, Who, soon};
use reqwest::StatusCode;
use reqwest::header::{HOST, RANGE};
use serde_json::json;

/// A movie of 10,000 bytes, none of which is like the one 256 before.
async fn movie() -> (Place, Vec<u8>) {
    let bytes: Vec<u8> = (0..10_000_u32).map(|at| (at ^ (at >> 8)) as u8).collect();
    let place = Place::new(
        json!({ "kind": "movie", "name": "Film", "container": "mkv", "sources": ["file:shelf/film.mkv"] }),
        json!({ "max_connections": 1 }),
    )
    .await;
    let shelf = place.tenant.panel.folder.path().join("films/shelf");
    std::fs::create_dir_all(&shelf).unwrap();
    std::fs::write(shelf.join("film.mkv"), &bytes).unwrap();
    (place, bytes)
}

#[test]
fn a_movie_is_served_whole_and_by_every_form_of_a_range() {
    run(async {
        let (place, film) = movie().await;
        // The path's extension need not be the file's.
        let url = format!("{}/movie/{}/{}.mp4", place.tenant.panel.url, place.login, place.stream);
        let table = [
            ("", 200, 0..10_000, ""),
            ("bytes=0-", 206, 0..10_000, "bytes 0-9999/10000"),
            ("bytes=100-199", 206, 100..200, "bytes 100-199/10000"),
            ("bytes=9990-20000", 206, 9_990..10_000, "bytes 9990-9999/10000"),
            ("bytes=-10", 206, 9_990..10_000, "bytes 9990-9999/10000"),
            ("bytes=10000-", 416, 0..0, "bytes */10000"),
            ("bytes=0-1,5-6", 416, 0..0, "bytes */10000"),
        ];
        for (range, status, part, content_range) in table {
            let mut request = place.tenant.panel.http.get(&url).header(HOST, &place.tenant.host);
            if !range.is_empty() {
                request = request.header(RANGE, range);
            }
            let answer = soon(range, request.send()).await.unwrap();
            let header = |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
            assert_eq!(answer.status(), StatusCode::from_u16(status).unwrap(), "{range}");
            assert_eq!(header("content-range"), content_range, "{range}");
            assert_eq!(header("accept-ranges"), "bytes", "{range}");
            if status != 416 {
                assert_eq!(header("content-type"), "video/x-matroska", "{range}");
                assert_eq!(header("content-length"), part.len().to_string(), "{range}");
            }
            assert_eq!(answer.bytes().await.unwrap(), film[part], "{range}");
            assert_eq!(place.taken(), 1, "all requests of one player share a seat");
        }
    });
}

#[test]
fn a_head_of_a_movie_says_its_length_and_takes_no_seat() {
    run(async {
        let (place, _) = movie().await;
        let path = format!("/movie/{}/{}.mkv", place.login, place.stream);
        let answer = Watcher::ask(&place.tenant, Who::default(), "HEAD", &path, "").await;
        assert_eq!(answer.status, 200);
        assert!(answer.head.contains("content-length: 10000\r\n"), "{}", answer.head);
        assert!(answer.head.contains("accept-ranges: bytes\r\n"), "{}", answer.head);
        assert_eq!(place.taken(), 0);
    });
}

#[test]
fn a_movie_whose_file_is_gone_is_not_found_and_keeps_no_seat() {
    run(async {
        let stream = json!({ "kind": "movie", "name": "Lost", "container": "mp4", "sources": ["file:lost.mp4"] });
        let place = Place::new(stream, json!({})).await;
        assert_eq!(place.status(&format!("/movie/{}/{}.mp4", place.login, place.stream)).await, 404);
        assert_eq!(place.taken(), 0);
    });
}
