//! What ends a connection: a change of its line, its bouquets, its credentials, its term.

use crate::panel::{Panel, code, map};
use crate::seats::{edit, start, visit};
use host_core::StreamId;
use host_engine::{Ended, Work, line, record};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_disabled_deleted_or_loses_seats_loses_its_connections_at_once() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 3).await;
    let first = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    let second = start(&panel, "guest", "10.0.0.2", "b").await.unwrap();
    edit(&panel, id, json!({ "max_connections": 1 })).await;
    assert_eq!((first.is_ended(), second.is_ended()), (Some(Ended::Killed), None));
    edit(&panel, id, json!({ "enabled": false })).await;
    assert_eq!(second.is_ended(), Some(Ended::Killed));
    assert_eq!(code(start(&panel, "guest", "10.0.0.2", "b").await), "disabled");
    edit(&panel, id, json!({ "enabled": true })).await;
    let third = start(&panel, "guest", "10.0.0.2", "b").await.unwrap();
    let delete = async |work: &mut Work| line::delete(work, id).await;
    panel.engine.act(panel.admin.clone(), "delete", delete).await.unwrap();
    assert_eq!(third.is_ended(), Some(Ended::Killed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_when_its_bouquet_is_taken_away_or_no_longer_holds_the_stream() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 2).await;
    let change = async |fields: serde_json::Value| {
        let fields = map(fields);
        let verb = async |work: &mut Work| record::edit(work, "bouquet", panel.bouquets[0], &fields).await;
        panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    };
    let seat = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    edit(&panel, id, json!({ "bouquets": [panel.bouquets[1], panel.bouquets[0]] })).await;
    assert_eq!(seat.is_ended(), None, "one of its bouquets still has it");
    edit(&panel, id, json!({ "bouquets": [panel.bouquets[1]] })).await;
    assert_eq!(seat.is_ended(), Some(Ended::Killed), "another set of bouquets");
    edit(&panel, id, json!({ "bouquets": [panel.bouquets[0]] })).await;
    let seat = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    let [one, two] = panel.streams;
    change(json!({ "members": [{ "stream": two }, { "stream": one }] })).await;
    assert_eq!(seat.is_ended(), None, "more members");
    change(json!({ "members": [{ "stream": two }] })).await;
    assert_eq!(seat.is_ended(), Some(Ended::Killed), "a bouquet without the stream");
    change(json!({ "members": [{ "stream": one }] })).await;
    let seat = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    let delete = async |work: &mut Work| record::delete(work, "bouquet", panel.bouquets[0]).await;
    panel.engine.act(panel.admin.clone(), "delete", delete).await.unwrap();
    assert_eq!(seat.is_ended(), Some(Ended::Killed), "no bouquet");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_when_the_credentials_change_that_it_signed_in_with() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 2).await;
    let seat = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    let unconcerned = json!({ "admin_notes": "x", "reseller_notes": "y", "restreamer": true, "password": "secret-1",
        "owner": panel.reseller_id() });
    edit(&panel, id, unconcerned).await;
    assert_eq!(seat.is_ended(), None);
    let stale = panel.sign_in("guest", "secret-1").await.unwrap().line;
    edit(&panel, id, json!({ "password": "secret-2" })).await;
    assert_eq!(seat.is_ended(), Some(Ended::Killed), "another password");
    edit(&panel, id, json!({ "password": "secret-1" })).await;
    let seat = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    edit(&panel, id, json!({ "username": "renamed" })).await;
    assert_eq!(seat.is_ended(), Some(Ended::Killed), "another user name");
    let (session, visit) = (panel.engine.seats().fresh_session(), visit("10.0.0.1", "a"));
    let late = panel.engine.admit(&stale, panel.tenant, StreamId(panel.streams[0]), session, &visit).await;
    assert_eq!(code(late), "auth_failed", "signed in before the change, started after it");
    assert_eq!(panel.engine.seats().count(panel.tenant, id).await.unwrap(), 0);
    let seat = start(&panel, "renamed", "10.0.0.1", "a").await.unwrap();
    edit(&panel, id, json!({ "enabled": true, "max_connections": 3 })).await;
    assert_eq!(seat.is_ended(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_when_the_term_does_and_when_a_block_hits_it() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 2).await;
    let now = panel.engine.clock().now().0;
    edit(&panel, id, json!({ "expiry": now + 5 })).await;
    let seat = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    panel.clock.pass(5);
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    assert_eq!(seat.is_ended(), Some(Ended::Killed));
    edit(&panel, id, json!({ "expiry": null })).await;
    let seat = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    let block = map(json!({ "kind": "address", "value": "10.0.0.0/24" }));
    let verb = async |work: &mut Work| record::create(work, "block", &block).await;
    panel.engine.act(panel.admin.clone(), "block", verb).await.unwrap();
    assert_eq!(seat.is_ended(), Some(Ended::Killed));
    assert_eq!(code(start(&panel, "guest", "10.0.0.1", "a").await), "address_refused");
}
