//! Movies: files below a root and remote ones, with ranges.

use crate::house::*;
use crate::origin::{Origin, Reply};
use futures_util::StreamExt;
use host_core::stream::{Stream, StreamKind};
use host_media::{Detect, MediaError, Served};
use std::ops::Range;
use std::os::unix::fs::symlink;

fn film() -> Vec<u8> {
    (0..1_000_000_u32).map(|n| (n % 251) as u8).collect()
}

fn movie(source: &str) -> Stream {
    Stream { kind: StreamKind::Movie, container: "mkv".into(), ..stream(9, &[source.to_owned()]) }
}

pub(crate) async fn whole(served: Served) -> Vec<u8> {
    let mut body = served.body;
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        bytes.extend(piece.unwrap());
    }
    bytes
}

/// Header, status, `Content-Range`, and which bytes.
type Row = (Option<&'static str>, u16, Option<&'static str>, Range<usize>);

const TABLE: [Row; 7] = [
    (None, 200, None, 0..1_000_000),
    (Some("bytes=0-"), 206, Some("bytes 0-999999/1000000"), 0..1_000_000),
    (Some("bytes=300000-700000"), 206, Some("bytes 300000-700000/1000000"), 300_000..700_001),
    (Some("bytes=999990-2000000"), 206, Some("bytes 999990-999999/1000000"), 999_990..1_000_000),
    (Some("bytes=-10"), 206, Some("bytes 999990-999999/1000000"), 999_990..1_000_000),
    (Some("bytes=1000000-"), 416, Some("bytes */1000000"), 0..0),
    (Some("seconds=1-2"), 200, None, 0..1_000_000),
];

#[tokio::test]
async fn local_and_remote_movies_answer_every_range_alike() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("film.mp4"), film()).unwrap();
    let origin = Origin::start(|_| Reply::Whole(film().into())).await;
    let media = media(quick(), Detect::Off, Some(root.path().to_owned()));
    for source in ["file:film.mp4".to_owned(), origin.url("/film.mp4?token=x")] {
        for (range, status, content_range, bytes) in TABLE {
            let served = media.movie(TENANT, &movie(&source), range, None).await.unwrap();
            assert_eq!(served.status, status, "{source} {range:?}");
            assert_eq!(served.content_range.as_deref(), content_range, "{source} {range:?}");
            assert_eq!(served.content_type, "video/mp4");
            assert_eq!(served.length, Some(bytes.len() as u64), "{source} {range:?}");
            assert!(served.accepts_ranges || range == Some("seconds=1-2"));
            assert!(whole(served).await == film()[bytes], "{source} {range:?}");
        }
        let several = media.movie(TENANT, &movie(&source), Some("bytes=0-1,5-6"), None).await.unwrap();
        assert_eq!(several.status, 416);
    }
}

#[tokio::test]
async fn what_is_not_a_regular_file_below_the_root_is_not_there() {
    let house = tempfile::tempdir().unwrap();
    let root = house.path().join("media");
    std::fs::create_dir_all(root.join("folder")).unwrap();
    std::fs::write(house.path().join("secret.mp4"), b"secret").unwrap();
    symlink(house.path().join("secret.mp4"), root.join("link.mp4")).unwrap();
    symlink(house.path(), root.join("up")).unwrap();
    let media = media(quick(), Detect::Off, Some(root));
    for path in ["link.mp4", "up/secret.mp4", "../secret.mp4", "folder", "missing.mp4", "/etc/passwd"] {
        let served = media.movie(TENANT, &movie(&format!("file:{path}")), None, None).await;
        let error = served.err().unwrap_or_else(|| panic!("{path} was served"));
        assert!(matches!(error, MediaError::NotFound | MediaError::WrongForm(_)), "{path}: {error}");
    }
}

#[tokio::test]
async fn the_next_source_is_used_when_the_first_file_is_missing() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("film"), b"film").unwrap();
    let media = media(quick(), Detect::Off, Some(root.path().to_owned()));
    let movie = Stream { sources: vec!["file:gone.mp4".into(), "file:film".into()], ..movie("") };
    let served = media.movie(TENANT, &movie, None, None).await.unwrap();
    assert_eq!(served.content_type, "video/x-matroska", "a name without ending takes the stream's container");
    assert_eq!(whole(served).await, b"film");
}

#[tokio::test]
async fn a_range_of_a_file_that_was_replaced_is_the_whole_new_file() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("film.mp4");
    std::fs::write(&path, film()).unwrap();
    let media = media(quick(), Detect::Off, Some(root.path().to_owned()));
    let ask = async |if_range: Option<&str>| {
        media.movie(TENANT, &movie("file:film.mp4"), Some("bytes=100-199"), if_range).await.unwrap()
    };
    let first = ask(None).await.validators;
    let (etag, date) = (first.etag.clone().unwrap(), first.last_modified.clone().unwrap());
    assert!(etag.starts_with('"') && date.ends_with(" GMT"), "{etag} {date}");
    for if_range in [&etag, &date] {
        let served = ask(Some(if_range)).await;
        assert_eq!((served.status, served.length), (206, Some(100)), "{if_range}");
    }
    // Another file of the same length, written at the same second, under the same name.
    std::fs::write(root.path().join("new"), vec![7; film().len()]).unwrap();
    std::fs::rename(root.path().join("new"), &path).unwrap();
    for if_range in [etag.as_str(), "W/\"x\"", "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense"] {
        let served = ask(Some(if_range)).await;
        assert_eq!((served.status, served.length, &served.content_range), (200, Some(1_000_000), &None), "{if_range}");
        assert!(whole(served).await.iter().all(|byte| *byte == 7));
    }
}

#[tokio::test]
async fn a_remote_movie_keeps_the_type_and_the_validators_of_its_source() {
    let origin = Origin::start(|path| {
        let tag = if path == "/old" { "\"old\"" } else { "\"new\"" };
        Reply::Typed("Video/MP4", tag, film().into())
    })
    .await;
    let media = media(quick(), Detect::Off, None);
    let movie = |path: &str| Stream { container: String::new(), ..movie(&origin.url(path)) };
    let ask = async |path: &str, if_range: Option<&str>| {
        media.movie(TENANT, &movie(path), Some("bytes=100-199"), if_range).await.unwrap()
    };
    let served = ask("/new", None).await;
    assert_eq!((served.status, &*served.content_type), (206, "video/mp4"));
    assert_eq!(served.validators.etag.as_deref(), Some("\"new\""));
    assert_eq!(ask("/new", Some("\"new\"")).await.status, 206);
    let served = ask("/new", Some("\"old\"")).await;
    assert_eq!((served.status, served.length), (200, Some(1_000_000)), "what the client has is of another state");
    assert!(whole(served).await == film());
}
