//! Packages and groups as the admin surface shows them, to the letter, and what of an offer or of trials is kept when
//! only a part is sent.

use crate::panel::{TestPanel, run};
use crate::visitor::Visitor;
use serde_json::{Value, json};

/// The last row of a list, as it was written.
async fn last(admin: &Visitor, list: &str) -> String {
    let (_, answer) = admin.raw(list).await;
    let (rows, _) = answer.split_once("}]").unwrap();
    format!("{}}}", &rows[rows.rfind(r#"{"id":"#).unwrap()..])
}

#[test]
fn a_package_is_shown_to_the_letter() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let form = [("package_name", "Whole"), ("trial_credits", "0.5"), ("forced_country", "AT")];
        let id = admin.ok("create_package", &form).await["id"].to_string();
        let offers = r#""official_credits":0.00,"official_duration":1,"official_duration_in":"months","trial_credits":0.50,"trial_duration":1,"trial_duration_in":"days""#;
        let rest = r#""bouquets":[],"is_line":1,"is_mag":1,"is_e2":1,"is_restreamer":0,"is_isplock":0,"output_formats":[],"max_connections":1,"forced_country":"AT","same_player":"","force_server_id":0,"lock_device":0,"is_addon":0,"addon_packages":[],"check_compatible":0}"#;
        let head = format!(r#"{{"id":{id},"package_name":"Whole""#);
        let shown = format!(
            r#"{head},"credits":0.00,"duration_months":1,"is_trial":1,"is_official":1,"groups":[],{offers},{rest}"#
        );
        assert_eq!(last(&admin, "get_packages").await, shown);
        admin.ok("edit_package", &[("id", &id), ("is_official", "0"), ("official_credits", "9")]).await;
        let offers = r#""official_credits":null,"official_duration":null,"official_duration_in":null,"trial_credits":0.50,"trial_duration":1,"trial_duration_in":"days""#;
        let shown = format!(
            r#"{head},"credits":0.50,"duration_months":0,"is_trial":1,"is_official":0,"groups":[],{offers},{rest}"#
        );
        assert_eq!(last(&admin, "get_packages").await, shown);
    });
}

#[test]
fn a_group_is_shown_to_the_letter() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let packages = format!("[{}]", tenant.package);
        let form = [("group_name", "Whole"), ("packages_selected", &packages), ("total_allowed_gen_in", "months")];
        let id = admin.ok("create_group", &form).await["id"].to_string();
        let shown = format!(
            r#"{{"id":{id},"group_id":{id},"group_name":"Whole","is_admin":0,"is_reseller":1,"can_delete":1,"allowed_pages":["lines","mag","enigma","activecodes"],"subresellers":[],"packages":{packages},"create_sub_resellers":1,"create_sub_resellers_price":0.00,"total_allowed_gen_trials":10,"total_allowed_gen_in":"month","minimum_trial_credits":0.00,"delete_lines":1,"delete_users":1,"allow_restrictions":1,"allow_change_bouquets":1,"allow_change_username":1,"allow_change_password":1,"minimum_username_length":4,"minimum_password_length":6,"allow_download":1,"can_view_vod":1,"reseller_client_connection_logs":1,"notice_html":""}}"#
        );
        assert_eq!(last(&admin, "get_groups").await, shown);
    });
}

#[test]
fn what_is_not_sent_of_an_offer_or_of_trials_is_kept() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let year = json!({ "price": "50.00", "term": { "count": 1, "unit": "years" } });
        let id = tenant.record("package", json!({ "name": "Year", "official": year })).await.to_string();
        let edited = async |fields: &[(&str, &str)]| {
            let package = admin.ok("edit_package", &[&[("id", id.as_str())], fields].concat()).await;
            ["official_credits", "official_duration", "official_duration_in", "trial_duration_in"]
                .map(|field| package[field].clone())
        };
        assert_eq!(edited(&[("credits", "40")]).await, [json!(40.0), json!(1), json!("years"), Value::Null]);
        assert_eq!(edited(&[("official_duration", "2")]).await[1..3], [json!(2), json!("years")]);
        assert_eq!(edited(&[("duration_months", "3")]).await[..3], [json!(40.0), json!(3), json!("months")]);
        assert_eq!(edited(&[("duration_months", "3"), ("official_duration", "5")]).await[1], 5);
        assert_eq!(edited(&[("is_trial", "1")]).await[3], "days");
        assert_eq!(edited(&[("is_official", "0")]).await[..2], [Value::Null, Value::Null]);
        assert_eq!(edited(&[("is_official", "1")]).await[..3], [json!(0.0), json!(1), json!("months")]);

        let weeks = json!({ "count": 3, "window": { "count": 2, "unit": "months" } });
        let id = tenant.record("group", json!({ "name": "Tried", "trials": weeks })).await.to_string();
        let more = admin.ok("edit_group", &[("id", &id), ("total_allowed_gen_trials", "9")]).await;
        assert_eq!((&more["total_allowed_gen_trials"], &more["total_allowed_gen_in"]), (&json!(9), &json!("month")));
        let daily = admin.ok("edit_group", &[("id", &id), ("total_allowed_gen_in", "day")]).await;
        assert_eq!((&daily["total_allowed_gen_trials"], &daily["total_allowed_gen_in"]), (&json!(9), &json!("day")));
    });
}

#[test]
fn a_wrong_part_of_an_offer_is_named_as_it_was_sent() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let id = tenant.package.to_string();
        let words = admin.words("edit_package", &[("id", &id), ("official_credits", "-1")]).await;
        assert!(words.contains("A price is not below zero."), "{words}");
        for (field, wrong) in [("official_duration", "0"), ("official_duration_in", "weeks"), ("duration_months", "x")]
        {
            let words = admin.words("edit_package", &[("id", &id), (field, wrong)]).await;
            assert!(words.contains(field), "{words}");
        }
    });
}

#[test]
fn a_package_and_a_group_go_once_nothing_uses_them() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let (admin, seller) = (tenant.admin(), tenant.reseller("seller", "100").await);
        let line = tenant.sold_line(&seller, json!({})).await;
        let package = tenant.package.to_string();
        admin.refused("delete_package", &[("id", &package)]).await;
        admin.ok("delete_line", &[("id", &line["id"].to_string())]).await;
        admin.ok("delete_package", &[("id", &package)]).await;
        assert_eq!(seller.get("packages", "").await["data"], json!([]));

        let group = admin.get("get_groups", "").await["data"][0]["id"].to_string();
        admin.refused("delete_group", &[("id", &group)]).await;
        let kept = admin.ok("create_group", &[("group_name", "Kept"), ("can_delete", "0")]).await["id"].to_string();
        assert_eq!(admin.refused("delete_group", &[("id", &kept)]).await, "NO_PERMISSIONS");
        admin.ok("edit_group", &[("id", &kept), ("can_delete", "1")]).await;
        admin.ok("delete_group", &[("id", &kept)]).await;
        assert_eq!(admin.get("get_groups", "").await["recordsTotal"], 1);
    });
}
