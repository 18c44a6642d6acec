//! What money needs of a sale: exactly once, never below zero, and nothing in a rehearsal.

use crate::panel::{TestPanel, TestTenant, run};
use crate::reseller::balance;
use crate::visitor::Visitor;
use futures_util::future::join_all;
use serde_json::json;

/// The fields of a sale.
fn sale<'a>(package: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    [&[("package", package), ("trial", "0")], more].concat()
}

async fn shop(credits: &str) -> (TestTenant, Visitor, String) {
    let tenant = TestPanel::shared().tenant(1).await;
    let seller = tenant.reseller("seller", credits).await;
    let package = tenant.package.to_string();
    (tenant, seller, package)
}

#[test]
fn of_twenty_parallel_purchases_with_credits_for_one_exactly_one_succeeds() {
    run(async {
        let (tenant, seller, package) = shop("0").await;
        let (admin, user) = (tenant.admin(), seller.user.to_string());
        for round in 1..=10 {
            admin.ok("adjust_credits", &[("id", &user), ("credits", "5")]).await;
            let form = sale(&package, &[]);
            let answers = join_all((0..20).map(|_| seller.post("create_line", &form))).await;
            let sold = answers.iter().filter(|answer| answer["status"] == "STATUS_SUCCESS").count();
            let poor = answers.iter().filter(|answer| answer["status"] == "STATUS_INSUFFICIENT_CREDITS").count();
            // A loser of three races is told to come back; it has bought nothing.
            assert!(sold == 1 && poor > 0, "round {round}: {answers:?}");
            assert_eq!(balance(&seller).await, 0.0, "round {round}");
            assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], round);
        }
    });
}

#[test]
fn a_repeated_idempotency_key_buys_once_and_gets_the_first_answer() {
    run(async {
        let (_tenant, seller, package) = shop("100").await;
        let key = [("Idempotency-Key", "order-1")];
        let form = sale(&package, &[("username", "only-once")]);
        let (_, first) = seller.answer("create_line", &form, &key).await;
        let (_, again) = seller.answer("create_line", &form, &key).await;
        assert_eq!(first["status"], "STATUS_SUCCESS");
        assert_eq!(first["data"], again["data"]);
        assert_eq!(balance(&seller).await, 95.0);
        let other = sale(&package, &[("username", "another-wish")]);
        let (status, mismatch) = seller.answer("create_line", &other, &key).await;
        assert_eq!((status, &mismatch["status"]), (422, &json!("STATUS_FAILURE")), "{mismatch}");
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 1);
    });
}

#[test]
fn one_idempotency_key_in_ten_parallel_requests_buys_once() {
    run(async {
        let (_tenant, seller, package) = shop("100").await;
        let form = sale(&package, &[]);
        let key = [("Idempotency-Key", "order-1")];
        let answers = join_all((0..10).map(|_| seller.answer("create_line", &form, &key))).await;
        for (status, answer) in &answers {
            assert!(matches!(status, 200 | 409), "{status} {answer}");
        }
        assert_eq!(balance(&seller).await, 95.0);
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 1);
    });
}

#[test]
fn two_sellers_may_use_the_same_idempotency_key() {
    run(async {
        let (tenant, seller, package) = shop("100").await;
        let other = tenant.reseller("other", "100").await;
        let key = [("Idempotency-Key", "order-1")];
        let (_, first) = seller.answer("create_line", &sale(&package, &[]), &key).await;
        let (_, second) = other.answer("create_line", &sale(&package, &[]), &key).await;
        assert_ne!(first["data"]["id"], second["data"]["id"]);
        assert_eq!((balance(&seller).await, balance(&other).await), (95.0, 95.0));
    });
}

#[test]
fn a_dry_run_shows_its_plan_and_changes_nothing() {
    run(async {
        let (tenant, seller, package) = shop("100").await;
        let form = sale(&package, &[("username", "rehearsal"), ("password", "rehearsal-word")]);
        let (_, answer) = seller.answer("create_line", &form, &[("Dry-Run", "1")]).await;
        assert_eq!((&answer["status"], &answer["dry_run"]), (&json!("STATUS_SUCCESS"), &json!(true)), "{answer}");
        assert!(answer["plan"].to_string().contains("rehearsal"), "{answer}");
        assert!(!answer["plan"].to_string().contains("rehearsal-word"), "a plan holds a password: {answer}");
        assert_eq!(balance(&seller).await, 100.0);
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 0);
        assert_eq!(tenant.account("rehearsal", "rehearsal-word").await["auth"], 0);
        seller.ok("create_line", &form).await;
    });
}

#[test]
fn what_nobody_used_is_given_back_once_as_far_as_the_settings_say() {
    run(async {
        let (tenant, seller, package) = shop("20").await;
        let (admin, trial) = (tenant.admin(), [("package", package.as_str()), ("trial", "0")]);
        let bought = async |action: &str| seller.ok(action, &trial).await["id"].to_string();
        let (code, line) = (bought("create_activecode").await, bought("create_line").await);
        assert_eq!(balance(&seller).await, 10.0);
        seller.ok("edit_activecode", &[("id", &code), ("package", &package)]).await;
        assert_eq!(balance(&seller).await, 5.0);
        let repeated = [("id", code.as_str())];
        seller.ok("delete_activecode", &repeated).await;
        assert_eq!(balance(&seller).await, 15.0, "the sale and the extension");
        seller.refused("delete_activecode", &repeated).await;
        seller.ok("delete_line", &[("id", &line)]).await;
        assert_eq!(balance(&seller).await, 15.0, "lines are not refunded unless the settings say so");

        admin.ok("edit_settings", &[("refunds", "unused")]).await;
        let (idle, used) = (bought("create_line").await, seller.ok("create_line", &trial).await);
        assert_eq!(balance(&seller).await, 5.0);
        let login = crate::panel::login(&used);
        assert_eq!(tenant.get(&format!("/player_api.php?{login}")).await.status(), 200);
        admin.ok("delete_line", &[("id", &idle)]).await;
        assert_eq!(balance(&seller).await, 10.0, "whoever paid gets it, not who deletes");
        seller.ok("delete_line", &[("id", &used["id"].to_string())]).await;
        assert_eq!(balance(&seller).await, 10.0);

        admin.ok("edit_settings", &[("refunds", "never")]).await;
        let code = bought("create_activecode").await;
        seller.ok("delete_activecode", &[("id", &code)]).await;
        assert_eq!(balance(&seller).await, 5.0);
        let moved = admin.get("credit_logs", "&limit=100").await["data"].clone();
        let back = moved.as_array().unwrap().iter().filter(|row| row["reason"] == "refund").count();
        assert_eq!(back, 3, "{moved}");
    });
}
