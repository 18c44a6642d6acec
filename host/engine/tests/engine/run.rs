//! Runs: conflicts, kept answers, idempotency, dry runs.

use crate::panel::{Panel, map};
use host_core::line::Line;
use host_core::object::Kind;
use host_core::plan::{Database, Idempotency, Plan};
use host_core::{LineId, PackageId};
use host_engine::{Error, Finished, Work, act, credit, line};
use serde_json::json;

async fn note(panel: &Panel, id: LineId, text: &str) {
    let verb = async |work: &mut Work| {
        let before: Line = work.get(id).await?;
        work.update(&before, Line { admin_notes: text.into(), ..before.clone() });
        Ok(())
    };
    panel.engine.act(panel.admin.clone(), "note", verb).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_met_a_conflict_gets_the_same_answers_again_and_the_new_row() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let mut run = panel.engine.begin(panel.admin.clone(), "test");
    let mut answers = Vec::new();
    for attempt in 0..2 {
        let mut work = run.attempt();
        let before: Line = work.get(id).await.unwrap();
        answers.push((work.now(), work.random(32), work.next_id(Kind::Line).await.unwrap()));
        work.update(&before, Line { reseller_notes: "mine".into(), ..before.clone() });
        if attempt == 0 {
            note(&panel, id, "someone was faster").await;
            panel.clock.pass(5);
        }
        let finished = run.finish(work, Vec::new()).await.unwrap();
        assert_eq!(matches!(finished, Finished::Again), attempt == 0);
    }
    assert_eq!(answers[0], answers[1]);
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    assert_eq!((line.admin_notes.as_str(), line.reseller_notes.as_str()), ("someone was faster", "mine"));
}

/// Creates lines in one run, each time with a name that someone else takes before the commit.
async fn raced(panel: &Panel, races: usize) -> Result<Finished, Error> {
    let mut run = panel.engine.begin(panel.admin.clone(), "test");
    for attempt in 0.. {
        let mut work = run.attempt();
        let name = format!("name{attempt}");
        line::create(&mut work, &map(json!({ "username": name, "password": "secret-1" }))).await?;
        if attempt < races {
            panel.line(&name, 1).await;
        }
        match run.finish(work, Vec::new()).await? {
            Finished::Again => continue,
            done => return Ok(done),
        }
    }
    unreachable!("a run ends after three attempts")
}

#[tokio::test(flavor = "multi_thread")]
async fn two_conflicts_are_made_good_by_running_again() {
    let panel = Panel::new().await;
    raced(&panel, 2).await.unwrap();
    assert!(panel.sign_in("name2", "secret-1").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_third_conflict_is_a_refusal_that_says_when_to_come_back() {
    let panel = Panel::new().await;
    let Err(Error::Refusal(refusal)) = raced(&panel, 3).await else { panic!("no refusal") };
    assert_eq!((refusal.code.as_str(), refusal.retry_after), ("conflict", Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sales_on_one_balance_all_go_through_or_are_refused_for_a_reason() {
    let panel = Panel::new().await;
    let options = map(json!({}));
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (engine, by, options) = (panel.engine.clone(), panel.reseller.clone(), options.clone());
            let package = PackageId(panel.package);
            tokio::spawn(async move {
                let run = engine.begin(by, "sell");
                Ok::<_, Error>(act!(run, |work| line::sell(work, package, false, &options).await?))
            })
        })
        .collect();
    let mut sold = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => sold += 1,
            Err(Error::Refusal(refusal)) => {
                assert!(["insufficient_credits", "conflict"].contains(&refusal.code.as_str()), "{refusal:?}");
            }
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(panel.balance(panel.reseller_id()).await, format!("{}.00", 100 - 10 * sold));
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_answers_as_if_and_writes_nothing() {
    let panel = Panel::new().await;
    let before = panel.balance(panel.reseller_id()).await;
    let mut run = panel.engine.begin(panel.reseller.clone(), "reseller/create_line").dry_run(true);
    let mut work = run.attempt();
    let options = map(json!({ "username": "ghost", "password": "secret-1" }));
    let view = line::sell(&mut work, PackageId(panel.package), false, &options).await.unwrap();
    let listing = work.listing().to_string();
    assert!(listing.contains("ghost") && listing.contains("purchase"), "{listing}");
    assert!(!listing.contains("secret-1"), "{listing}");
    run.finish(work, view.to_string().into_bytes()).await.unwrap();
    assert_eq!(panel.balance(panel.reseller_id()).await, before);
    assert!(panel.sign_in("ghost", "secret-1").await.is_err());
    panel.line("ghost", 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_shows_late_values_as_of_now() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.admin.clone(), "adjust").dry_run(true);
    let mut work = run.attempt();
    let view = credit::adjust(&mut work, panel.reseller_id(), "5", "").await.unwrap();
    let Finished::Done { reply, .. } = run.finish(work, view.to_string().into_bytes()).await.unwrap() else {
        panic!("a dry run has no conflicts");
    };
    let reply: serde_json::Value = serde_json::from_slice(&reply).unwrap();
    assert_eq!((reply["before"].as_f64(), reply["after"].as_f64()), (Some(100.0), Some(105.0)));
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_under_a_key_gets_the_first_reply_and_does_nothing() {
    let panel = Panel::new().await;
    let adjust = async |key: &str, request: [u8; 32]| {
        let mut run = panel.engine.begin(panel.admin.clone(), "adjust");
        if let Some(reply) = run.under_key(key, request).await? {
            return Ok(reply);
        }
        let mut work = run.attempt();
        let view = credit::adjust(&mut work, panel.reseller_id(), "5", "").await?;
        match run.finish(work, view.to_string().into_bytes()).await? {
            Finished::Done { reply, .. } => Ok::<_, Error>(reply),
            other => panic!("no conflict here: {other:?}"),
        }
    };
    let first = adjust("k1", [1; 32]).await.unwrap();
    assert_eq!(adjust("k1", [1; 32]).await.unwrap(), first);
    assert_eq!(panel.balance(panel.reseller_id()).await, "105.00");
    assert_eq!(crate::panel::code(adjust("k1", [2; 32]).await), "idempotency_mismatch");
    adjust("k2", [1; 32]).await.unwrap();
    assert_eq!(panel.balance(panel.reseller_id()).await, "110.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_first_reply_although_its_caller_hung_up_before_the_commit() {
    let panel = Panel::new().await;
    let (user, request) = (panel.admin.user().unwrap(), [1; 32]);
    let sell = map(json!({ "username": "once", "password": "secret-1" }));
    let mut repeat = panel.engine.begin(panel.admin.clone(), "sell");
    assert!(repeat.under_key("k", request).await.unwrap().is_none(), "the first plan still waits for the writer");
    let mut work = repeat.attempt();
    let view = line::create(&mut work, &sell).await.unwrap();
    // Now the first one is committed: it made the same line, and nobody waits for its answer.
    let mut first = panel.engine.begin(panel.admin.clone(), "sell");
    let mut gone = first.attempt();
    line::create(&mut gone, &sell).await.unwrap();
    first.finish(gone, Vec::new()).await.unwrap();
    let reply = br#"{"data":"first"}"#.to_vec();
    let kept = Idempotency { user, key: "k".into(), request, reply: reply.clone(), at: panel.engine.clock().now() };
    let plan = Plan { idempotency: Some(kept), ..Plan::default() };
    panel.engine.store().commit(Database::Tenant(panel.tenant), plan).await.unwrap();
    let finished = repeat.finish(work, view.to_string().into_bytes()).await.unwrap();
    assert!(matches!(finished, Finished::Before { reply: answer } if answer == reply));
    assert_eq!(repeat.first_reply().await.unwrap(), Some(reply), "also for one whom a verb refuses");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_request_with_a_key_waits_outside_while_the_first_runs() {
    let panel = Panel::new().await;
    let mut first = panel.engine.begin(panel.admin.clone(), "adjust");
    assert!(first.under_key("k", [1; 32]).await.unwrap().is_none());
    let mut second = panel.engine.begin(panel.admin.clone(), "adjust");
    assert_eq!(crate::panel::code(second.under_key("k", [1; 32]).await), "idempotency_busy");
    drop(second);
    let mut third = panel.engine.begin(panel.admin.clone(), "adjust");
    assert_eq!(crate::panel::code(third.under_key("k", [1; 32]).await), "idempotency_busy");
    drop(first);
    drop(third);
    let mut fourth = panel.engine.begin(panel.admin.clone(), "adjust");
    assert!(fourth.under_key("k", [1; 32]).await.unwrap().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_inside_a_text_is_a_fault_and_nothing_is_committed() {
    let panel = Panel::new().await;
    let mut run = panel.engine.begin(panel.admin.clone(), "adjust");
    let mut work = run.attempt();
    let view = credit::adjust(&mut work, panel.reseller_id(), "5", "").await.unwrap();
    let reply = json!({ "text": format!("now {}", view["after"].as_str().unwrap()) }).to_string();
    assert!(matches!(run.finish(work, reply.into_bytes()).await, Err(Error::Invalid(_))));
    assert_eq!(panel.balance(panel.reseller_id()).await, "100.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verb_reads_what_its_own_plan_wrote_by_id_and_by_name() {
    let panel = Panel::new().await;
    let options = map(json!({ "username": "guest", "password": "secret-1" }));
    let verb = async |work: &mut Work| {
        let made = line::create(work, &options).await?;
        let id = LineId(u32::try_from(made["id"].as_u64().unwrap()).unwrap());
        let renamed = map(json!({ "username": "renamed" }));
        line::edit(work, id, &renamed).await?;
        // The old name is free again, the new one is taken, though nothing is committed yet.
        line::create(work, &options).await?;
        assert_eq!(crate::panel::code(line::create(work, &renamed).await), "username_taken");
        line::get(work, id).await
    };
    let view = panel.engine.act(panel.admin.clone(), "two", verb).await.unwrap();
    assert_eq!(view["username"], "renamed");
    assert!(panel.sign_in("renamed", "secret-1").await.is_ok());
    assert!(panel.sign_in("guest", "secret-1").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_request_awaits_can_be_spawned() {
    fn spawnable<T: Send>(future: T) -> T {
        future
    }
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let session = panel.engine.seats().fresh_session();
    let (address, stream) = (crate::panel::ip("10.0.0.1"), host_core::StreamId(panel.streams[0]));
    let visit = host_core::line::Visit { address, agent: "", isp: None, country: None, output: None };
    spawnable(panel.engine.admit(&line, panel.tenant, stream, session, &visit)).await.unwrap();
    spawnable(host_engine::tenant::create(&panel.engine, "t", "second", &[])).await.unwrap();
    spawnable(host_engine::tenant::set(&panel.engine, "t", "second", &map(json!({ "lines": 5 })))).await.unwrap();
    spawnable(host_engine::tenant::suspend(&panel.engine, "t", "second")).await.unwrap();
    spawnable(host_engine::tenant::delete(&panel.engine, "t", "second")).await.unwrap();
    spawnable(panel.engine.step(panel.engine.clock().now())).await.unwrap();
}
