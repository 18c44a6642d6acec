//! What a reseller changes of a line that is sold: credentials, terms, and what is not theirs to change.

use crate::panel::run;
use crate::reseller::{balance, shop, sold};
use serde_json::json;

#[test]
fn a_new_password_works_and_the_old_one_no_longer_does() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[("username", "renamed-soon"), ("password", "old-word")]).await;
        let id = line["id"].to_string();
        let edited = seller.ok("edit_line", &[("id", &id), ("password", "new-word"), ("username", "renamed")]).await;
        assert_eq!((&edited["username"], &edited["password"]), (&json!("renamed"), &json!("new-word")));
        assert_eq!(tenant.account("renamed", "new-word").await["auth"], 1);
        for (name, word) in [("renamed", "old-word"), ("renamed-soon", "old-word"), ("renamed-soon", "new-word")] {
            assert_eq!(tenant.account(name, word).await["auth"], 0, "{name} {word}");
        }
        assert_eq!(balance(&seller).await, 95.0);
        let read = seller.ok("get_line", &[("id", &id)]).await;
        assert_eq!(read, edited);
    });
}

#[test]
fn an_edit_changes_only_what_was_sent_and_nothing_when_it_is_refused() {
    run(async {
        let (tenant, seller) = shop().await;
        sold(&tenant, &seller, &[("username", "taken")]).await;
        let id = sold(&tenant, &seller, &[("username", "mine"), ("reseller_notes", "first")]).await["id"].to_string();
        let before = seller.ok("get_line", &[("id", &id)]).await;
        let mag = tenant
            .record(
                "package",
                json!({ "name": "MAG", "for_lines": false, "for_mag": true,
            "groups": seller.ok("packages", &[]).await[0]["groups"], "bouquets": [],
            "official": { "price": "1.00", "term": { "count": 1, "unit": "days" } } }),
            )
            .await
            .to_string();
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("EXISTS_USERNAME", &[("username", "taken")]),
            ("INVALID_USERNAME", &[("username", "a b c d")]),
            ("INVALID_PASSWORD", &[("password", "x")]),
            ("INVALID_PACKAGE", &[("package", "999999")]),
            ("INVALID_TYPE", &[("package", &mag)]),
            ("INVALID_DATA", &[("allowed_ips[]", "300.1.1.1")]),
            ("INVALID_DATA", &[("bouquets_selected[]", "999999")]),
        ];
        for (status, wish) in cases {
            let form = [&[("id", id.as_str()), ("reseller_notes", "never")], *wish].concat();
            assert_eq!(seller.refused("edit_line", &form).await, *status, "{wish:?}");
        }
        assert_eq!(seller.ok("get_line", &[("id", &id)]).await, before);
        let edited = seller.ok("edit_line", &[("id", &id), ("allowed_ips[]", "10.0.0.0/8"), ("is_isplock", "1")]).await;
        assert_eq!((&edited["reseller_notes"], &edited["username"]), (&json!("first"), &json!("mine")));
        assert_eq!((&edited["allowed_ips"], &edited["is_isplock"]), (&json!(["10.0.0.0/8"]), &json!(1)));
        assert_eq!(edited["exp_date"], before["exp_date"]);
    });
}

#[test]
fn a_field_of_an_admin_is_refused_and_nothing_is_sold_or_changed() {
    run(async {
        let (tenant, seller) = shop().await;
        let id = sold(&tenant, &seller, &[]).await["id"].to_string();
        let before = seller.ok("get_line", &[("id", &id)]).await;
        let package = tenant.package.to_string();
        let owner = tenant.reseller("rival", "0").await.user.to_string();
        for field in [
            ("exp_date", "2099-01-01"),
            ("exp_date", "not even a date"),
            ("no_expire", "1"),
            ("max_connections", "50"),
            ("max_connections", "0"),
            ("allowed_outputs[]", "ts"),
            ("is_restreamer", "1"),
            ("is_trial", "0"),
            ("member_id", owner.as_str()),
            ("admin_enabled", "1"),
            ("admin_notes", "mine now"),
            ("isp_clear", "1"),
        ] {
            let sale = [("package", package.as_str()), ("trial", "0"), field];
            assert_eq!(seller.refused("create_line", &sale).await, "INVALID_DATA", "{field:?}");
            let edit = [("id", id.as_str()), ("package", package.as_str()), ("reseller_notes", "never"), field];
            assert_eq!(seller.refused("edit_line", &edit).await, "INVALID_DATA", "{field:?}");
        }
        assert_eq!(seller.ok("get_line", &[("id", &id)]).await, before);
        assert_eq!((balance(&seller).await, &seller.post("get_lines", &[]).await["recordsTotal"]), (95.0, &json!(1)));
        for field in [("owner_id", owner.as_str()), ("credits", "1000")] {
            assert_eq!(seller.refused("create_user", &[field]).await, "INVALID_DATA", "{field:?}");
        }
        assert_eq!(tenant.admin().ok("user_info", &[]).await["total_resellers"], 2);
    });
}

#[test]
fn a_line_that_is_there_is_not_tried_again() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[]).await;
        let id = line["id"].to_string();
        let groups = seller.ok("packages", &[]).await[0]["groups"].clone();
        let trial = json!({ "price": "0.00", "term": { "count": 24, "unit": "hours" } });
        let taster = json!({ "name": "Taster", "groups": groups, "bouquets": [tenant.bouquet], "official": null, "trial": trial });
        let taster = tenant.record("package", taster).await.to_string();
        let hidden = json!({ "name": "Hidden", "groups": [], "official": null, "trial": trial });
        let hidden = tenant.record("package", hidden).await.to_string();
        let regular = tenant.package.to_string();
        let before = seller.ok("get_line", &[("id", &id)]).await;
        for (status, form) in [
            ("NO_TRIALS", [("package", taster.as_str()), ("trial", "0")]),
            ("NO_TRIALS", [("package", taster.as_str()), ("trial", "1")]),
            ("NO_TRIALS", [("package", regular.as_str()), ("trial", "1")]),
            ("INVALID_PACKAGE", [("package", hidden.as_str()), ("trial", "0")]),
            ("INVALID_PACKAGE", [("package", "999999"), ("trial", "0")]),
        ] {
            let form = [&[("id", id.as_str()), ("reseller_notes", "never")], &form[..]].concat();
            assert_eq!(seller.refused("edit_line", &form).await, status, "{form:?}");
        }
        assert_eq!((&seller.ok("get_line", &[("id", &id)]).await, balance(&seller).await), (&before, 95.0));
        seller.ok("edit_line", &[("id", &id), ("package", &regular), ("trial", "0")]).await;
        assert_eq!(balance(&seller).await, 90.0);
    });
}

#[test]
fn a_package_extends_from_the_current_end_and_is_charged() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[]).await;
        let (id, package) = (line["id"].to_string(), tenant.package.to_string());
        let longer = seller.ok("edit_line", &[("id", &id), ("package", &package)]).await;
        let term = longer["exp_date"].as_i64().unwrap() - line["exp_date"].as_i64().unwrap();
        assert!((28 * 86_400..=31 * 86_400).contains(&term), "{term}");
        assert_eq!(balance(&seller).await, 90.0);
        let account = tenant.account(line["username"].as_str().unwrap(), line["password"].as_str().unwrap()).await;
        assert_eq!(account["exp_date"], longer["exp_date"].to_string());
        tenant.admin().ok("adjust_credits", &[("id", &seller.user.to_string()), ("credits", "-89")]).await;
        let form = [("id", id.as_str()), ("package", package.as_str()), ("reseller_notes", "unpaid")];
        assert_eq!(seller.refused("edit_line", &form).await, "INSUFFICIENT_CREDITS");
        let read = seller.ok("get_line", &[("id", &id)]).await;
        assert_eq!((&read["exp_date"], &read["reseller_notes"]), (&longer["exp_date"], &json!("")));
    });
}
