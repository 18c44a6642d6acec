//! Which addresses are connected to: each one that a name stands for is checked.

use crate::client::{Scripted, error, named, outgoing, text};
use crate::server::{Server, ok};
use host_core::port::{Fetch, FetchError};

#[tokio::test]
async fn loopback_is_refused_unless_its_network_is_listed() {
    let server = Server::start("127.0.0.1", |_| ok("bytes")).await;
    assert!(
        matches!(error(outgoing(&[]).open(&server.url("/"), None).await), FetchError::Forbidden(rule) if rule.contains("loopback"))
    );
    assert!(matches!(error(outgoing(&["10.0.0.0/8"]).open(&server.url("/"), None).await), FetchError::Forbidden(_)));
    for form in ["[::ffff:127.0.0.1]", "2130706433", "0x7f.1", "localhost"] {
        let url = format!("http://{form}:{}/", server.address.port());
        assert!(matches!(error(outgoing(&[]).open(&url, None).await), FetchError::Forbidden(_)), "{form}");
    }
    assert_eq!(server.connections(), 0, "nothing was connected to");

    let fetched = outgoing(&["127.0.0.1/32"]).open(&server.url("/a?b=c"), None).await.unwrap();
    assert_eq!(
        (fetched.status, fetched.content_type.as_deref(), fetched.content_length),
        (200, Some("video/mp2t"), Some(5))
    );
    assert_eq!(fetched.final_url, server.url("/a?b=c"));
    assert_eq!(text(fetched).await.unwrap(), "bytes");
    assert!(
        server.heads()[0].starts_with("get /a?b=c http/1.1\r\n") && server.heads()[0].contains("user-agent: linecard/")
    );
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_refused_as_a_whole() {
    let server = Server::start("127.0.0.1", |_| ok("")).await;
    let url = format!("http://source.example:{}/", server.address.port());
    for addresses in [&["127.0.0.1", "10.0.0.1"][..], &["10.0.0.1", "127.0.0.1"], &["127.0.0.1", "::ffff:10.0.0.1"]] {
        let refused = error(named(&["127.0.0.0/8"], Scripted::new(&[addresses])).open(&url, None).await);
        assert!(
            matches!(refused, FetchError::Forbidden(rule) if rule.contains("private")),
            "{addresses:?}: {refused:?}"
        );
    }
    assert_eq!(server.connections(), 0);
    let nowhere = error(named(&["127.0.0.0/8"], Scripted::new(&[&[]])).open(&url, None).await);
    assert!(matches!(nowhere, FetchError::Unreachable(_)), "{nowhere:?}");
}

#[tokio::test]
async fn a_name_that_changes_its_address_is_checked_again_and_the_checked_one_is_connected_to() {
    let server = Server::start("127.0.0.2", |_| ok("bytes")).await;
    let url = format!("http://source.example:{}/", server.address.port());
    let outgoing = named(&["127.0.0.2/32"], Scripted::new(&[&["127.0.0.2"], &["127.0.0.1"]]));
    let first = outgoing.open(&url, None).await.unwrap();
    assert_eq!(text(first).await.unwrap(), "bytes");
    assert!(server.heads()[0].contains(&format!("host: source.example:{}\r\n", server.address.port())));
    assert!(matches!(error(outgoing.open(&url, None).await), FetchError::Forbidden(_)));
}

#[tokio::test]
async fn addresses_that_are_no_plain_http_are_refused() {
    let outgoing = outgoing(&["0.0.0.0/0", "::/0"]);
    for url in [
        "",
        "x",
        "/a",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "rtmp://127.0.0.1/",
        "unix:/run/x",
        "http://",
        "http://user@127.0.0.1/",
        "http://:pass@127.0.0.1/",
        "http://127.0.0.1:22/",
        "https://127.0.0.1:6379/",
        "http://127.0.0.1:0/",
    ] {
        assert!(matches!(error(outgoing.open(url, None).await), FetchError::Forbidden(_)), "{url:?}");
    }
}
