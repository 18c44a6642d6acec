//! How many calls run at the same moment: of a tenant, of a plugin, and in all. One more is turned away at once.
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

/// Calls that may take long, as these do, have half of what there is.
const OF_A_TENANT: u32 = 32;
const OF_A_PLUGIN: u32 = 24;
const IN_ALL: u32 = 128;

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
    let mut fill = |tenant: u32, plugin: &'static str, count: u32| {
        running.extend((0..count).map(|n| begin(&panel, tenant, plugin).unwrap_or_else(|e| panic!("{n}: {e}"))));
    };
    fill(1, "one", OF_A_PLUGIN);
    assert!(turned_away(begin(&panel, 1, "one")), "the plugin has as many as it may in this tenant");
    fill(1, "two", OF_A_TENANT - OF_A_PLUGIN);
    assert!(turned_away(begin(&panel, 1, "two")), "the tenant has as many as it may, by whichever plugin");
    for tenant in 2..=IN_ALL / OF_A_TENANT {
        fill(tenant, "one", OF_A_PLUGIN);
        fill(tenant, "two", OF_A_TENANT - OF_A_PLUGIN);
    }
    assert!(turned_away(begin(&panel, 9, "three")), "there are as many as the process runs");
    drop(running.pop());
    assert!(begin(&panel, 9, "three").is_ok(), "one has ended");
}

#[tokio::test]
async fn a_plugin_that_two_tenants_fill_still_answers_a_third() {
    let panel = Panel::with(vec![waiting("one").file()]);
    let fill = |tenant: u32| (0..OF_A_PLUGIN).map(move |_| (tenant, "one"));
    let running: Vec<_> = fill(1)
        .chain(fill(2))
        .map(|(tenant, plugin)| begin(&panel, tenant, plugin).map_err(|e| e.to_string()))
        .collect();
    assert!(running.iter().all(Result::is_ok));
    assert!(begin(&panel, 3, "one").is_ok());
}

#[tokio::test]
async fn calls_that_take_long_leave_room_for_those_that_do_not() {
    let mut quick = Guest::answering(support::guest::REPLY);
    (quick.name, quick.names) = ("quick", vec!["quick/go".into()]);
    quick.description["action"][0]["surface"] = "quick".into();
    quick.description["surface"][0] = support::guest::surface("quick", "/x/quick/{action}");
    let panel = Panel::with(vec![waiting("one").file(), waiting("two").file(), quick.file()]);
    let names = ["one", "two"].into_iter().flat_map(|name| (0..OF_A_PLUGIN).map(move |_| name));
    let running: Vec<_> = names.filter_map(|name| begin(&panel, 1, name).ok()).collect();
    assert_eq!(running.len(), OF_A_TENANT as usize);
    assert!(panel.call("quick", "go").await.is_ok(), "the same tenant signs in meanwhile");
}
