//! What a reseller does with their account and with sub-resellers, through HTTP.

use crate::panel::{TestPanel, TestTenant, id_of, run};
use crate::reseller::{balance, rights};
use crate::visitor::Visitor;
use serde_json::json;

async fn shop() -> (TestTenant, Visitor) {
    let tenant = TestPanel::shared().tenant(1).await;
    let seller = tenant.reseller("seller", "100").await;
    (tenant, seller)
}

#[test]
fn an_account_has_the_documented_fields() {
    run(async {
        let (_tenant, seller) = shop().await;
        let account = seller.get("user_info", "").await["data"].clone();
        let keys: Vec<_> = account.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "id",
            "username",
            "email",
            "credits",
            "status",
            "reseller_dns",
            "created_at",
            "member_group_id",
            "allowed_pages",
        ];
        assert_eq!(keys, expected);
        assert_eq!(
            (&account["username"], &account["credits"], &account["status"]),
            (&json!("seller"), &json!(100.0), &json!(1))
        );
        let cut = seller.get("user_info", "&show_columns=credits").await;
        assert_eq!(cut["data"], json!({ "credits": 100.0 }));
    });
}

#[test]
fn a_sub_reseller_can_sell_what_they_were_given() {
    run(async {
        let (tenant, seller) = shop().await;
        let user = seller.ok("create_user", &[("username", "sub"), ("email", "sub@example.com")]).await;
        assert!(user["password"].as_str().unwrap().len() >= 10, "{user}");
        assert_eq!(
            (&user["credits"], &user["email"], &user["status"]),
            (&json!(0.0), &json!("sub@example.com"), &json!(1))
        );
        let chosen = seller.ok("create_user", &[("username", "sub-2"), ("password", "a-long-password")]).await;
        assert!(chosen["password"].is_null(), "a chosen password is not said again: {chosen}");
        let sub = seller.with_key(&tenant.key_of(id_of(&user)).await);
        let id = user["id"].to_string();
        let moved = seller.ok("adjust_credits", &[("id", &id), ("credits", "12"), ("note", "top-up")]).await;
        assert_eq!(
            moved,
            json!({ "id": user["id"], "credits_before": 0.0, "credits_after": 12.0, "adjusted": 12, "note": "top-up" })
        );
        assert_eq!((balance(&seller).await, balance(&sub).await), (88.0, 12.0));
        let line = sub.ok("create_line", &[("package", &tenant.package.to_string()), ("trial", "0")]).await;
        assert_eq!(tenant.channels(&line).await.len(), 1);
        seller.ok("adjust_credits", &[("id", &id), ("credits", "-7")]).await;
        assert_eq!((balance(&seller).await, balance(&sub).await), (95.0, 0.0));
    });
}

#[test]
fn a_group_may_charge_for_sub_resellers_or_forbid_them() {
    run(async {
        let (tenant, seller) = shop().await;
        rights(&tenant, &[("create_sub_resellers_price", "60")]).await;
        seller.ok("create_user", &[]).await;
        assert_eq!(balance(&seller).await, 40.0);
        assert_eq!(seller.refused("create_user", &[]).await, "INSUFFICIENT_CREDITS");
        rights(&tenant, &[("create_sub_resellers", "0")]).await;
        assert_eq!(seller.refused("create_user", &[]).await, "NO_PERMISSIONS");
        assert_eq!(balance(&seller).await, 40.0);
    });
}

#[test]
fn a_sub_reseller_that_may_not_be_is_refused_by_name() {
    run(async {
        let (tenant, seller) = shop().await;
        let foreign = tenant.record("group", json!({ "name": "Not to be given" })).await.to_string();
        for (status, form) in [
            ("EXISTS_USERNAME", [("username", "seller")]),
            ("INVALID_USERNAME", [("username", "a b")]),
            ("INVALID_PASSWORD", [("password", "short")]),
            ("INVALID_EMAIL", [("email", "nobody")]),
            ("INVALID_GROUP", [("member_group_id", foreign.as_str())]),
            ("INVALID_GROUP", [("member_group_id", "999999")]),
        ] {
            assert_eq!(seller.refused("create_user", &form).await, status, "{form:?}");
        }
        assert_eq!(tenant.admin().ok("user_info", &[]).await["total_resellers"], 1);
    });
}

#[test]
fn credits_move_only_downwards_in_the_own_tree_and_never_below_zero() {
    run(async {
        let (tenant, seller) = shop().await;
        let rival = tenant.reseller("rival", "50").await;
        let sub = seller.ok("create_user", &[]).await["id"].to_string();
        let (own, theirs) = (seller.user.to_string(), rival.user.to_string());
        for (status, id, credits) in [
            ("INSUFFICIENT_CREDITS", sub.as_str(), "101"),
            ("INSUFFICIENT_CREDITS", &sub, "-1"),
            ("NO_PERMISSIONS", &own, "10"),
            ("INVALID_DATA", &sub, "0"),
            ("INVALID_DATA", &sub, "1.5"),
            ("INVALID_DATA", &sub, "1e3"),
            ("INVALID_DATA", &sub, "ten"),
            ("INVALID_DATA", &sub, ""),
            ("INVALID_DATA", &sub, "99999999999999999999"),
            ("FAILURE", &theirs, "10"),
            ("FAILURE", "987654", "10"),
        ] {
            assert_eq!(
                seller.refused("adjust_credits", &[("id", id), ("credits", credits)]).await,
                status,
                "{id} {credits}"
            );
        }
        let missing = seller.words("adjust_credits", &[("id", "987654"), ("credits", "1")]).await;
        assert_eq!(seller.words("adjust_credits", &[("id", &theirs), ("credits", "1")]).await, missing);
        assert_eq!((balance(&seller).await, balance(&rival).await), (100.0, 50.0));
    });
}
