//! The outbox: what is performed, settled, and tried again.

use crate::panel::{HandClock, NODE, Panel, map};
use host_core::event::{AddressedEffect, Effect};
use host_core::plan::Database;
use host_core::port::Waiting;
use host_core::{NodeId, Nodes, StreamId, TenantId};
use host_engine::outbox::Performer;
use host_engine::{Work, record};
use parking_lot::Mutex;
use serde_json::json;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

/// Fails the first times, then notes.
#[derive(Default)]
struct Reluctant {
    failures: Mutex<u32>,
    done: Mutex<Vec<Effect>>,
}

impl Performer for Reluctant {
    fn perform(&self, _: TenantId, effect: &Effect) -> Result<(), String> {
        let mut left = self.failures.lock();
        if *left > 0 {
            *left -= 1;
            return Err("not now".into());
        }
        self.done.lock().push(effect.clone());
        Ok(())
    }
}

/// Takes three seconds for each.
struct Slow(Arc<HandClock>, Mutex<Vec<Effect>>);

impl Performer for Slow {
    fn perform(&self, _: TenantId, effect: &Effect) -> Result<(), String> {
        self.0.pass(3);
        self.1.lock().push(effect.clone());
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_waits_two_seconds_for_effects_and_the_outbox_does_the_rest() {
    let panel = Panel::new().await;
    let performer = Arc::new(Slow(panel.clock.clone(), Mutex::default()));
    panel.engine.set_performer(performer.clone());
    let verb = async |work: &mut Work| {
        for stream in panel.streams {
            record::edit(work, "stream", stream, &map(json!({ "sources": ["test:other"] }))).await?;
        }
        Ok(())
    };
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    let restart = panel.streams.map(|stream| Effect::RestartStream { stream: StreamId(stream) });
    assert_eq!(*performer.1.lock(), restart[..1], "the second one comes after the time that a reply waits");
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    assert_eq!(*performer.1.lock(), restart, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_fails_is_tried_again_later_and_settled_once_it_is_done() {
    let panel = Panel::new().await;
    let performer = Arc::new(Reluctant { failures: Mutex::new(3), ..Reluctant::default() });
    panel.engine.set_performer(performer.clone());
    let sources = map(json!({ "sources": ["test:other"] }));
    let verb = async |work: &mut Work| record::edit(work, "stream", panel.streams[0], &sources).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    assert!(performer.done.lock().is_empty());
    assert_eq!(waiting(&panel).await.len(), 1);
    // A step each second; the second failure is followed by a pause of more than one.
    for _ in 0..6 {
        panel.engine.step(panel.engine.clock().now()).await.unwrap();
        panel.clock.pass(1);
    }
    let restart = Effect::RestartStream { stream: StreamId(panel.streams[0]) };
    assert_eq!(*performer.done.lock(), [restart], "performed once");
    assert!(waiting(&panel).await.is_empty(), "settled");
}

/// Edits a stream for a caller who hangs up while the plan waits. False when the answer was faster.
async fn hangs_up(panel: &Panel, source: usize) -> bool {
    let sources = map(json!({ "sources": [format!("test:{source}")] }));
    let verb = async |work: &mut Work| record::edit(work, "stream", panel.streams[0], &sources).await;
    let mut act = pin!(panel.engine.act(panel.admin.clone(), "edit", verb));
    if act.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
        return false;
    }
    // Nobody asks for the answer any more, but the way to it is still open.
    for _ in 0..1_000 {
        if !waiting(panel).await.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    true
}

async fn waiting(panel: &Panel) -> Vec<Waiting> {
    waiting_for(panel, NODE).await
}

async fn waiting_for(panel: &Panel, node: NodeId) -> Vec<Waiting> {
    panel.engine.store().outbox(Database::Tenant(panel.tenant), node, panel.engine.clock().now(), 10).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_for_another_node_is_neither_performed_nor_lost_here() {
    let (panel, other) = (Panel::new().await, NodeId(2));
    let restart = |stream| Effect::RestartStream { stream: StreamId(stream) };
    let verb = async |work: &mut Work| {
        work.effect(AddressedEffect { effect: restart(1), to: Nodes::Node(other) });
        work.effect(AddressedEffect { effect: restart(2), to: Nodes::Node(NODE) });
        work.effect(restart(3));
        Ok(())
    };
    let performer = Arc::new(Reluctant::default());
    panel.engine.set_performer(performer.clone());
    panel.engine.act(panel.admin.clone(), "restart", verb).await.unwrap();
    let after = panel.restarted();
    after.set_performer(performer.clone());
    after.wake_outbox().await.unwrap();
    for _ in 0..3 {
        panel.engine.step(panel.engine.clock().now()).await.unwrap();
        after.step(panel.engine.clock().now()).await.unwrap();
        panel.clock.pass(1);
    }
    assert_eq!(*performer.done.lock(), [restart(2), restart(3)]);
    assert!(waiting(&panel).await.is_empty(), "settled");
    let left: Vec<_> = waiting_for(&panel, other).await.into_iter().map(|row| (row.effect, row.attempts)).collect();
    assert_eq!(left, [(restart(1), 0)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_effects_of_a_caller_who_hung_up_are_done_by_the_outbox() {
    let panel = Panel::new().await;
    let performer = Arc::new(Reluctant::default());
    panel.engine.set_performer(performer.clone());
    // The first plan with effects waits for its tenant's note; from the second on, what waits is the plan.
    let first = map(json!({ "sources": ["test:first"] }));
    let verb = async |work: &mut Work| record::edit(work, "stream", panel.streams[0], &first).await;
    panel.engine.act(panel.admin.clone(), "edit", verb).await.unwrap();
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    performer.done.lock().clear();
    let mut attempts = 0;
    while !hangs_up(&panel, attempts).await {
        attempts += 1;
        assert!(attempts < 1_000, "the writer is always faster");
        panel.engine.step(panel.engine.clock().now()).await.unwrap();
        performer.done.lock().clear();
    }
    assert_eq!((waiting(&panel).await.len(), performer.done.lock().len()), (1, 0), "committed and not performed");
    panel.engine.step(panel.engine.clock().now()).await.unwrap();
    let restart = Effect::RestartStream { stream: StreamId(panel.streams[0]) };
    assert_eq!(*performer.done.lock(), [restart]);
    assert!(waiting(&panel).await.is_empty(), "settled");
}
