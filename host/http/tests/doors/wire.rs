//! Requests as they stand on the wire: where a body ends, how large it may be, which host is meant,
//! and what old players send.

use crate::client::{get, post};
use crate::panel::Panel;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const ANN: &str = "/player_api.php?username=ann&password=s3cret%2Bpw";

/// Sends these bytes and reads whatever comes until the other side closes.
async fn sent(panel: &Panel, bytes: impl AsRef<[u8]>) -> String {
    let mut stream = TcpStream::connect(panel.address).await.unwrap();
    stream.write_all(bytes.as_ref()).await.unwrap();
    let mut read = Vec::new();
    let _ = stream.read_to_end(&mut read).await;
    String::from_utf8_lossy(&read).into_owned()
}

#[tokio::test]
async fn a_body_whose_end_two_readers_could_see_in_two_places_ends_the_connection() {
    let panel = Panel::new().await;
    let next = "GET /player_api.php HTTP/1.1\r\nhost: tv.test\r\n\r\n";
    for codings in [
        "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        "transfer-encoding: chunked, chunked\r\n",
        "transfer-encoding: gzip, chunked\r\n",
    ] {
        let head = format!("POST /player_api.php HTTP/1.1\r\nhost: tv.test\r\n{codings}\r\n");
        let answers = sent(&panel, format!("{head}0\r\n\r\n{next}")).await;
        assert!(answers.starts_with("HTTP/1.1 400 "), "{codings}: {answers}");
        assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{codings}: {answers}");
    }
    let once = "POST /player_api.php HTTP/1.1\r\nhost: tv.test\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n";
    let answers = sent(&panel, format!("{once}{}", next.replace("host", "connection: close\r\nhost"))).await;
    assert_eq!(answers.matches("HTTP/1.1 200 ").count(), 2, "{answers}");
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_by_its_head_alone() {
    let panel = Panel::new().await;
    let head = |more: &str| {
        let path = panel.admin("");
        format!("POST {path} HTTP/1.1\r\nhost: tv.test\r\ncontent-length: 10737418240\r\n{more}\r\n")
    };
    for more in ["", "expect: 100-continue\r\n"] {
        let answers = sent(&panel, head(more)).await;
        assert!(answers.starts_with("HTTP/1.1 413 "), "{answers}");
        assert!(answers.contains("STATUS_FAILURE"), "in the surface's voice: {answers}");
    }
}

#[tokio::test]
async fn the_host_of_a_request_for_a_proxy_is_the_one_of_its_first_line() {
    let panel = Panel::new().await;
    let target = format!("http://tv.test{ANN}");
    let answer = panel.send(get(target).header("host", "elsewhere.test")).await;
    assert_eq!((answer.status, &answer.json()["request"]["host"]), (200, &json!("tv.test")));
    let elsewhere = panel.send(get(format!("http://elsewhere.test{ANN}"))).await;
    assert_eq!(elsewhere.status, 421);
}

#[tokio::test]
async fn an_old_receiver_without_a_host_is_answered_by_the_only_panel() {
    let panel = Panel::new().await;
    let answer = sent(&panel, format!("GET {ANN} HTTP/1.0\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.0 200 ") || answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("\"host\":\"127.0.0.1\""), "{answer}");
    assert!(
        sent(&panel, format!("GET {ANN} HTTP/1.1\r\nconnection: close\r\n\r\n")).await.starts_with("HTTP/1.1 400 ")
    );
    host_engine::tenant::create(&panel.engine, "test", "two", &["two.test".to_owned()]).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    assert!(sent(&panel, format!("GET {ANN} HTTP/1.0\r\n\r\n")).await.contains(" 421 "), "there are two");
}

#[tokio::test]
async fn slashes_too_many_and_capital_letters_lead_where_they_are_meant_to() {
    let panel = Panel::new().await;
    for path in ["/player_api.php/", "//player_api.php", "/Player_API.PHP"] {
        let target = ANN.replace("/player_api.php", path);
        assert_eq!(panel.send(get(target)).await.json()["action"], "account", "{path}");
    }
    for path in ["/live//ann/s3cret+pw/", "/LIVE/ann/s3cret+pw/", "//ann//s3cret+pw//"] {
        let mut open = get(format!("{path}{}.TS", panel.live)).open(panel.address).await;
        assert!(open.status == 200 && open.reads(1_000).await, "{path}");
    }
    assert_eq!(panel.send(get(format!("/LIVE/{}", panel.live))).await.status, 404);
}

#[tokio::test]
async fn a_players_name_that_is_no_text_is_still_a_name() {
    let panel = Panel::new().await;
    let mut request =
        format!("GET {ANN} HTTP/1.1\r\nhost: tv.test\r\nconnection: close\r\nuser-agent: Lecteur T").into_bytes();
    request.extend(b"\xe9l\xe9 2\r\n\r\n");
    let answer = sent(&panel, request).await;
    assert!(answer.contains("Lecteur T\u{fffd}l\u{fffd} 2"), "{answer}");
}

#[tokio::test]
async fn a_long_name_of_a_player_is_cut_between_two_letters() {
    let panel = Panel::new().await;
    let agent = format!("x{}", "\u{e9}".repeat(300));
    let answer = panel.send(get(ANN).header("user-agent", &agent)).await;
    let seen = answer.json()["request"]["agent"].as_str().unwrap().to_owned();
    assert!(seen == format!("x{}", "\u{e9}".repeat(127)), "{seen}");
}

#[tokio::test]
async fn a_form_is_still_taken_up_to_the_limit() {
    let panel = Panel::new().await;
    let form = format!("username=ann&password=s3cret%2Bpw&pad={}", "x".repeat(60_000));
    assert_eq!(panel.send(post("/player_api.php", &form)).await.status, 200);
}
