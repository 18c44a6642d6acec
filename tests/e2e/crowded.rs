//! A tenant whose lists take long: its neighbours, and everything that is no list, go on meanwhile.

use crate::panel::{TestPanel, TestTenant, id_of, run};
use host_core::caller::Scope;
use host_core::line::Line;
use host_core::object::{Kind, Object};
use host_core::plan::{Change, Database, Plan};
use host_core::port::Query;
use host_core::{LineId, UserId};
use reqwest::header::{HOST, RETRY_AFTER};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const LINES: u32 = 40_000;
/// Lists that are asked for at a time.
const LISTS: usize = 6;
/// Times that each neighbour is asked while they run.
const TIMES: usize = 20;

/// Gives a reseller many lines, written as rows: selling them would take minutes.
async fn crowd(tenant: &TestTenant, owner: u32) {
    tenant.line(json!({ "username": "model", "owner": owner })).await;
    let (store, database) = (tenant.panel.engine().store(), Database::Tenant(tenant.id));
    let page = store.list(database, Query::all(Kind::Line, Scope::Tree(UserId(owner)))).await.unwrap();
    let Some(Object::Line(model)) = page.rows.first() else { panic!("no line") };
    for first in (0..LINES).step_by(5_000) {
        let line = |number: u32| {
            let (id, username) = (LineId(1_000_000 + number), format!("crowd{number}"));
            Change::Insert(Box::new(Object::Line(Line { id, username, ..model.clone() })))
        };
        let changes = (first..first + 5_000).map(line).collect();
        store.commit(database, Plan { changes, ..Plan::default() }).await.unwrap();
    }
}

#[test]
fn long_lists_of_one_reseller_keep_neither_a_neighbours_player_nor_health_waiting() {
    run(async {
        let panel = TestPanel::shared();
        let (tenant, neighbour) = (panel.tenant(1).await, panel.tenant(1).await);
        let seller = tenant.reseller("seller", "0").await;
        crowd(&tenant, seller.user).await;
        let viewer = neighbour.line(json!({ "username": "viewer", "password": "letmein99" })).await;
        assert!(id_of(&viewer) > 0);

        let answered = Arc::new(AtomicUsize::new(0));
        let asking: Vec<_> = (0..LISTS)
            .map(|_| {
                let (answered, http, host) = (Arc::clone(&answered), panel.http.clone(), tenant.host.clone());
                let list = format!("{}?api_key={}&action=get_lines&start=39000&limit=1000", seller.url, seller.key);
                tokio::spawn(async move {
                    loop {
                        let answer = http.get(&list).header(HOST, &host).send().await.unwrap();
                        let (status, again) = (answer.status().as_u16(), answer.headers().contains_key(RETRY_AFTER));
                        assert!(status == 200 || (status == 503 && again), "{status}");
                        answer.bytes().await.unwrap();
                        answered.fetch_add(1, Ordering::SeqCst);
                    }
                })
            })
            .collect();
        crate::watcher::until("the first list is answered", || answered.load(Ordering::SeqCst) > 0).await;

        let before = answered.load(Ordering::SeqCst);
        for _ in 0..TIMES {
            assert_eq!(neighbour.account("viewer", "letmein99").await["auth"], 1);
            let health = panel.http.get(format!("{}/health/live", panel.management)).send().await.unwrap();
            assert_eq!(health.status(), 200);
        }
        // With the lists on the threads that answer requests, each of these waits for a list or two.
        let meanwhile = answered.load(Ordering::SeqCst) - before;
        assert!(meanwhile < TIMES, "{meanwhile} lists were answered before {TIMES} sign-ins and looks at health");
        asking.iter().for_each(tokio::task::JoinHandle::abort);
    });
}

#[test]
fn a_list_that_skips_too_much_is_refused_with_what_it_may_skip() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let (_, refused) = admin.answer("get_lines", &[("start", "900000"), ("search[value]", "x")], &[]).await;
        assert_eq!(refused["status"], "STATUS_INVALID_INPUT", "{refused}");
        assert!(refused["error"].as_str().unwrap().contains("start is at most 100000"), "{refused}");
    });
}
