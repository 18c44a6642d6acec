//! What the log says of requests, at its most talkative.

use crate::client::{get, post};
use crate::panel::Panel;
use host_http::AboutRequest;
use parking_lot::Mutex;
use std::io;
use std::sync::Arc;
use tracing_subscriber::fmt::MakeWriter;

/// Everything that was logged.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Kept;

    fn make_writer(&'a self) -> Kept {
        self.clone()
    }
}

#[tokio::test]
async fn the_log_says_who_was_answered_with_how_much_and_no_credential() {
    let kept = Kept::default();
    let log = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let log = log.map_event_format(AboutRequest::text).with_writer(kept.clone()).finish();
    tracing::subscriber::set_global_default(log).unwrap();
    let panel = Panel::new().await;
    let key = panel.admin_key.clone();
    for request in [
        get("/player_api.php?username=ann&password=s3cret%2Bpw"),
        get("/player_api.php?username=ann&password=wr0ng-secret"),
        get(format!("/live/ann/s3cret+pw/{}.m3u8", panel.live)),
        get(format!("/live/ann/wr0ng-secret/{}.ts", panel.live)),
        get(format!("/ann/wr0ng-secret/{}", panel.live)),
        post(panel.admin(""), &format!("api_key={key}&action=breaks")),
        get(panel.admin("action=read")).header("authorization", &format!("Bearer {key}")),
    ] {
        panel.send(request).await;
    }
    let text = String::from_utf8(kept.0.lock().clone()).unwrap();
    assert!(text.contains("/live/{username}/{password}/{stream#}"), "the matched route is named");
    assert!(text.contains("/{code}/admin/index.php"));
    for secret in ["s3cret", "wr0ng-secret", key.as_str(), panel.admin_code.as_str()] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
    let lines = || text.lines().filter(|line| line.contains("answered"));
    let signed_in = format!("line={}", panel.line.0);
    for parts in [
        [signed_in.as_str(), "address=127.0.0.1", "bytes=", "status=200"],
        ["refused=\"auth_failed\"", "address=127.0.0.1", "live/{username}", "status=401"],
        ["user=", "action=read", "{code}/admin/index.php", "status=200"],
    ] {
        assert!(lines().any(|line| parts.iter().all(|part| line.contains(part))), "{parts:?} in\n{text}");
    }
    assert!(lines().any(|line| line.contains(&signed_in) && !line.contains("bytes=0 ")), "bodies are counted");
}
