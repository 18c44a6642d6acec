//! What a plan reads of its own rows: as far as its caller's scope goes, and all of a bouquet.

use crate::panel::{Panel, map};
use host_core::bouquet::Member;
use host_core::line::Line;
use host_core::object::Kind;
use host_core::user::User;
use host_core::{BouquetId, LineId, StreamId, UserId};
use host_engine::{Result, Work, user};
use serde_json::json;

/// A line of an owner as the caller's own plan sees it.
async fn sees(panel: &Panel, work: &mut Work, owner: UserId) -> bool {
    let model = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let id = LineId(work.next_id(Kind::Line).await.unwrap());
    work.insert(Line { id, owner, username: format!("own {id}"), ..(*model).clone() });
    work.get::<Line>(id).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_own_row_outside_the_callers_scope_is_not_found() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let (admin, seller) = (panel.admin.user().unwrap(), panel.reseller_id());
    let verb = async |work: &mut Work| -> Result<_> {
        let below = user::create(work, &map(json!({ "username": "below", "password": "long enough" }))).await?;
        let below = UserId(u32::try_from(below["id"].as_u64().unwrap()).unwrap());
        assert!(work.get::<User>(below).await.is_ok(), "their own new user");
        let seen = [sees(&panel, work, seller).await, sees(&panel, work, below).await, sees(&panel, work, admin).await];
        Ok(seen)
    };
    let mut run = panel.engine.begin(panel.reseller.clone(), "test").dry_run(true);
    let seen = verb(&mut run.attempt()).await.unwrap();
    assert_eq!(seen, [true, true, false]);
    let mut run = panel.engine.begin(panel.admin.clone(), "test").dry_run(true);
    let mut work = run.attempt();
    assert!(sees(&panel, &mut work, seller).await && sees(&panel, &mut work, admin).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn added_members_are_there_for_the_rest_of_the_plan_as_after_the_commit() {
    let panel = Panel::new().await;
    let (bouquet, [one, two]) = (BouquetId(panel.bouquets[0]), panel.streams.map(|id| Member::Stream(StreamId(id))));
    let members = async |change: &dyn Fn(&mut Work)| {
        let verb = async |work: &mut Work| {
            change(work);
            work.members(bouquet).await
        };
        let during = panel.engine.act(panel.admin.clone(), "test", verb).await.unwrap();
        let after = panel.engine.store().members(panel.tenant, bouquet).await.unwrap();
        assert_eq!(during, after);
        during
    };
    // Those that it has stay where they are.
    let added = members(&|work| work.add_members(bouquet, vec![two, one])).await;
    assert_eq!(added, [one, two]);
    let set = |work: &mut Work| {
        work.add_members(bouquet, vec![two]);
        work.set_members(bouquet, vec![two]);
        work.add_members(bouquet, vec![one, two]);
    };
    assert_eq!(members(&set).await, [two, one]);
}
