//! Who is turned away when an action fails or meets its limits: nobody but the callers of that action, and not for what
//! one caller wished.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::caller::{Caller, Identity};
use host_core::{LineId, TenantId};
use host_runtime::{Call, CallError, Reply};
use support::Panel;
use support::guest::{Guest, REPLY, action, data};
use support::panel::call;

const TENANT: TenantId = support::panel::TENANT;

/// Answers `probe/fine`, and `probe/go` by these instructions.
fn two(go: &str) -> Guest {
    let mut guest = Guest::new(format!(
        "(if (i32.eq (local.get $action_len) (i32.const 10)) (then (return (call $ok (i32.const 8192) (i32.const {})))))
         {go}",
        REPLY.len()
    ));
    guest.fields = data(8192, REPLY);
    guest.names.push("probe/fine".into());
    guest.description["action"].as_array_mut().unwrap().push(action("probe", "fine"));
    guest
}

fn call_of(line: u32) -> Call {
    let caller = Caller { identity: Identity::Line { id: LineId(line) }, ..Caller::system(TENANT, "request-1") };
    Call { caller, ..call(TENANT) }
}

async fn go(panel: &Panel, line: u32) -> Result<Reply, CallError> {
    panel.call_with("probe", "go", call_of(line)).await
}

const ENDLESS: &str = "(loop $for_ever (br $for_ever)) (unreachable)";

#[tokio::test]
async fn an_action_that_keeps_failing_is_answered_for_and_the_others_of_its_plugin_go_on() {
    let panel = Panel::with(vec![two("(unreachable)").file()]);
    for _ in 0..5 {
        assert!(matches!(go(&panel, 1).await, Err(CallError::Fault { .. })));
    }
    assert!(matches!(go(&panel, 1).await, Err(CallError::Busy { retry_after: 1 })));
    assert!(panel.call("probe", "fine").await.is_ok(), "another action of the same plugin");
    let tripped = panel.runtime.tripped();
    assert_eq!((tripped.len(), tripped[0].2[0].action.as_str()), (1, "probe/go"));
    let health = &panel.runtime.health(TENANT)[0];
    assert_eq!(health.tripped, tripped[0].2, "the operator sees which");
    let neighbour = panel.call_with("probe", "go", call(TenantId(2))).await;
    assert!(matches!(neighbour, Err(CallError::Fault { .. })), "each tenant has breakers of its own");
}

#[tokio::test]
async fn the_wish_of_one_caller_turns_nobody_else_away() {
    let panel = Panel::with(vec![two(ENDLESS).file()]);
    for _ in 0..8 {
        let refused = go(&panel, 1).await;
        assert!(matches!(&refused, Err(CallError::Refusal(no)) if no.code == host_core::Code::Unavailable));
    }
    assert!(panel.runtime.tripped().is_empty(), "however often they wish it");
    for line in 2..=5 {
        assert!(matches!(go(&panel, line).await, Err(CallError::Refusal(_))));
    }
    assert!(matches!(go(&panel, 6).await, Err(CallError::Busy { .. })), "five callers met it: it is the action");
}
