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

/// A sub-reseller of the seller, with a key of theirs.
async fn sub_of(tenant: &TestTenant, seller: &Visitor, username: &str) -> Visitor {
    let user = id_of(&seller.ok("create_user", &[("username", username)]).await);
    Visitor { user, ..seller.with_key(&tenant.key_of(user).await) }
}

#[test]
fn sub_resellers_are_listed_and_read_without_the_caller_and_their_neighbours() {
    run(async {
        let (tenant, seller) = shop().await;
        let rival = tenant.reseller("rival", "0").await;
        let sub = sub_of(&tenant, &seller, "sub").await;
        let lowest = sub_of(&tenant, &sub, "lowest").await;
        seller.ok("disable_user", &[("id", &lowest.user.to_string())]).await;
        let ids = async |form: &[(&str, &str)]| {
            let page = seller.post("get_users", form).await;
            let rows = page["data"].as_array().unwrap_or_else(|| panic!("{page}")).iter().map(id_of);
            (rows.collect::<Vec<_>>(), page["recordsFiltered"].as_u64().unwrap())
        };
        for (form, wanted) in [
            (&[][..], &[sub.user, lowest.user][..]),
            (&[("filter", "1")], &[sub.user]),
            (&[("filter", "2")], &[lowest.user]),
            (&[("filter", "4")], &[]),
            (&[("search[value]", "LOW")], &[lowest.user]),
            (&[("search[value]", "rival")], &[]),
        ] {
            assert_eq!(ids(form).await, (wanted.to_vec(), wanted.len() as u64), "{form:?}");
        }
        let row = seller.ok("get_users", &[]).await[0].clone();
        assert_eq!(seller.ok("get_user", &[("id", &sub.user.to_string())]).await, row);
        assert!(row.get("password").is_none() && row["owner_id"] == seller.user, "{row}");
        assert_eq!(rival.ok("get_users", &[]).await, json!([]));
    });
}

#[test]
fn an_edit_changes_only_what_is_sent_and_nothing_when_it_is_refused() {
    run(async {
        let (tenant, seller) = shop().await;
        let sub = sub_of(&tenant, &seller, "sub").await.user.to_string();
        let own = seller.user.to_string();
        let foreign = tenant.record("group", json!({ "name": "Not to be given" })).await.to_string();
        let edited = seller.ok("edit_user", &[("id", &sub), ("email", "sub@example.org"), ("notes", "new")]).await;
        for (status, form) in [
            ("EXISTS_USERNAME", [("id", sub.as_str()), ("username", "seller")]),
            ("INVALID_USERNAME", [("id", &sub), ("username", "a b")]),
            ("INVALID_PASSWORD", [("id", &sub), ("password", "short")]),
            ("INVALID_EMAIL", [("id", &sub), ("email", "nobody")]),
            ("INVALID_GROUP", [("id", &sub), ("member_group_id", &foreign)]),
            ("INVALID_GROUP", [("id", &sub), ("member_group_id", "999999")]),
            ("INVALID_DATA", [("id", &sub), ("owner_id", "1")]),
            ("INVALID_DATA", [("id", &sub), ("credits", "1000")]),
            ("INVALID_DATA", [("id", &sub), ("override_packages", "{}")]),
            ("NO_PERMISSIONS", [("id", &own), ("notes", "good")]),
            ("NO_PERMISSIONS", [("id", &own), ("member_group_id", &foreign)]),
            ("FAILURE", [("id", "987654"), ("notes", "x")]),
        ] {
            assert_eq!(seller.refused("edit_user", &form).await, status, "{form:?}");
        }
        assert_eq!(seller.ok("get_user", &[("id", &sub)]).await, edited);
        rights(&tenant, &[("create_sub_resellers", "0")]).await;
        assert_eq!(seller.refused("edit_user", &[("id", &sub), ("notes", "x")]).await, "NO_PERMISSIONS");
        seller.ok("edit_user", &[("id", &own), ("email", "me@example.org")]).await;
        assert_eq!(seller.ok("user_info", &[]).await["email"], "me@example.org");
    });
}

#[test]
fn a_sub_reseller_is_switched_off_and_on_and_nobody_switches_themselves() {
    run(async {
        let (tenant, seller) = shop().await;
        let sub = sub_of(&tenant, &seller, "sub").await;
        let lowest = sub_of(&tenant, &sub, "lowest").await;
        let (id, own) = (sub.user.to_string(), seller.user.to_string());
        seller.ok("disable_user", &[("id", &id)]).await;
        for visitor in [&sub, &lowest] {
            assert_eq!(visitor.post("user_info", &[]).await["error"], "Invalid API key.");
        }
        assert_eq!(seller.ok("get_user", &[("id", &id)]).await["status"], 0);
        seller.ok("enable_user", &[("id", &id)]).await;
        for visitor in [&sub, &lowest] {
            visitor.ok("user_info", &[]).await;
        }
        for action in ["disable_user", "enable_user", "delete_user"] {
            assert_eq!(seller.refused(action, &[("id", &own)]).await, "NO_PERMISSIONS", "{action}");
            let above = lowest.refused(action, &[("id", &id)]).await;
            assert_eq!(above, "FAILURE", "{action}: whoever is above is not in the tree");
        }
    });
}

#[test]
fn what_a_deleted_sub_reseller_had_is_the_callers_and_goes_on() {
    run(async {
        let (tenant, seller) = shop().await;
        let sub = sub_of(&tenant, &seller, "sub").await;
        let lowest = sub_of(&tenant, &sub, "lowest").await;
        let id = sub.user.to_string();
        seller.ok("adjust_credits", &[("id", &id), ("credits", "12")]).await;
        let line = sub.ok("create_line", &[("package", &tenant.package.to_string()), ("trial", "0")]).await;
        assert_eq!(seller.refused("delete_user", &[("id", &id), ("replace_with", "1")]).await, "INVALID_DATA");
        rights(&tenant, &[("delete_users", "0")]).await;
        assert_eq!(seller.refused("delete_user", &[("id", &id)]).await, "NO_PERMISSIONS");
        rights(&tenant, &[("delete_users", "1")]).await;
        seller.ok("delete_user", &[("id", &id)]).await;
        assert_eq!(balance(&seller).await, 95.0);
        assert_eq!(sub.post("user_info", &[]).await["error"], "Invalid API key.");
        let own = seller.ok("get_line", &[("id", &line["id"].to_string())]).await;
        assert_eq!(own["member_id"], seller.user);
        assert_eq!(tenant.channels(&line).await.len(), 1, "it plays on");
        assert_eq!(seller.ok("get_user", &[("id", &lowest.user.to_string())]).await["owner_id"], seller.user);
        lowest.ok("user_info", &[]).await;
        seller.ok("adjust_credits", &[("id", &lowest.user.to_string()), ("credits", "1")]).await;
        assert_eq!(
            seller.words("delete_user", &[("id", &id)]).await,
            seller.words("delete_user", &[("id", "987654")]).await
        );
    });
}
