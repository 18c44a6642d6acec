//! Redirects: checked like a first address, counted, and what goes along.

use crate::client::{error, outgoing, text};
use crate::server::{Server, moved, ok};
use host_core::port::{ByteRange, Fetch, FetchError};
use host_core::secret::Secret;
use host_outgoing::Request;
use std::sync::{Arc, Mutex};

#[tokio::test]
async fn each_redirect_is_checked_before_it_is_followed() {
    let hidden = Server::start("127.0.0.2", |_| ok("secret")).await;
    let hidden_url = hidden.url("/");
    let server = Server::start("127.0.0.1", move |head| match head.split(' ').nth(1) {
        Some("/hidden") => moved(&hidden_url),
        Some("/file") => moved("file:///etc/passwd"),
        Some("/port") => moved("http://127.0.0.1:22/"),
        Some("/user") => moved("http://user:pass@127.0.0.1/"),
        Some("/broken") => moved("http://"),
        _ => moved("/hidden"),
    })
    .await;
    let outgoing = outgoing(&["127.0.0.1/32"]);
    for path in ["/hidden", "/relative", "/file", "/port", "/user"] {
        let refused = error(outgoing.open(&server.url(path), None).await);
        assert!(matches!(refused, FetchError::Forbidden(_)), "{path}: {refused:?}");
    }
    assert!(matches!(error(outgoing.open(&server.url("/broken"), None).await), FetchError::Broken(_)));
    assert_eq!(hidden.connections(), 0);
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let server = Server::start("127.0.0.1", |head| match head.split(' ').nth(1) {
        Some("/0") => ok("there"),
        Some(path) => moved(&format!("/{}", path.trim_start_matches('/').parse::<u32>().unwrap() - 1)),
        None => String::new(),
    })
    .await;
    let outgoing = outgoing(&["127.0.0.1/32"]);
    let fetched = outgoing.open(&server.url("/3"), None).await.unwrap();
    assert_eq!(fetched.final_url, server.url("/0"));
    assert_eq!(text(fetched).await.unwrap(), "there");
    assert!(matches!(error(outgoing.open(&server.url("/4"), None).await), FetchError::Broken(_)));
}

#[tokio::test]
async fn headers_with_credentials_stay_with_the_host_that_was_named() {
    let back: Arc<Mutex<String>> = Arc::default();
    let target = Arc::clone(&back);
    let other = Server::start("127.0.0.1", move |_| moved(&target.lock().unwrap())).await;
    let other_url = other.url("/other");
    let first = Server::start("127.0.0.1", move |head| match head.split(' ').nth(1) {
        Some("/start") => moved("/same"),
        Some("/same") => moved(&other_url),
        _ => ok("end"),
    })
    .await;
    *back.lock().unwrap() = first.url("/end");

    let headers = [("Authorization", Secret::new("Bearer hunter2")), ("Cookie", Secret::new("hunter2"))];
    let request = Request { url: &first.url("/start"), headers: &headers, ..Request::default() };
    assert!(!format!("{request:?}").contains("hunter2"));
    let fetched = outgoing(&["127.0.0.0/8"]).get(request).await.unwrap();
    assert_eq!(text(fetched).await.unwrap(), "end");
    let carried =
        |server: &Server| server.heads().iter().map(|head| head.matches("hunter2").count()).collect::<Vec<_>>();
    assert_eq!(carried(&first), [2, 2, 0], "start, the same host, and after another host");
    assert_eq!(carried(&other), [0]);
}

#[tokio::test]
async fn a_range_is_asked_for_on_each_hop_and_any_status_is_an_answer() {
    let server = Server::start("127.0.0.1", |head| match head.split(' ').nth(1) {
        Some("/start") => moved("/film"),
        Some("/gone") => "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 2-4/9\r\nContent-Length: 3\r\n\r\ncde".to_owned(),
    })
    .await;
    let outgoing = outgoing(&["127.0.0.1/32"]);
    let fetched = outgoing.open(&server.url("/start"), Some(ByteRange::Between(2, 4))).await.unwrap();
    assert_eq!((fetched.status, fetched.content_range.as_deref()), (206, Some("bytes 2-4/9")));
    assert_eq!(text(fetched).await.unwrap(), "cde");
    assert!(server.heads().iter().all(|head| head.contains("range: bytes=2-4\r\n")));
    assert_eq!(outgoing.open(&server.url("/gone"), None).await.unwrap().status, 404);
}
