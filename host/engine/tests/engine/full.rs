//! What happens to a start when all seats of its line are taken.

use crate::panel::{Panel, code, map};
use crate::seats::{edit, set, start};
use host_engine::{Ended, Work, record};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn with_the_other_policy_the_oldest_ends() {
    let panel = Panel::new().await;
    panel.line("guest", 2).await;
    set(&panel, json!({ "connection_policy": "end_oldest" })).await;
    let first = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    let second = start(&panel, "guest", "10.0.0.2", "b").await.unwrap();
    let third = start(&panel, "guest", "10.0.0.3", "c").await.unwrap();
    assert_eq!(first.ended().await, Ended::Oldest);
    assert_eq!((second.is_ended(), third.is_ended()), (None, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_package_has_a_policy_of_its_own_for_its_lines() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    edit(&panel, id, json!({ "package": panel.package })).await;
    let package = async |policy: serde_json::Value| {
        let fields = map(json!({ "connection_policy": policy }));
        let verb = async |work: &mut Work| record::edit(work, "package", panel.package, &fields).await;
        panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap()
    };
    let first = start(&panel, "guest", "10.0.0.1", "a").await.unwrap();
    assert_eq!(code(start(&panel, "guest", "10.0.0.2", "b").await), "connection_limit");
    assert_eq!(package(json!("end_oldest")).await["connection_policy"], "end_oldest");
    let second = start(&panel, "guest", "10.0.0.2", "b").await.unwrap();
    assert_eq!((first.is_ended(), second.is_ended()), (Some(Ended::Oldest), None));
    set(&panel, json!({ "connection_policy": "end_oldest" })).await;
    package(json!("refuse")).await;
    assert_eq!(code(start(&panel, "guest", "10.0.0.3", "c").await), "connection_limit");
    package(json!(null)).await;
    start(&panel, "guest", "10.0.0.3", "c").await.unwrap();
    assert_eq!(second.is_ended(), Some(Ended::Oldest));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tuner_of_a_recording_server_ends_no_recording() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 2).await;
    let tuner = async || start(&panel, "guest", "10.0.0.1", "dvr").await;
    edit(&panel, id, json!({ "restreamer": true })).await;
    let recordings = [tuner().await.unwrap(), tuner().await.unwrap()];
    assert_eq!(code(tuner().await), "connection_limit", "a line that feeds others");
    edit(&panel, id, json!({ "restreamer": false, "same_player": "refuse" })).await;
    assert_eq!(code(tuner().await), "connection_limit", "a line of which it is said");
    edit(&panel, id, json!({ "same_player": null })).await;
    set(&panel, json!({ "same_player": "refuse" })).await;
    assert_eq!(code(tuner().await), "connection_limit", "a panel of which it is said");
    assert!(recordings.iter().all(|recording| recording.is_ended().is_none()));
    set(&panel, json!({ "same_player": "take_over" })).await;
    tuner().await.unwrap();
    assert_eq!(recordings[0].is_ended(), Some(Ended::TakenOver));
}
