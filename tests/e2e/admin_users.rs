//! What an admin does with resellers, through HTTP, and what of it is seen at other doors.

use crate::panel::{TestPanel, TestTenant, id_of, run};
use crate::reseller::{balance, sold};
use crate::visitor::Visitor;
use serde_json::{Value, json};

/// A tenant with a reseller who has a sub-reseller with 20 credits and a line, and another reseller.
struct Tree {
    tenant: TestTenant,
    admin: Visitor,
    seller: Visitor,
    sub: Visitor,
    other: Visitor,
    line: Value,
}

async fn tree() -> Tree {
    let tenant = TestPanel::shared().tenant(1).await;
    let (seller, other) = (tenant.reseller("seller", "100").await, tenant.reseller("other", "10").await);
    let user = seller.ok("create_user", &[("username", "sub")]).await;
    let key = tenant.key_of(id_of(&user)).await;
    let sub = Visitor { user: id_of(&user), ..seller.with_key(&key) };
    seller.ok("adjust_credits", &[("id", &sub.user.to_string()), ("credits", "25")]).await;
    let line = sold(&tenant, &sub, &[("username", "guest")]).await;
    Tree { admin: tenant.admin(), tenant, seller, sub, other, line }
}

/// The ids of a page, and how many rows there are.
async fn listed(visitor: &Visitor, form: &[(&str, &str)]) -> (Vec<u32>, Value) {
    let page = visitor.post("get_users", form).await;
    assert_eq!(page["status"], "STATUS_SUCCESS", "{page}");
    (page["data"].as_array().unwrap().iter().map(id_of).collect(), page["recordsTotal"].clone())
}

#[test]
fn resellers_are_listed_and_read_with_the_documented_fields_and_admins_are_none() {
    run(async {
        let Tree { admin, seller, sub, other, .. } = tree().await;
        assert_eq!(listed(&admin, &[]).await, (vec![seller.user, other.user, sub.user], json!(3)));
        assert_eq!(listed(&admin, &[("search[value]", "sub")]).await.0, [sub.user]);
        assert_eq!(listed(&admin, &[("limit", "1"), ("start", "1")]).await, (vec![other.user], json!(3)));
        let user = admin.ok("get_user", &[("id", &sub.user.to_string())]).await;
        let keys: Vec<_> = user.as_object().unwrap().keys().map(String::as_str).collect();
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
            "owner_id",
            "notes",
            "last_login",
            "ip",
            "override_packages",
        ];
        assert_eq!(keys, expected);
        assert_eq!((&user["username"], &user["credits"], &user["status"]), (&json!("sub"), &json!(20.0), &json!(1)));
        assert_eq!((&user["owner_id"], &user["ip"]), (&json!(seller.user), &json!("127.0.0.1")));
        assert!(user["last_login"].as_str().unwrap().starts_with("20"), "{user}");
        assert_eq!(user["allowed_pages"], seller.ok("user_info", &[]).await["allowed_pages"]);
        let never = admin.ok("create_user", &[]).await["id"].to_string();
        let never = admin.ok("get_user", &[("id", &never), ("show_columns", "last_login,owner_id,ip")]).await;
        assert_eq!(never, json!({ "owner_id": 0, "last_login": null, "ip": "" }));
    });
}

#[test]
fn an_edit_changes_what_is_sent_and_is_seen_where_the_reseller_looks() {
    run(async {
        let Tree { tenant, admin, seller, .. } = tree().await;
        let (id, package) = (seller.user.to_string(), tenant.package.to_string());
        let price = json!({ package.as_str(): "4.50" }).to_string();
        let form =
            [("id", id.as_str()), ("email", "shop@example.org"), ("override_packages", &price), ("notes", "vip")];
        let edited = admin.ok("edit_user", &form).await;
        assert_eq!((&edited["email"], &edited["notes"]), (&json!("shop@example.org"), &json!("vip")));
        assert_eq!(edited["override_packages"], json!({ package.as_str(): "4.50" }));
        assert_eq!(seller.ok("user_info", &[]).await["email"], "shop@example.org");
        assert_eq!(seller.ok("packages", &[]).await[0]["credits"], 4.5);
        sold(&tenant, &seller, &[]).await;
        assert_eq!(balance(&seller).await, 70.5);
        admin.ok("edit_user", &[("id", &id), ("email", ""), ("override_packages", "{}")]).await;
        assert_eq!(seller.ok("user_info", &[]).await["email"], "");
        assert_eq!(seller.ok("packages", &[]).await[0]["credits"], 5.0);
        assert_eq!(admin.ok("get_user", &[("id", &id)]).await["notes"], "vip");
    });
}

#[test]
fn an_edit_that_cannot_be_is_refused_by_name_and_changes_nothing() {
    run(async {
        let Tree { admin, seller, sub, .. } = tree().await;
        let (id, below) = (seller.user.to_string(), sub.user.to_string());
        let own = admin.ok("user_info", &[]).await["id"].to_string();
        let before = admin.ok("get_user", &[("id", &id)]).await;
        for (status, form) in [
            ("EXISTS_USERNAME", [("id", id.as_str()), ("username", "OTHER")]),
            ("INVALID_INPUT", [("id", &id), ("username", "a b")]),
            ("INVALID_INPUT", [("id", &id), ("password", "short")]),
            ("INVALID_INPUT", [("id", &id), ("email", "nobody")]),
            ("INVALID_INPUT", [("id", &id), ("member_group_id", "987654")]),
            ("INVALID_INPUT", [("id", &id), ("owner_id", "987654")]),
            ("INVALID_INPUT", [("id", &id), ("owner_id", &id)]),
            ("INVALID_INPUT", [("id", &id), ("owner_id", &below)]),
            ("INVALID_INPUT", [("id", &id), ("credits", "1000")]),
            ("INVALID_INPUT", [("id", &id), ("override_packages", r#"{"987654":"1.00"}"#)]),
            ("INVALID_INPUT", [("id", &id), ("override_packages", "cheap")]),
            ("NO_PERMISSIONS", [("id", &own), ("notes", "good")]),
            ("FAILURE", [("id", "987654"), ("notes", "x")]),
        ] {
            assert_eq!(admin.refused("edit_user", &form).await, status, "{form:?}");
        }
        assert_eq!(admin.ok("get_user", &[("id", &id)]).await, before);
    });
}

#[test]
fn a_moved_reseller_is_seen_from_where_they_are() {
    run(async {
        let Tree { admin, seller, sub, other, .. } = tree().await;
        let id = sub.user.to_string();
        let moved = admin.ok("edit_user", &[("id", &id), ("owner_id", &other.user.to_string())]).await;
        assert_eq!(moved["owner_id"], other.user);
        assert_eq!((listed(&seller, &[]).await.0, listed(&other, &[]).await.0), (vec![], vec![sub.user]));
        assert_eq!(other.ok("get_lines", &[]).await[0]["username"], "guest");
        assert_eq!(admin.ok("edit_user", &[("id", &id), ("owner_id", "0")]).await["owner_id"], 0);
        assert_eq!(listed(&other, &[]).await.0, [0; 0]);
    });
}

#[test]
fn who_is_switched_off_is_refused_at_their_next_call_with_all_below_them() {
    run(async {
        let Tree { admin, seller, sub, other, .. } = tree().await;
        let id = seller.user.to_string();
        assert_eq!(admin.ok("disable_user", &[("id", &id)]).await, json!([]));
        for visitor in [&seller, &sub] {
            assert_eq!(visitor.post("user_info", &[]).await["error"], "Invalid API key.");
        }
        other.ok("user_info", &[]).await;
        assert_eq!(admin.ok("get_user", &[("id", &id)]).await["status"], 0);
        admin.ok("enable_user", &[("id", &id)]).await;
        for visitor in [&seller, &sub] {
            visitor.ok("user_info", &[]).await;
        }
        let own = admin.ok("user_info", &[]).await["id"].to_string();
        for action in ["disable_user", "enable_user", "delete_user"] {
            assert_eq!(admin.refused(action, &[("id", &own)]).await, "NO_PERMISSIONS", "{action}");
            assert_eq!(admin.refused(action, &[("id", "987654")]).await, "FAILURE", "{action}");
        }
    });
}

#[test]
fn another_password_is_asked_for_at_the_next_sign_in_and_shown_to_nobody() {
    run(async {
        let Tree { admin, seller, .. } = tree().await;
        let edited = admin.post("edit_user", &[("id", &seller.user.to_string()), ("password", "another-word")]).await;
        assert_eq!(edited["status"], "STATUS_SUCCESS");
        assert!(!edited.to_string().contains("another-word") && edited["data"].get("password").is_none(), "{edited}");
        seller.ok("user_info", &[]).await;
    });
}

#[test]
fn what_a_deleted_reseller_had_moves_to_the_one_above_or_to_whom_the_admin_names() {
    run(async {
        let Tree { tenant, admin, seller, sub, other, line } = tree().await;
        let id = sub.user.to_string();
        assert_eq!(admin.refused("delete_user", &[("id", &id), ("replace_with", &id)]).await, "INVALID_INPUT");
        assert_eq!(admin.refused("delete_user", &[("id", &id), ("replace_with", "987654")]).await, "INVALID_INPUT");
        admin.ok("delete_user", &[("id", &id)]).await;
        assert_eq!(sub.post("user_info", &[]).await["error"], "Invalid API key.");
        assert_eq!(admin.refused("get_user", &[("id", &id)]).await, "FAILURE");
        assert_eq!(balance(&seller).await, 95.0, "what they had left is back");
        let own = seller.ok("get_lines", &[]).await;
        assert_eq!((&own[0]["id"], &own[0]["member_id"]), (&line["id"], &json!(seller.user)));
        assert_eq!(tenant.channels(&line).await.len(), 1, "it plays on");
        let heir = other.user.to_string();
        admin.ok("delete_user", &[("id", &seller.user.to_string()), ("replace_with", &heir)]).await;
        assert_eq!(other.ok("get_lines", &[]).await[0]["id"], line["id"]);
        assert_eq!((listed(&admin, &[]).await.0, balance(&other).await), (vec![other.user], 10.0));
        admin.ok("delete_user", &[("id", &heir)]).await;
        let kept = admin.ok("get_line", &[("id", &line["id"].to_string())]).await;
        assert_eq!(kept["member_id"], 0, "the panel itself has it");
        assert_eq!(tenant.channels(&line).await.len(), 1);
    });
}
