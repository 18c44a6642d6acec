//! What a reseller does with lines, through HTTP, and what of it is seen at the player's door.

use crate::panel::{TestPanel, TestTenant, id_of, run};
use crate::visitor::Visitor;
use serde_json::{Value, json};

/// A tenant with two channels and a reseller with 100.00 credits.
pub async fn shop() -> (TestTenant, Visitor) {
    let tenant = TestPanel::shared().tenant(2).await;
    let seller = tenant.reseller("seller", "100").await;
    (tenant, seller)
}

/// The rights of the tenant's only group.
pub async fn rights(tenant: &TestTenant, form: &[(&str, &str)]) {
    let admin = tenant.admin();
    let group = admin.ok("get_groups", &[]).await[0]["id"].to_string();
    admin.ok("edit_group", &[&[("id", group.as_str())], form].concat()).await;
}

pub async fn balance(seller: &Visitor) -> f64 {
    seller.ok("user_info", &[]).await["credits"].as_f64().unwrap()
}

/// A line that a reseller sells by the tenant's package.
pub async fn sold(tenant: &TestTenant, seller: &Visitor, form: &[(&str, &str)]) -> Value {
    let package = tenant.package.to_string();
    let form = [&[("package", package.as_str()), ("trial", "0")], form].concat();
    seller.ok("create_line", &form).await
}

#[test]
fn packages_show_the_callers_own_price_and_groups() {
    run(async {
        let (tenant, seller) = shop().await;
        let answer = seller.get("packages", "").await;
        assert_eq!((&answer["recordsTotal"], &answer["recordsFiltered"]), (&json!(1), &json!(1)));
        let row = &answer["data"][0];
        let me = seller.ok("user_info", &[]).await;
        assert_eq!((&row["id"], &row["package_name"]), (&json!(tenant.package), &json!("1 Month")));
        assert_eq!((&row["credits"], &row["duration_months"]), (&json!(5.0), &json!(1)));
        assert_eq!(row["groups"], json!([me["member_group_id"]]), "{row}");
        assert_eq!(row["bouquets"], json!([tenant.bouquet]));
        tenant.record("package", json!({ "name": "Not for this group", "groups": [] })).await;
        assert_eq!(seller.get("packages", "").await["data"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_sold_line_plays_and_costs_its_price() {
    run(async {
        let (tenant, seller) = shop().await;
        let now = tenant.panel.engine().clock().now().0;
        let line = sold(
            &tenant,
            &seller,
            &[("username", "customer"), ("password", "letmein99"), ("reseller_notes", "paid cash")],
        )
        .await;
        let keys: Vec<_> = line.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = [
            "id",
            "username",
            "password",
            "package_id",
            "exp_date",
            "is_trial",
            "status",
            "reseller_notes",
            "created_at",
        ];
        assert_eq!(keys, expected);
        assert_eq!(
            (&line["status"], &line["is_trial"], &line["reseller_notes"]),
            (&json!(1), &json!(0), &json!("paid cash"))
        );
        let term = line["exp_date"].as_i64().unwrap() - now;
        assert!((28 * 86_400..=31 * 86_400 + 60).contains(&term), "{term}");
        assert_eq!(balance(&seller).await, 95.0);
        let account = tenant.account("customer", "letmein99").await;
        assert_eq!(
            (&account["auth"], &account["status"], &account["max_connections"]),
            (&json!(1), &json!("Active"), &json!("2"))
        );
        assert_eq!(account["exp_date"], line["exp_date"].to_string());
        assert_eq!(tenant.channels(&line).await.len(), 2);
    });
}

#[test]
fn credentials_that_are_left_out_are_generated_and_work() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[]).await;
        let (name, word) = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
        assert!(name.len() >= 10 && word.len() >= 10 && name != word);
        assert_eq!(tenant.account(name, word).await["auth"], 1);
    });
}

#[test]
fn a_trial_is_a_trial_at_every_door_and_ends_when_the_quota_is_used() {
    run(async {
        let (tenant, seller) = shop().await;
        rights(&tenant, &[("total_allowed_gen_trials", "1")]).await;
        let package = tenant.package.to_string();
        let form = [("package", package.as_str()), ("trial", "1")];
        let line = seller.ok("create_line", &form).await;
        assert_eq!((&line["is_trial"], balance(&seller).await), (&json!(1), 100.0));
        let account = tenant.account(line["username"].as_str().unwrap(), line["password"].as_str().unwrap()).await;
        assert_eq!(account["is_trial"], "1");
        assert_eq!(seller.refused("create_line", &form).await, "NO_TRIALS");
    });
}

#[test]
fn a_sale_that_is_refused_leaves_no_line_and_costs_nothing() {
    run(async {
        let (tenant, seller) = shop().await;
        let other = tenant.record("bouquet", json!({ "name": "Extra", "members": [] })).await.to_string();
        let hidden = tenant
            .record(
                "package",
                json!({ "name": "Hidden", "groups": [],
            "official": { "price": "1.00", "term": { "count": 1, "unit": "days" } } }),
            )
            .await
            .to_string();
        let package = tenant.package.to_string();
        sold(&tenant, &seller, &[("username", "taken")]).await;
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("EXISTS_USERNAME", &[("username", "taken")]),
            ("INVALID_USERNAME", &[("username", "abc")]),
            ("INVALID_USERNAME", &[("username", "with space")]),
            ("INVALID_USERNAME", &[("username", "a/../b")]),
            ("INVALID_PASSWORD", &[("password", "short")]),
            ("INVALID_PASSWORD", &[("password", "has\u{7}bell1")]),
            ("INVALID_DATA", &[("allowed_ips[]", "not-an-address")]),
            ("INVALID_DATA", &[("is_isplock", "perhaps")]),
            ("INVALID_DATA", &[("bouquets_selected[]", &other)]),
        ];
        for (status, form) in cases {
            let form = [&[("package", package.as_str()), ("trial", "0")], *form].concat();
            assert_eq!(seller.refused("create_line", &form).await, *status, "{form:?}");
        }
        for package in [hidden.as_str(), "999999", "0", "x", ""] {
            let form = [("package", package), ("trial", "0")];
            assert_eq!(seller.refused("create_line", &form).await, "INVALID_PACKAGE", "{package:?}");
        }
        assert_eq!(seller.refused("create_line", &[("package", &package)]).await, "INVALID_DATA");
        assert_eq!(balance(&seller).await, 95.0);
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 1);
        let poor = tenant.reseller("poor", "4.99").await;
        let form = [("package", package.as_str()), ("trial", "0")];
        assert_eq!(poor.refused("create_line", &form).await, "INSUFFICIENT_CREDITS");
        assert_eq!((balance(&poor).await, &poor.post("get_lines", &[]).await["recordsTotal"]), (4.99, &json!(0)));
    });
}

#[test]
fn what_the_group_does_not_allow_is_refused() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[]).await["id"].to_string();
        let off = ["allow_change_username", "allow_change_password", "allow_change_bouquets", "delete_lines"];
        rights(&tenant, &off.map(|right| (right, "0"))).await;
        let (package, bouquet) = (tenant.package.to_string(), tenant.bouquet.to_string());
        for wish in
            [("username", "chosen-name"), ("password", "chosen-word"), ("bouquets_selected[]", bouquet.as_str())]
        {
            let form = [("package", package.as_str()), ("trial", "0"), wish];
            assert_eq!(seller.refused("create_line", &form).await, "NO_PERMISSIONS", "{wish:?}");
        }
        for wish in [("username", "chosen-name"), ("password", "chosen-word")] {
            assert_eq!(seller.refused("edit_line", &[("id", &line), wish]).await, "NO_PERMISSIONS", "{wish:?}");
        }
        assert_eq!(seller.refused("delete_line", &[("id", &line)]).await, "NO_PERMISSIONS");
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 1);
    });
}

#[test]
fn a_deleted_line_is_gone_at_every_door() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[("username", "leaving"), ("password", "leaving-word")]).await;
        let id = line["id"].to_string();
        let before = tenant.account("nobody", "leaving-word").await;
        assert_eq!(seller.ok("delete_line", &[("id", &id)]).await, json!([]));
        assert_eq!(tenant.account("leaving", "leaving-word").await, before);
        for action in ["get_line", "edit_line", "delete_line"] {
            assert_eq!(seller.refused(action, &[("id", &id)]).await, "FAILURE", "{action}");
        }
        sold(&tenant, &seller, &[("username", "leaving")]).await;
    });
}

#[test]
fn a_foreign_line_is_answered_like_a_missing_one() {
    run(async {
        let (tenant, seller) = shop().await;
        let rival = tenant.reseller("rival", "50").await;
        let theirs = sold(&tenant, &rival, &[("username", "not-yours")]).await["id"].to_string();
        let (elsewhere, stranger) = shop().await;
        let abroad = sold(&elsewhere, &stranger, &[]).await["id"].to_string();
        for (action, more) in [("get_line", &[][..]), ("edit_line", &[("reseller_notes", "x")]), ("delete_line", &[])] {
            let missing = seller.words(action, &[&[("id", "987654")], more].concat()).await;
            assert!(missing.contains("STATUS_FAILURE"), "{missing}");
            for id in [theirs.as_str(), abroad.as_str()] {
                // Another tenant's id may be a number that this tenant has given to a rival too.
                assert_eq!(seller.words(action, &[&[("id", id)], more].concat()).await, missing, "{action} {id}");
            }
        }
        assert_eq!(rival.ok("get_line", &[("id", &theirs)]).await["reseller_notes"], "");
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 0);
    });
}

#[test]
fn a_reseller_sees_the_lines_of_those_below_but_not_above() {
    run(async {
        let (tenant, seller) = shop().await;
        let below = seller.ok("create_user", &[("username", "below")]).await;
        let key = tenant.key_of(id_of(&below)).await;
        let sub = seller.with_key(&key);
        seller.ok("adjust_credits", &[("id", &below["id"].to_string()), ("credits", "10")]).await;
        let theirs = sold(&tenant, &sub, &[]).await;
        let mine = sold(&tenant, &seller, &[]).await;
        let read = seller.ok("get_line", &[("id", &theirs["id"].to_string())]).await;
        assert_eq!(read["member_id"], below["id"]);
        assert_eq!(sub.refused("get_line", &[("id", &mine["id"].to_string())]).await, "FAILURE");
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 2);
        assert_eq!(sub.post("get_lines", &[]).await["recordsTotal"], 1);
    });
}

#[test]
fn lists_are_paged_searched_filtered_and_cut_to_columns() {
    run(async {
        let (tenant, seller) = shop().await;
        for number in 1..=5 {
            let name = format!("list-{number}");
            let notes = if number == 3 { "the 100%_special one" } else { "" };
            sold(&tenant, &seller, &[("username", &name), ("reseller_notes", notes)]).await;
        }
        let page = seller.get("get_lines", "&start=1&limit=2&show_columns=username,id").await;
        assert_eq!((&page["recordsTotal"], &page["recordsFiltered"]), (&json!(5), &json!(5)));
        let names: Vec<_> = page["data"].as_array().unwrap().iter().map(|row| row["username"].clone()).collect();
        assert_eq!(names, ["list-4", "list-3"]);
        assert!(page["data"].as_array().unwrap().iter().all(|row| row.as_object().unwrap().len() == 2), "{page}");
        let found = seller.get("get_lines", "&search%5Bvalue%5D=100%25_special").await;
        assert_eq!((&found["recordsTotal"], &found["recordsFiltered"]), (&json!(5), &json!(1)));
        assert_eq!(found["data"][0]["username"], "list-3");
        assert_eq!(seller.get("get_lines", "&search=st-%25").await["recordsFiltered"], 0);
        let hidden = seller.get("get_lines", "&limit=1&hide_columns=password,exp_date").await;
        assert!(hidden["data"][0]["password"].is_null() && hidden["data"][0]["username"] == "list-5", "{hidden}");
        assert_eq!(seller.get("get_lines", "&start=99").await["data"], json!([]));
        let odd = seller.get("get_lines", "&start=-4&limit=zero&filter=nine").await;
        assert_eq!(odd["data"].as_array().unwrap().len(), 5, "{odd}");
    });
}

#[test]
fn filters_tell_the_statuses_apart() {
    run(async {
        let (tenant, seller) = shop().await;
        let owner = seller.user;
        for (name, more) in [
            ("active", json!({})),
            ("disabled", json!({ "enabled": false })),
            ("banned", json!({ "admin_enabled": false })),
            ("expired", json!({ "expiry": 1_000 })),
            ("trial", json!({ "trial": true, "expiry": 1_000 })),
        ] {
            let mut options = json!({ "username": format!("is-{name}"), "owner": owner });
            options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            tenant.line(options).await;
        }
        let expected = [
            vec!["is-active"],
            vec!["is-disabled"],
            vec!["is-banned"],
            vec!["is-expired", "is-trial"],
            vec!["is-trial"],
        ];
        for (number, expected) in (1..).zip(expected) {
            let page = seller.get("get_lines", &format!("&filter={number}")).await;
            let mut names: Vec<_> =
                page["data"].as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap()).collect();
            names.sort_unstable();
            assert_eq!(names, expected, "filter {number}");
            assert_eq!(page["recordsFiltered"], expected.len(), "filter {number}: {page}");
        }
    });
}
