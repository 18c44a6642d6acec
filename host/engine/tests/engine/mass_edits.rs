//! Edits of many lines: what is chosen is edited once, whatever happens in between, and nothing else is.

use crate::panel::{Panel, code, map};
use host_core::JobId;
use host_core::caller::{Caller, Scope};
use host_core::job::{Job, JobState};
use host_core::kind::{Key, Kind};
use host_core::line::Line;
use host_core::object::{Object, Stored};
use host_core::plan::Database;
use host_core::port::Query;
use host_engine::{Engine, Work, line, mass_edit, record, user};
use serde_json::{Value, json};
use std::sync::Arc;

/// More than three chunks of a mass edit.
const LINES: u32 = 1_800;

async fn with_lines(count: u32) -> Panel {
    let panel = Panel::new().await;
    for from in (0..count).step_by(300) {
        let create = async |work: &mut Work| {
            for number in from..count.min(from + 300) {
                let options = map(json!({ "username": format!("viewer{number}"), "password": "secret-1" }));
                line::create(work, &options).await?;
            }
            Ok(())
        };
        panel.engine.act(panel.admin.clone(), "create", create).await.unwrap();
    }
    panel
}

async fn ask(panel: &Panel, by: &Caller, options: Value) -> host_engine::Result<JobId> {
    let options = map(options);
    let verb = async |work: &mut Work| mass_edit::of_lines(work, &options).await;
    let job = panel.engine.act(by.clone(), "mass edit", verb).await?;
    Ok(JobId(u32::try_from(job["id"].as_u64().unwrap()).unwrap()))
}

async fn job(engine: &Engine, panel: &Panel, id: JobId) -> Job {
    let row = engine.store().get(Database::Tenant(panel.tenant), Scope::Tenant, Key::Job(id)).await.unwrap();
    row.and_then(Job::from_object).unwrap()
}

async fn lines(panel: &Panel) -> Vec<Line> {
    let (mut lines, mut query) = (Vec::new(), Query::all(Kind::Line, Scope::Tenant));
    loop {
        let page = panel.engine.store().list(Database::Tenant(panel.tenant), query.clone()).await.unwrap();
        lines.extend(page.rows.into_iter().filter_map(|row| match row {
            Object::Line(line) => Some(line),
            _ => None,
        }));
        let Some(last) = page.last else { return lines };
        query.filters = vec![host_core::port::Filter::After(last)];
    }
}

async fn all_done(engine: &Arc<Engine>) {
    while let Some(turn) = engine.take_mass_edit_turn() {
        turn.run().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_done_before_a_process_ended_is_not_done_again_and_the_rest_is() {
    let panel = with_lines(LINES).await;
    let id = ask(&panel, &panel.admin, json!({ "all": true, "max_connections": 7 })).await.unwrap();
    let begun = async {
        while job(&panel.engine, &panel, id).await.cursor == 0 {
            tokio::task::yield_now().await;
        }
    };
    let turn = panel.engine.take_mass_edit_turn().unwrap();
    tokio::select! {
        done = turn.run() => panic!("{done:?}"),
        () = begun => {}
    }
    let left = job(&panel.engine, &panel, id).await;
    assert!(left.state == JobState::Running && left.counts["changed"] < u64::from(LINES), "{left:?}");

    let engine = panel.restarted();
    engine.step(engine.clock().now()).await.unwrap();
    all_done(&engine).await;
    let done = job(&engine, &panel, id).await;
    assert_eq!((done.state, done.counts), (JobState::Done, [("changed".to_owned(), u64::from(LINES))].into()));
    let lines = lines(&panel).await;
    assert_eq!(lines.iter().filter(|line| line.max_connections == 7.into()).count(), LINES as usize);
    assert!(lines.iter().all(|line| line.version == lines[0].version), "a line was edited twice");
    assert!(engine.take_mass_edit_turn().is_none());
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_chosen_is_edited_and_a_line_that_refuses_is_counted() {
    let panel = with_lines(6).await;
    let all = lines(&panel).await;
    let ids: Vec<_> = all[..4].iter().map(|line| line.id.0).collect();
    ask(&panel, &panel.admin, json!({ "ids": ids, "enabled": false })).await.unwrap();
    all_done(&panel.engine).await;
    let off = |lines: &[Line]| lines.iter().filter(|line| !line.enabled).map(|line| line.id.0).collect::<Vec<_>>();
    assert_eq!(off(&lines(&panel).await), ids);

    let id = ask(&panel, &panel.admin, json!({ "filter": "disabled", "enabled": true, "trial": true })).await.unwrap();
    all_done(&panel.engine).await;
    assert_eq!(job(&panel.engine, &panel, id).await.counts, [("changed".to_owned(), 4)].into());
    let after = lines(&panel).await;
    assert!(off(&after).is_empty());
    assert_eq!(after.iter().filter(|line| line.trial).count(), 4);

    let again = ask(&panel, &panel.admin, json!({ "ids": ids, "trial": true, "delivery": "line" })).await.unwrap();
    let boxes = ask(&panel, &panel.admin, json!({ "all": true, "trial": false, "delivery": "mag" })).await.unwrap();
    all_done(&panel.engine).await;
    assert_eq!(job(&panel.engine, &panel, again).await.counts, [("unchanged".to_owned(), 4)].into());
    assert_eq!(job(&panel.engine, &panel, boxes).await.counts, [].into(), "there are no boxes");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_before_a_job_is_made() {
    let panel = with_lines(1).await;
    for (options, refusal) in [
        (json!({ "max_connections": 2 }), "invalid_input"),
        (json!({ "ids": [], "max_connections": 2 }), "invalid_input"),
        (json!({ "all": true }), "invalid_input"),
        (json!({ "all": true, "username": "one" }), "invalid_input"),
        (json!({ "all": true, "extend": 1 }), "invalid_input"),
        (json!({ "all": true, "colour": 1 }), "invalid_input"),
        (json!({ "all": true, "expiry": -1 }), "invalid_date"),
        (json!({ "all": true, "bouquets": [999] }), "invalid_input"),
        (json!({ "filter": "blue", "enabled": true }), "invalid_input"),
        (json!({ "ids": (1..=10_001).collect::<Vec<u32>>(), "enabled": true }), "too_large"),
    ] {
        assert_eq!(code(ask(&panel, &panel.admin, options.clone()).await), refusal, "{options}");
    }
    let sold = json!({ "all": true, "max_connections": 9 });
    assert_eq!(code(ask(&panel, &panel.reseller, sold).await), "not_permitted");
    assert!(panel.engine.take_mass_edit_turn().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_ends_when_it_is_cancelled_or_who_asked_for_it_may_not_any_more() {
    let panel = with_lines(3).await;
    let make = async |work: &mut Work| {
        user::create(work, &map(json!({ "username": "second", "password": "long enough", "role": "admin" }))).await
    };
    let second = panel.engine.act(Caller::system(panel.tenant, "test"), "create", make).await.unwrap();
    let second = u32::try_from(second["id"].as_u64().unwrap()).unwrap();
    let by = crate::panel::caller(panel.tenant, second.into(), host_core::user::Role::Admin);
    let theirs = ask(&panel, &by, json!({ "all": true, "trial": true })).await.unwrap();
    let cancelled = ask(&panel, &panel.admin, json!({ "all": true, "trial": true })).await.unwrap();
    let set = async |state: &str| {
        let fields = map(json!({ "state": state }));
        let verb = async |work: &mut Work| record::edit(work, "job", cancelled.0, &fields).await;
        panel.engine.act(panel.admin.clone(), "cancel", verb).await
    };
    assert_eq!(code(set("done").await), "invalid_input");
    set("cancelled").await.unwrap();
    assert_eq!(code(set("cancelled").await), "invalid_input", "it has ended");
    let switch = map(json!({ "enabled": false }));
    let off = async |work: &mut Work| user::edit(work, host_core::UserId(second), &switch).await;
    panel.engine.act(Caller::system(panel.tenant, "test"), "switch off", off).await.unwrap();
    all_done(&panel.engine).await;
    let ended = [job(&panel.engine, &panel, theirs).await, job(&panel.engine, &panel, cancelled).await];
    assert_eq!(ended.each_ref().map(|job| job.state), [JobState::Failed, JobState::Cancelled], "{ended:?}");
    assert!(ended[0].error.as_deref().is_some_and(|error| error.contains("no admin any more")), "{ended:?}");
    assert!(lines(&panel).await.iter().all(|line| !line.trial));
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_kind_are_edited_and_no_others() {
    let panel = Panel::new().await;
    let make = async |work: &mut Work| {
        for number in 0..230 {
            let kind = if number % 10 == 0 { "radio" } else { "movie" };
            let movie = json!({ "kind": kind, "name": format!("Title {number}"), "sources": ["http://films.example.org/a.mp4"] });
            record::create(work, "stream", &map(movie)).await?;
        }
        Ok(())
    };
    panel.engine.act(panel.admin.clone(), "create", make).await.unwrap();
    let ask = async |kind: &'static str, options: Value| {
        let options = map(options);
        let verb = async |work: &mut Work| mass_edit::of_records(work, kind, &options).await;
        let job = panel.engine.act(panel.admin.clone(), "mass edit", verb).await?;
        Ok::<_, host_engine::Error>(JobId(u32::try_from(job["id"].as_u64().unwrap()).unwrap()))
    };
    let list = async |kind: &'static str| {
        let query = map(json!({ "limit": 1_000 }));
        let verb = async |work: &mut Work| record::list(work, kind, &query).await;
        panel.engine.act(panel.admin.clone(), "list", verb).await.unwrap()["rows"].as_array().unwrap().clone()
    };
    let bouquet = panel.bouquets[0];
    let all =
        ask("movie", json!({ "all": true, "adult": true, "details.genre": "Drama", "bouquets": [bouquet] })).await;
    all_done(&panel.engine).await;
    let done = job(&panel.engine, &panel, all.unwrap()).await;
    assert_eq!((done.state, done.counts), (JobState::Done, [("changed".to_owned(), 207)].into()));
    let movies = list("movie").await;
    assert!(movies.len() == 207 && movies.iter().all(|row| row["adult"] == true && row["details"]["genre"] == "Drama"));
    assert!(list("radio").await.iter().all(|row| row["adult"] == false), "another kind");
    let members = async |work: &mut Work| record::get(work, "bouquet", bouquet).await;
    let members = panel.engine.act(panel.admin.clone(), "get", members).await.unwrap();
    assert_eq!(members["counts"]["movie"], 207);
    // What is so already, what is of another kind, and what is not there.
    let radio = list("radio").await[0]["id"].clone();
    let ids = json!([movies[0]["id"], movies[1]["id"], radio, 999_999]);
    let again = ask("movie", json!({ "ids": ids, "adult": true })).await.unwrap();
    let found = ask("movie", json!({ "search": "Title 22", "enabled": false })).await.unwrap();
    all_done(&panel.engine).await;
    assert_eq!(job(&panel.engine, &panel, again).await.counts, [("unchanged".to_owned(), 2)].into());
    assert_eq!(job(&panel.engine, &panel, found).await.counts, [("changed".to_owned(), 10)].into());
    for (kind, options) in [
        ("movie", json!({ "adult": true })),
        ("movie", json!({ "all": true })),
        ("movie", json!({ "all": true, "version": 1, "adult": true })),
        ("movie", json!({ "all": true, "categories": [77] })),
        ("movie", json!({ "all": true, "no such": 1 })),
        ("job", json!({ "all": true, "state": "cancelled" })),
        ("nonsense", json!({ "all": true, "name": "x" })),
    ] {
        assert_eq!(code(ask(kind, options.clone()).await), "invalid_input", "{kind} {options}");
    }
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_only_one_may_have_goes_to_the_first() {
    let panel = Panel::new().await;
    let make = async |work: &mut Work| {
        for number in 0..3 {
            let category = json!({ "kind": "live", "name": format!("Category {number}") });
            record::create(work, "category", &map(category)).await?;
        }
        Ok(())
    };
    panel.engine.act(panel.admin.clone(), "create", make).await.unwrap();
    let options = map(json!({ "all": true, "name": "News" }));
    let verb = async |work: &mut Work| mass_edit::of_records(work, "category", &options).await;
    let asked = panel.engine.act(panel.admin.clone(), "mass edit", verb).await.unwrap();
    all_done(&panel.engine).await;
    let done = job(&panel.engine, &panel, JobId(u32::try_from(asked["id"].as_u64().unwrap()).unwrap())).await;
    let counts = [("changed".to_owned(), 1), ("refused:name_taken".to_owned(), 2)];
    assert_eq!((done.state, done.counts), (JobState::Done, counts.into()));
    panel.verify().await;
}
