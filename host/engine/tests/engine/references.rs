//! What a deletion and a reference are decided from still holds at commit, whoever was quicker.

use crate::panel::{Panel, code, map};
use host_core::PackageId;
use host_engine::{Finished, Work, line, record};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_package_that_was_sold_while_it_was_being_deleted_stays() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.admin.clone(), "delete");
    let mut work = run.attempt();
    record::delete(&mut work, "package", panel.package).await.unwrap();
    let sell = async |work: &mut Work| line::sell(work, PackageId(panel.package), false, &map(json!({}))).await;
    panel.engine.act(panel.reseller.clone(), "sell", sell).await.unwrap();
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again));
    let mut work = run.attempt();
    assert_eq!(code(record::delete(&mut work, "package", panel.package).await), "in_use");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bouquet_whose_stream_goes_meanwhile_is_refused_and_is_no_fault() {
    let panel = Panel::new().await;
    let [one, two] = panel.streams;
    let members = map(json!({ "members": [{ "stream": one }, { "stream": two }] }));
    let mut run = panel.engine.begin(panel.admin.clone(), "edit");
    let mut work = run.attempt();
    record::edit(&mut work, "bouquet", panel.bouquets[0], &members).await.unwrap();
    let delete = async |work: &mut Work| record::delete(work, "stream", two).await;
    panel.engine.act(panel.admin.clone(), "delete", delete).await.unwrap();
    assert!(matches!(run.finish(work, Vec::new()).await.unwrap(), Finished::Again));
    let mut work = run.attempt();
    assert_eq!(code(record::edit(&mut work, "bouquet", panel.bouquets[0], &members).await), "invalid_input");
}
