//! Sources as documents: what is kept of them, what is refused, and that their headers open doors.

use crate::origin::{Origin, PASS, dead_source};
use crate::panel::{fields, run};
use crate::place::Place;
use crate::watcher::{soon, until};
use host_engine::Work;
use serde_json::{Value, json};

/// A source that wants a pass, with it.
fn guarded(origin: &Origin, name: &str) -> Value {
    json!({ "url": origin.source(&format!("guarded/{name}")), "headers": { PASS[0]: PASS[1] } })
}

#[test]
fn a_source_that_wants_headers_plays_with_them_and_not_without() {
    run(async {
        let origin = Origin::start().await;
        for name in ["live.ts", "live.m3u8", "main.m3u8"] {
            // Behind another one, so that what belongs to the second goes to the second.
            let sources = json!([dead_source().await, guarded(&origin, name)]);
            let place = Place::new(json!({ "kind": "live", "name": "Live", "sources": sources }), json!({})).await;
            let mut watcher = place.watch("a").await;
            assert!(watcher.plays().await, "{name}: {}", watcher.head);
            drop(watcher);
            until("the seat is free", || place.taken() == 0).await;
            place.assert_segments_play().await;
        }
        let without = Place::live(&[origin.source("guarded/live.ts")]).await;
        assert_eq!(without.status(&without.path(".ts")).await, 503);
    });
}

#[test]
fn a_movie_is_fetched_with_the_headers_of_its_source() {
    run(async {
        let origin = Origin::start().await;
        let sources = json!([guarded(&origin, "segment-1.ts")]);
        let movie = json!({ "kind": "movie", "name": "Film", "container": "ts", "sources": sources });
        let place = Place::new(movie, json!({})).await;
        let path = format!("/movie/{}/{}.ts", place.login, place.stream);
        let answer = soon("a movie", place.tenant.get(&path)).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(soon("its bytes", answer.bytes()).await.unwrap(), host_media::sample_clip());
    });
}

/// What saving returns: the document that is stored, or the refusal's sentence.
async fn saved(place: &Place, document: Value) -> Result<Value, String> {
    let document = fields(document);
    let verb = async |work: &mut Work| host_engine::record::edit(work, "stream", place.stream, &document).await;
    let saved = place.tenant.panel.engine().act(place.tenant.system(), "test", verb).await;
    saved.map_err(|error| error.refusal().unwrap().message.to_string())
}

#[test]
fn what_cannot_be_delivered_or_would_do_nothing_is_refused_by_name_when_it_is_saved() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let group = "udp://@239.1.1.1:1234";
        for (document, named) in [
            (json!({"sources": [group], "delivery": "redirect"}), "cannot be delivered by redirect"),
            (json!({"sources": [group], "delivery": "proxy"}), "cannot be delivered by proxy"),
            (json!({"sources": [{"url": group, "headers": {"A": "b"}}]}), "headers"),
            (json!({"sources": [{"url": group, "colour": 1}]}), "no field colour"),
            (json!({"sources": [{"url": "http://h/a", "interface": "eth0"}]}), "interface"),
            (json!({"sources": [{"url": "test:1", "program": 1}]}), "program"),
            (json!({"sources": ["udp://@239.1.1.1"]}), "udp://ADDRESS:PORT"),
            (json!({"sources": ["udp://@239.1.1.1:1?fifo_size=1"]}), "only localaddr has an effect"),
        ] {
            let refused = saved(&place, document).await.unwrap_err();
            assert!(refused.contains(named), "{named}: {refused}");
        }
    });
}

#[test]
fn a_source_is_kept_as_a_document_where_more_than_its_address_is_set() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let full = json!({"url": "http://h.example/a", "headers": {"Cookie": "b"}, "program": 7});
        let stored = saved(&place, json!({"sources": [full, {"url": "test:2"}, "test:3"]})).await.unwrap();
        assert_eq!(stored["sources"], json!([full, "test:2", "test:3"]));
    });
}
