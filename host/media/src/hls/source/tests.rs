//! The whole reader against a server in memory, with a clock that stands still while nobody waits.

use super::*;
use crate::ts::PACKET;
use futures_util::StreamExt;
use host_core::port::{ByteRange, Pending, Validators};
use parking_lot::Mutex;
use std::collections::HashMap;

type Answers = dyn Fn(&str, usize) -> (u16, Vec<u8>) + Send + Sync;

/// Answers a path by its name and by how often it was asked for before.
struct Server {
    answers: Box<Answers>,
    asked: Mutex<HashMap<String, usize>>,
}

impl Server {
    fn new(answers: impl Fn(&str, usize) -> (u16, Vec<u8>) + Send + Sync + 'static) -> Arc<Server> {
        Arc::new(Server { answers: Box::new(answers), asked: Mutex::default() })
    }

    fn asked(&self, path: &str) -> usize {
        self.asked.lock().get(path).copied().unwrap_or(0)
    }
}

impl Fetch for Server {
    fn open<'a>(&'a self, url: &'a str, _: Option<ByteRange>) -> Pending<'a, Fetched, FetchError> {
        let path = url.trim_start_matches("http://h/").to_owned();
        let before = {
            let mut asked = self.asked.lock();
            let count = asked.entry(path.clone()).or_default();
            *count += 1;
            *count - 1
        };
        let (status, bytes) = (self.answers)(&path, before);
        let fetched = Fetched {
            status,
            content_type: None,
            content_length: Some(bytes.len() as u64),
            validators: Validators::default(),
            content_range: None,
            final_url: url.to_owned(),
            body: Box::pin(futures_util::stream::iter([Ok(bytes.into())])),
        };
        Pending::ready(Ok(fetched))
    }

    fn for_one_source(self: Arc<Self>, _: &host_core::source::Source) -> Arc<dyn Fetch> {
        self
    }
}

/// A segment that is told by its number.
fn segment(number: u8) -> Vec<u8> {
    [&[0x47, 0, 0, 0x10][..], &[number; PACKET - 4]].concat().repeat(10)
}

async fn open(server: &Arc<Server>) -> ByteStream {
    let first = server.open("http://h/list", None).await.unwrap();
    open_source(server.clone(), first).await.unwrap()
}

/// The numbers of the segments that came, and how it ended.
async fn read(mut bytes: ByteStream) -> (Vec<u8>, Option<FetchError>) {
    let mut numbers = Vec::new();
    while let Some(piece) = bytes.next().await {
        match piece {
            Ok(piece) => numbers.push(piece[4]),
            Err(error) => return (numbers, Some(error)),
        }
    }
    (numbers, None)
}

/// A list of five segments of two seconds that moves by one every two seconds, until it has ended.
fn moving(began: Instant) -> String {
    let first = began.elapsed().as_secs() / 2;
    let segments: String = (first..first + 5).map(|n| format!("#EXTINF:2,\n{n}.ts\n")).collect();
    let end = if first >= 20 { "#EXT-X-ENDLIST\n" } else { "" };
    format!("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:{first}\n{segments}{end}")
}

fn number_of(path: &str) -> u8 {
    path.trim_end_matches(".ts").parse().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_recording_takes_as_long_as_it_lasts() {
    let server = Server::new(|path, _| match path {
        "list" => {
            let segments: String = (0..6).map(|n| format!("#EXTINF:4,\n{n}.ts\n")).collect();
            (200, format!("#EXTM3U\n#EXT-X-TARGETDURATION:4\n{segments}#EXT-X-ENDLIST\n").into_bytes())
        }
        path => (200, segment(number_of(path))),
    });
    let began = Instant::now();
    assert_eq!(read(open(&server).await).await, ((0..6).collect(), None));
    // The first segment fills the viewers' buffers.
    assert_eq!(began.elapsed().as_secs(), 20);
}

#[tokio::test(start_paused = true)]
async fn segments_that_fail_for_a_while_are_all_there_in_the_end() {
    let began = Instant::now();
    let server = Server::new(move |path, before| match path {
        "list" if before % 3 == 2 => (502, Vec::new()),
        "list" => (200, moving(began).into_bytes()),
        path => {
            if number_of(path).is_multiple_of(4) && before < 3 {
                (503, Vec::new())
            } else {
                (200, segment(number_of(path)))
            }
        }
    });
    let (numbers, error) = read(open(&server).await).await;
    assert_eq!(error, None);
    let end = numbers.last().copied().unwrap_or(0);
    assert!(end >= 24, "{numbers:?}");
    assert_eq!(numbers, (2..=end).collect::<Vec<_>>(), "no hole, nothing twice, nothing out of order");
}

#[tokio::test(start_paused = true)]
async fn a_segment_that_never_comes_is_left_behind_with_the_playlist_and_the_rest_plays() {
    let began = Instant::now();
    let server = Server::new(move |path, _| match path {
        "list" => (200, moving(began).into_bytes()),
        "7.ts" => (404, Vec::new()),
        path => (200, segment(number_of(path))),
    });
    let (numbers, error) = read(open(&server).await).await;
    assert_eq!(error, None);
    assert!(!numbers.contains(&7) && numbers.contains(&6) && numbers.contains(&24), "{numbers:?}");
    assert!(server.asked("7.ts") > 3, "it was given every chance");
    let missing = (6..25).filter(|number| !numbers.contains(number)).count();
    assert!(missing <= 2, "{numbers:?}");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_refuses_its_segments_has_failed() {
    let began = Instant::now();
    let server = Server::new(move |path, _| match path {
        "list" => (200, moving(began).into_bytes()),
        _ => (403, Vec::new()),
    });
    assert_eq!(read(open(&server).await).await, (Vec::new(), Some(FetchError::Status(403))));
    assert_eq!(server.asked("2.ts"), 3);
}
