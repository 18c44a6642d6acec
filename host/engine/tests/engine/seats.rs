//! Seats: never one too many, whoever starts what at the same time.

use crate::panel::{NODE, Panel, code, ip, map};
use host_core::line::{Output, Visit};
use host_core::{LineId, StreamId};
use host_engine::connection::Seats;
use host_engine::{Ended, Seat, Work, line, record};
use host_store::{LocalLeases, SystemEntropy};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};

pub(crate) fn visit<'a>(address: &str, agent: &'a str) -> Visit<'a> {
    Visit { address: ip(address), agent, isp: None, country: None, output: Some(Output::Ts) }
}

pub(crate) async fn start(panel: &Panel, username: &str, address: &str, agent: &str) -> host_engine::Result<Seat> {
    let line = panel.sign_in(username, "secret-1").await.unwrap().line;
    let session = panel.engine.seats().fresh_session();
    let stream = StreamId(panel.streams[0]);
    panel.engine.admit(&line, panel.tenant, stream, session, &visit(address, agent)).await
}

pub(crate) async fn set(panel: &Panel, fields: serde_json::Value) {
    let fields = map(fields);
    let verb = async |work: &mut Work| record::edit(work, "settings", 1, &fields).await;
    panel.engine.act(panel.admin.clone(), "set", verb).await.unwrap();
}

pub(crate) async fn edit(panel: &Panel, id: LineId, fields: serde_json::Value) {
    let fields = map(fields);
    let verb = async |work: &mut Work| line::edit(work, id, &fields).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_rounds_of_fifty_parallel_starts_on_two_seats_never_hold_three() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 2).await;
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let (held, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (engine, runtime) = (&panel.engine, tokio::runtime::Handle::current());
    const THREADS: usize = 50;
    let barrier = Barrier::new(THREADS);
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (line, barrier, held, most, runtime) = (&line, &barrier, &held, &most, &runtime);
            let panel = &panel;
            scope.spawn(move || {
                let (address, agent) = (format!("127.0.1.{thread}"), format!("player {thread}"));
                for _ in 0..1_000 {
                    barrier.wait();
                    let session = engine.seats().fresh_session();
                    let visit = visit(&address, &agent);
                    let stream = StreamId(panel.streams[0]);
                    let seat = runtime.block_on(engine.admit(line, panel.tenant, stream, session, &visit));
                    if let Ok(seat) = seat {
                        most.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        barrier.wait();
                        held.fetch_sub(1, Ordering::SeqCst);
                        drop(seat);
                    } else {
                        barrier.wait();
                    }
                    barrier.wait();
                    assert_eq!(runtime.block_on(engine.seats().count(panel.tenant, id)).unwrap(), 0, "nothing leaks");
                    barrier.wait();
                }
            });
        }
    });
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_player_takes_its_own_seat_over_and_others_are_refused() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let first = start(&panel, "guest", "10.0.0.1", "vlc").await.unwrap();
    assert_eq!(code(start(&panel, "guest", "10.0.0.1", "kodi").await), "connection_limit");
    assert_eq!(code(start(&panel, "guest", "10.0.0.2", "vlc").await), "connection_limit");
    let second = start(&panel, "guest", "10.0.0.1", "vlc").await.unwrap();
    assert_eq!(first.ended().await, Ended::TakenOver);
    assert!(!first.count(1), "the older response has to end");
    assert_eq!(second.is_ended(), None);
    drop(first);
    assert_eq!(
        panel.engine.seats().count(panel.tenant, id).await.unwrap(),
        1,
        "the older handle does not end the newer lease"
    );
    drop(second);
    assert_eq!(panel.engine.seats().count(panel.tenant, id).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_created_channel_is_made_from_the_sources_of_a_live_one_and_takes_a_seat() {
    let panel = Panel::new().await;
    let create = async |source: &str| {
        let fields = map(json!({ "kind": "created_channel", "name": "Loop", "sources": [source] }));
        let verb = async |work: &mut Work| record::create(work, "stream", &fields).await;
        panel.engine.act(panel.admin.clone(), "create", verb).await
    };
    let refused = create("file:loop.ts").await.unwrap_err();
    assert_eq!(refused.refusal().unwrap().field.as_deref(), Some("sources"));
    let stream = u32::try_from(create("test:loop").await.unwrap()["id"].as_u64().unwrap()).unwrap();
    let fields = map(json!({ "members": [{ "stream": stream }] }));
    let verb = async |work: &mut Work| record::edit(work, "bouquet", panel.bouquets[0], &fields).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    panel.line("guest", 1).await;
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let (session, visit) = (panel.engine.seats().fresh_session(), visit("10.0.0.1", "vlc"));
    let seat = panel.engine.admit(&line, panel.tenant, StreamId(stream), session, &visit).await.unwrap();
    assert_eq!(seat.lease().await.unwrap().unwrap().stream, StreamId(stream));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_one_session_share_a_seat_that_outlives_them_until_it_runs_out() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let session = panel.engine.session_key(panel.tenant, &[b"one"]);
    let stream = StreamId(panel.streams[0]);
    for _ in 0..3 {
        let visit = visit("10.0.0.1", "vlc");
        let mut seat = panel.engine.admit(&line, panel.tenant, stream, session, &visit).await.unwrap();
        seat.linger();
        panel.clock.pass(20);
    }
    assert_eq!(panel.engine.seats().count(panel.tenant, id).await.unwrap(), 1);
    panel.clock.pass(10);
    assert_eq!(panel.engine.seats().count(panel.tenant, id).await.unwrap(), 0);
    assert!(start(&panel, "guest", "10.0.0.2", "kodi").await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restart_leases_count_and_go_back_to_their_player() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let seat = start(&panel, "guest", "10.0.0.1", "vlc").await.unwrap();
    let lost = seat.fence();
    // A crash: nobody closes the seat, only the mirror remembers it.
    std::mem::forget(seat);
    let leases = LocalLeases::new(NODE, panel.clock.clone(), panel.mirror.clone());
    let seats = Arc::new(Seats::new(NODE, panel.clock.clone(), &SystemEntropy, leases, panel.journal.clone()));
    assert_eq!(seats.count(panel.tenant, id).await.unwrap(), 1);
    let start = |address: &str, agent_hash: u64| host_engine::connection::SeatRequest {
        tenant: panel.tenant,
        line: id,
        owner: panel.reseller_id(),
        stream: StreamId(panel.streams[0]),
        session: seats.fresh_session(),
        coming: host_engine::connection::Coming::Start,
        agent_hash,
        agent: "vlc",
        address: ip(address),
        output: None,
        credentials: None,
        limit: host_core::line::SeatLimit::from(1),
        expiry: host_core::time::Expiry::Never,
        policy: host_core::settings::ConnectionPolicy::Refuse,
        same_player: host_core::settings::SamePlayer::TakeOver,
    };
    let agent_hash = panel.engine.seats().connections(panel.tenant, Some(id)).await.unwrap()[0].lease.agent;
    assert!(seats.acquire(start("10.0.0.2", agent_hash)).await.is_err(), "a stranger does not get it");
    let again = seats.acquire(start("10.0.0.1", agent_hash)).await.unwrap();
    assert!(again.fence() > lost);
    assert_eq!(seats.count(panel.tenant, id).await.unwrap(), 1);
    assert_eq!(panel.mirror.load().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_outside_the_bouquets_is_refused_and_the_refusal_is_in_the_journal() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
    let session = panel.engine.seats().fresh_session();
    let other = StreamId(panel.streams[1]);
    let refused = panel.engine.admit(&line, panel.tenant, other, session, &visit("10.0.0.1", "vlc")).await;
    assert_eq!(code(refused), "not_in_bouquet");
    let noted = format!("{:?}", panel.journal.0.lock().last().unwrap());
    assert!(noted.contains("not_in_bouquet"), "{noted}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_is_in_the_history_when_it_is_over() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    let seat = start(&panel, "guest", "10.0.0.1", "vlc").await.unwrap();
    seat.count(1_000);
    panel.clock.pass(7);
    drop(seat);
    let rows = panel.journal.0.lock();
    let host_core::journal::Entry::Activity { bytes, agent, started_at, ended_at, .. } = rows.last().unwrap() else {
        panic!("{:?}", rows.last());
    };
    assert_eq!((*bytes, agent.as_str(), ended_at.0 - started_at.0), (1_000, "vlc", 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_line_learns_its_operator_at_the_first_connection() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 2).await;
    edit(&panel, id, json!({ "isp_lock": true })).await;
    let admit = async |isp: &str| {
        let line = panel.sign_in("guest", "secret-1").await.unwrap().line;
        let visit = Visit { isp: Some(isp), ..visit("10.0.0.1", "vlc") };
        let session = panel.engine.seats().fresh_session();
        panel.engine.admit(&line, panel.tenant, StreamId(panel.streams[0]), session, &visit).await
    };
    admit("Telstra").await.unwrap();
    assert_eq!(code(admit("A1").await), "isp_refused");
    admit("Telstra").await.unwrap();
    edit(&panel, id, json!({ "isp": null })).await;
    admit("A1").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_with_a_line_as_it_was_before_a_ban_is_refused() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    let stale = panel.sign_in("guest", "secret-1").await.unwrap().line;
    edit(&panel, id, json!({ "admin_enabled": false })).await;
    let session = panel.engine.seats().fresh_session();
    let visit = visit("10.0.0.1", "vlc");
    let refused = panel.engine.admit(&stale, panel.tenant, StreamId(panel.streams[0]), session, &visit).await;
    assert_eq!(code(refused), "banned");
    assert_eq!(panel.engine.seats().count(panel.tenant, id).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_names_the_check_that_fails() {
    let panel = Panel::new().await;
    let id = panel.line("guest", 1).await;
    edit(&panel, id, json!({ "allowed_addresses": ["10.0.0.0/24"] })).await;
    let verb = async |work: &mut Work| host_engine::connection::why(work, "guest", Some(ip("10.0.1.1"))).await;
    let report = panel.engine.act(panel.admin.clone(), "why", verb).await.unwrap();
    let failed: Vec<_> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["ok"] == false)
        .map(|check| check["check"].as_str().unwrap())
        .collect();
    assert_eq!(failed, ["address"]);
}
