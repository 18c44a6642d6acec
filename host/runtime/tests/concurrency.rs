//! How many calls run at the same moment: so many of a tenant, of a plugin, and in all. One more is turned away at
//! once. Knows the host only by its public doors.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_runtime::{CallError, Reply};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use support::Panel;
use support::guest::Guest;
use support::panel::call;

const OF_A_TENANT: u32 = 64;
const OF_A_PLUGIN: u32 = 128;
const IN_ALL: u32 = 256;

/// A plugin whose calls run until nobody wants them any more.
fn waiting(name: &'static str) -> Guest {
    let mut guest =
        Guest::with_action("(loop $for_ever (br $for_ever)) (unreachable)", serde_json::json!({ "budget": "job" }));
    guest.name = name;
    guest.names = vec![format!("{name}/go")];
    guest.description["action"][0]["surface"] = name.into();
    guest.description["surface"][0] = support::guest::surface(name, &format!("/x/{name}/{{action}}"));
    guest
}

type Running<'p> = Pin<Box<dyn Future<Output = Result<Reply, CallError>> + 'p>>;

/// Begins a call: one that runs, or what it was told at once.
fn begin<'p>(panel: &'p Panel, tenant: u32, plugin: &'p str) -> Result<Running<'p>, CallError> {
    let mut running: Running<'p> = Box::pin(panel.call_with(plugin, "go", call(TenantId(tenant))));
    match running.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => Ok(running),
        Poll::Ready(Err(error)) => Err(error),
        Poll::Ready(Ok(_)) => panic!("it answered"),
    }
}

fn turned_away(begun: Result<Running<'_>, CallError>) -> bool {
    matches!(begun, Err(CallError::Busy { retry_after: 1 }))
}

#[tokio::test]
async fn each_bound_turns_the_next_call_away_until_one_ends() {
    let panel = Panel::with(["one", "two", "three"].map(|name| waiting(name).file()).to_vec());
    let mut running = Vec::new();
    let mut fill = |tenant: u32, plugin: &'static str| {
        running.extend((0..OF_A_TENANT).map(|n| begin(&panel, tenant, plugin).unwrap_or_else(|e| panic!("{n}: {e}"))));
    };
    fill(1, "one");
    assert!(turned_away(begin(&panel, 1, "one")), "the tenant has as many as it may");
    assert!(turned_away(begin(&panel, 1, "two")), "by whichever plugin");
    fill(2, "one");
    assert_eq!(2 * OF_A_TENANT, OF_A_PLUGIN);
    assert!(turned_away(begin(&panel, 3, "one")), "the plugin has as many as it may, over all tenants");
    fill(3, "two");
    fill(4, "two");
    assert_eq!(4 * OF_A_TENANT, IN_ALL);
    assert!(turned_away(begin(&panel, 5, "three")), "there are as many as the process runs");
    drop(running.pop());
    assert!(begin(&panel, 5, "three").is_ok(), "one has ended");
}
