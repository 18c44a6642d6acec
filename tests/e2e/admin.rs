//! What an admin does with lines, resellers and settings, through HTTP, and what of it is seen
//! at the doors of players and resellers.

use crate::panel::{TestPanel, TestTenant, id_of, login, run};
use crate::reseller::balance;
use crate::visitor::Visitor;
use serde_json::{Value, json};

async fn panel() -> (TestTenant, Visitor) {
    let tenant = TestPanel::shared().tenant(2).await;
    let admin = tenant.admin();
    (tenant, admin)
}

async fn account(tenant: &TestTenant, line: &Value) -> Value {
    tenant.account(line["username"].as_str().unwrap(), line["password"].as_str().unwrap()).await
}

#[test]
fn an_account_counts_lines_and_resellers() {
    run(async {
        let (tenant, admin) = panel().await;
        tenant.reseller("one", "0").await;
        tenant.line(json!({})).await;
        let me = admin.get("user_info", "").await["data"].clone();
        assert_eq!((&me["total_lines"], &me["total_resellers"]), (&json!(1), &json!(1)), "{me}");
        for field in ["id", "username", "email", "status", "server_name", "created_at"] {
            assert!(!me[field].is_null(), "{field}: {me}");
        }
    });
}

#[test]
fn a_line_is_created_without_a_sale_and_plays() {
    run(async {
        let (tenant, admin) = panel().await;
        let bouquets = format!("[{}]", tenant.bouquet);
        let form = [
            ("exp_date", "2099-12-31"),
            ("max_connections", "3"),
            ("bouquets_selected", bouquets.as_str()),
            ("allowed_ips[]", "127.0.0.1"),
            ("admin_notes", "VIP"),
        ];
        let line = admin.ok("create_line", &form).await;
        assert_eq!((&line["exp_date"], &line["max_connections"]), (&json!("2099-12-31"), &json!(3)));
        assert_eq!((&line["admin_notes"], &line["is_trial"], &line["status"]), (&json!("VIP"), &json!(0), &json!(1)));
        let seen = account(&tenant, &line).await;
        assert_eq!((&seen["auth"], &seen["max_connections"]), (&json!(1), &json!("3")));
        assert_eq!(tenant.channels(&line).await.len(), 2);
        let read = admin.ok("get_line", &[("id", &line["id"].to_string())]).await;
        assert_eq!((&read["bouquets"], &read["allowed_ips"]), (&json!([tenant.bouquet]), &json!(["127.0.0.1"])));
    });
}

#[test]
fn an_end_is_a_date_unix_seconds_or_empty_for_never() {
    run(async {
        let (tenant, admin) = panel().await;
        let never = admin.ok("create_line", &[("exp_date", "")]).await;
        assert_eq!((&never["exp_date"], &account(&tenant, &never).await["exp_date"]), (&Value::Null, &Value::Null));
        let past = admin.ok("create_line", &[("exp_date", "86400")]).await;
        assert_eq!(
            (&past["exp_date"], &account(&tenant, &past).await["status"]),
            (&json!("1970-01-02"), &json!("Expired"))
        );
        let id = past["id"].to_string();
        let longer = admin.ok("edit_line", &[("id", &id), ("no_expire", "1")]).await;
        assert_eq!((&longer["exp_date"], &account(&tenant, &past).await["status"]), (&Value::Null, &json!("Active")));
        for date in ["tomorrow", "2099-13-01", "2099-02-30"] {
            assert_eq!(admin.refused("create_line", &[("exp_date", date)]).await, "INVALID_DATE", "{date}");
            assert_eq!(admin.refused("edit_line", &[("id", &id), ("exp_date", date)]).await, "INVALID_DATE", "{date}");
        }
        assert_eq!(admin.refused("create_line", &[]).await, "INVALID_DATE");
    });
}

#[test]
fn a_line_that_may_not_be_is_refused_and_not_made() {
    run(async {
        let (tenant, admin) = panel().await;
        let id = admin.ok("create_line", &[("exp_date", ""), ("username", "taken")]).await["id"].to_string();
        let before = admin.ok("get_line", &[("id", &id)]).await;
        tenant.line(json!({ "username": "taken-too" })).await;
        for (status, wish) in [
            ("EXISTS_USERNAME", ("username", "taken-too")),
            ("INVALID_INPUT", ("username", "a b")),
            ("INVALID_INPUT", ("password", "..")),
            ("INVALID_INPUT", ("max_connections", "many")),
            ("INVALID_INPUT", ("max_connections", "-1")),
            ("INVALID_INPUT", ("bouquets_selected", "[999999]")),
            ("INVALID_INPUT", ("bouquets_selected", "[1,")),
            ("INVALID_INPUT", ("member_id", "999999")),
            ("INVALID_INPUT", ("allowed_ips[]", "nowhere")),
            ("INVALID_INPUT", ("allowed_outputs[]", "betamax")),
            ("INVALID_INPUT", ("forced_country", "4T")),
        ] {
            assert_eq!(admin.refused("create_line", &[("exp_date", ""), wish]).await, status, "{wish:?}");
            assert_eq!(admin.refused("edit_line", &[("id", &id), wish]).await, status, "{wish:?}");
        }
        assert_eq!(admin.post("get_lines", &[]).await["recordsTotal"], 2);
        assert_eq!(admin.ok("get_line", &[("id", &id)]).await, before);
    });
}

#[test]
fn a_ban_is_seen_by_the_player_and_the_reseller_cannot_undo_it() {
    run(async {
        let (tenant, admin) = panel().await;
        let seller = tenant.reseller("seller", "10").await;
        let line = tenant.sold_line(&seller, json!({})).await;
        let id = line["id"].to_string();
        let banned = admin.ok("edit_line", &[("id", &id), ("admin_enabled", "0"), ("admin_notes", "abuse")]).await;
        assert_eq!(
            (&banned["admin_enabled"], &banned["status"], &banned["username"]),
            (&json!(0), &json!(0), &line["username"])
        );
        assert_eq!(account(&tenant, &line).await["status"], "Banned");
        let seen = seller.ok("get_line", &[("id", &id)]).await;
        assert_eq!((&seen["admin_enabled"], &seen["admin_notes"]), (&json!(0), &Value::Null), "{seen}");
        for reserved in [("admin_enabled", "1"), ("exp_date", "2099-01-01")] {
            assert_eq!(seller.refused("edit_line", &[("id", &id), reserved]).await, "INVALID_DATA", "{reserved:?}");
        }
        assert_eq!(seller.ok("get_line", &[("id", &id)]).await, seen);
        assert_eq!(account(&tenant, &line).await["status"], "Banned");
        admin.ok("edit_line", &[("id", &id), ("admin_enabled", "1"), ("enabled", "0")]).await;
        assert_eq!(account(&tenant, &line).await["status"], "Disabled");
    });
}

#[test]
fn a_line_given_to_a_reseller_is_theirs() {
    run(async {
        let (tenant, admin) = panel().await;
        let (one, two) = (tenant.reseller("one", "0").await, tenant.reseller("two", "0").await);
        let form = [("exp_date", ""), ("member_id", &*one.user.to_string())];
        let id = admin.ok("create_line", &form).await["id"].to_string();
        assert_eq!(one.ok("get_line", &[("id", &id)]).await["member_id"], one.user);
        admin.ok("edit_line", &[("id", &id), ("member_id", &two.user.to_string())]).await;
        assert_eq!(one.refused("get_line", &[("id", &id)]).await, "FAILURE");
        two.ok("get_line", &[("id", &id)]).await;
    });
}

#[test]
fn a_deleted_line_and_a_foreign_one_are_like_one_that_never_was() {
    run(async {
        let (tenant, admin) = panel().await;
        let (elsewhere, _) = panel().await;
        let line = tenant.line(json!({ "username": "leaving", "password": "leaving-word" })).await;
        for name in ["a", "b", "c"] {
            elsewhere.line(json!({ "username": format!("abroad-{name}") })).await;
        }
        let abroad = elsewhere.line(json!({ "username": "abroad" })).await["id"].to_string();
        let id = line["id"].to_string();
        admin.ok("delete_line", &[("id", &id)]).await;
        assert_eq!(account(&tenant, &line).await["auth"], 0);
        for action in ["get_line", "edit_line", "delete_line"] {
            let missing = admin.words(action, &[("id", "987654")]).await;
            assert!(missing.contains("STATUS_FAILURE"), "{missing}");
            for id in [&id, &abroad] {
                assert_eq!(admin.words(action, &[("id", id)]).await, missing, "{action} {id}");
            }
        }
        assert_eq!(elsewhere.admin().post("get_lines", &[]).await["recordsTotal"], 4);
    });
}

#[test]
fn all_lines_are_listed_paged_and_searched() {
    run(async {
        let (tenant, admin) = panel().await;
        let seller = tenant.reseller("seller", "50").await;
        tenant.sold_line(&seller, json!({ "username": "sold-line" })).await;
        tenant.line(json!({ "username": "own-line", "admin_notes": "needle" })).await;
        tenant.line(json!({ "username": "ban-line", "admin_enabled": false })).await;
        let page = admin.get("get_lines", "&limit=2&show_columns=username").await;
        assert_eq!(page["data"], json!([{ "username": "ban-line" }, { "username": "own-line" }]));
        assert_eq!((&page["recordsTotal"], &page["recordsFiltered"]), (&json!(3), &json!(3)));
        let found = admin.get("get_lines", "&search%5Bvalue%5D=own-l&hide_columns=password").await;
        assert_eq!((&found["recordsFiltered"], &found["data"][0]["username"]), (&json!(1), &json!("own-line")));
        assert!(found["data"][0]["password"].is_null());
        let banned = admin.get("get_lines", "&filter=3").await;
        assert_eq!((&banned["recordsFiltered"], &banned["data"][0]["username"]), (&json!(1), &json!("ban-line")));
    });
}

#[test]
fn a_reseller_is_created_given_credits_and_sells() {
    run(async {
        let (tenant, admin) = panel().await;
        let user = admin.ok("create_user", &[("username", "fresh"), ("email", "fresh@example.com")]).await;
        assert_eq!((&user["credits"], &user["email"]), (&json!(0.0), &json!("fresh@example.com")));
        let seller = admin.with_key(&tenant.key_of(id_of(&user)).await);
        let seller = seller.at(&seller.url.replace(
            &format!("/{}/admin/", tenant.made["admin_access_code"].as_str().unwrap()),
            &format!("/{}/reseller/", tenant.made["reseller_access_code"].as_str().unwrap()),
        ));
        let id = user["id"].to_string();
        let moved = admin.ok("adjust_credits", &[("id", &id), ("credits", "5.5")]).await;
        assert_eq!(moved, json!({ "id": user["id"], "credits_before": 0.0, "credits_after": 5.5, "adjusted": 5.5 }));
        assert_eq!(balance(&seller).await, 5.5);
        seller.ok("create_line", &[("package", &tenant.package.to_string()), ("trial", "0")]).await;
        assert_eq!(balance(&seller).await, 0.5);
        for (status, id, credits) in [
            ("INSUFFICIENT_CREDITS", id.as_str(), "-0.51"),
            ("INVALID_INPUT", &id, "0"),
            ("INVALID_INPUT", &id, "1e3"),
            ("INVALID_INPUT", &id, "0.00001"),
            ("INVALID_INPUT", &id, "1,5"),
            ("INVALID_INPUT", &id, "NaN"),
            ("INVALID_INPUT", &id, "99999999999999999999"),
            ("FAILURE", "987654", "1"),
        ] {
            assert_eq!(admin.refused("adjust_credits", &[("id", id), ("credits", credits)]).await, status, "{credits}");
        }
        assert_eq!(balance(&seller).await, 0.5);
    });
}

#[test]
fn a_reseller_that_may_not_be_is_refused() {
    run(async {
        let (tenant, admin) = panel().await;
        tenant.reseller("taken", "0").await;
        for (status, form) in [
            ("EXISTS_USERNAME", [("username", "taken")]),
            ("INVALID_INPUT", [("username", "a b")]),
            ("INVALID_INPUT", [("password", "short")]),
            ("INVALID_INPUT", [("email", "nobody")]),
            ("INVALID_INPUT", [("member_group_id", "999999")]),
            ("INVALID_INPUT", [("owner_id", "999999")]),
        ] {
            assert_eq!(admin.refused("create_user", &form).await, status, "{form:?}");
        }
        assert_eq!(admin.ok("user_info", &[]).await["total_resellers"], 1);
    });
}

#[test]
fn settings_are_seen_in_the_players_account_document() {
    run(async {
        let (tenant, admin) = panel().await;
        let line = tenant.line(json!({})).await;
        let before = admin.get("get_settings", "").await["data"].clone();
        let form = [("welcome_message", "Hello there"), ("timezone", "Asia/Kolkata"), ("far_expiry", "1")];
        let edited = admin.ok("edit_settings", &form).await;
        assert_eq!((&edited["server_name"], &edited["guide_days"]), (&before["server_name"], &before["guide_days"]));
        assert_eq!(admin.get("get_settings", "").await["data"], edited);
        let document = tenant.json(&format!("/player_api.php?{}", login(&line))).await;
        assert_eq!(
            (&document["user_info"]["message"], &document["server_info"]["timezone"]),
            (&json!("Hello there"), &json!("Asia/Kolkata"))
        );
        assert!(document["user_info"]["exp_date"].is_string(), "{document}");
        let now = document["server_info"]["timestamp_now"].as_i64().unwrap();
        let minutes = (now / 60 + 330) % 60;
        let shown = document["server_info"]["time_now"].as_str().unwrap();
        assert_eq!(shown[14..16], format!("{minutes:02}"), "a zone of half an hour: {shown}");
        admin.ok("edit_settings", &[("auth_failed_status", "401")]).await;
        assert_eq!(tenant.get("/player_api.php?username=nobody&password=wrong").await.status(), 401);
        for form in [
            ("timezone", "Mars/Olympus"),
            ("connection_policy", "toss"),
            ("auth_failed_status", "300"),
            ("guide_days", "99"),
        ] {
            assert_eq!(
                admin.refused("edit_settings", &[form, ("server_name", "X")]).await,
                "INVALID_INPUT",
                "{form:?}"
            );
        }
        assert_eq!(admin.ok("get_settings", &[]).await["server_name"], before["server_name"]);
    });
}
