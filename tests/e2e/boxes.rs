//! MAG boxes, Enigma2 receivers and activation codes on both panel surfaces, and what of them is seen at the player's door.

use crate::panel::{TestTenant, id_of, run};
use crate::reseller::{balance, shop};
use crate::visitor::Visitor;
use serde_json::{Value, json};

const MAC: &str = "00:1A:79:00:00:01";

/// Something that a reseller sells by the tenant's package.
async fn sold(tenant: &TestTenant, seller: &Visitor, action: &str, form: &[(&str, &str)]) -> Value {
    let package = tenant.package.to_string();
    seller.ok(action, &[&[("package", package.as_str()), ("trial", "0")], form].concat()).await
}

/// The status of a line, as its player sees it.
async fn status(tenant: &TestTenant, line: &Value) -> Value {
    let (name, word) = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
    tenant.account(name, word).await["status"].clone()
}

/// The ids of a list.
async fn listed(visitor: &Visitor, action: &str, form: &[(&str, &str)]) -> Vec<u32> {
    visitor.ok(action, form).await.as_array().unwrap().iter().map(id_of).collect()
}

#[test]
fn a_sold_box_costs_its_price_and_stands_in_the_list_of_its_sort() {
    run(async {
        let (tenant, seller) = shop().await;
        for (sort, mac) in [("mag", MAC), ("enigma", "00:09:34:00:00:01")] {
            let before = balance(&seller).await;
            let made = sold(&tenant, &seller, &format!("create_{sort}"), &[("mac", &mac.to_lowercase())]).await;
            assert_eq!((&made["mac"], &made["user_id"], &made["status"]), (&json!(mac), &made["id"], &json!(1)));
            assert_eq!(balance(&seller).await, before - 5.0);
            let id = made["id"].to_string();
            assert_eq!(seller.ok(&format!("get_{sort}"), &[("id", &id)]).await["mac"], mac);
            assert_eq!(listed(&seller, &format!("get_{sort}s"), &[]).await, [id_of(&made)]);
            assert_eq!(listed(&seller, &format!("get_{sort}s"), &[("search[value]", &mac[3..])]).await, [id_of(&made)]);
            assert!(!listed(&seller, "get_lines", &[]).await.contains(&id_of(&made)), "a list of lines has none");
            assert_eq!(status(&tenant, &made).await, "Active", "its line is a line");
        }
        let refused = |mac: &'static str| {
            let (tenant, seller) = (&tenant, &seller);
            async move {
                let package = tenant.package.to_string();
                seller.refused("create_mag", &[("package", &package), ("trial", "0"), ("mac", mac)]).await
            }
        };
        assert_eq!(refused("00:09:34:00:00:01").await, "EXISTS_MAC");
        assert_eq!(refused("00:1A:79:00:00").await, "INVALID_MAC");
        assert_eq!(seller.refused("create_mag", &[("package", "1"), ("trial", "0")]).await, "INVALID_MAC");
        assert_eq!(
            seller.refused("create_mag", &[("package", "99"), ("trial", "0"), ("mac", MAC)]).await,
            "INVALID_PACKAGE"
        );
    });
}

#[test]
fn a_box_is_switched_banned_and_deleted_with_its_line() {
    run(async {
        let (tenant, seller) = shop().await;
        let admin = tenant.admin();
        let made = sold(&tenant, &seller, "create_mag", &[("mac", MAC)]).await;
        let id = made["id"].to_string();
        let id = [("id", id.as_str())];
        assert_eq!(seller.ok("disable_mag", &id).await, json!([]));
        assert_eq!(status(&tenant, &made).await, "Disabled");
        seller.ok("enable_mag", &id).await;
        assert_eq!(status(&tenant, &made).await, "Active");
        admin.ok("ban_mag", &id).await;
        seller.ok("enable_mag", &id).await;
        assert_eq!(status(&tenant, &made).await, "Banned", "a reseller lifts no ban");
        assert_eq!(seller.ok("get_mag", &id).await["status"], 0);
        assert_eq!(listed(&admin, "get_mags", &[("filter", "3")]).await, [id_of(&made)]);
        admin.ok("unban_mag", &id).await;
        assert_eq!(status(&tenant, &made).await, "Active");
        for other in ["get_enigma", "disable_enigma", "delete_enigma", "ban_enigma", "convert_enigma"] {
            assert_eq!(admin.refused(other, &id).await, "FAILURE", "{other}: it is none");
        }
        admin.ok("delete_mag", &id).await;
        let (name, word) = (made["username"].as_str().unwrap(), made["password"].as_str().unwrap());
        assert_eq!(tenant.account(name, word).await["auth"], 0);
        sold(&tenant, &seller, "create_mag", &[("mac", MAC)]).await;
    });
}

#[test]
fn a_box_that_is_converted_is_a_line_with_new_credentials() {
    run(async {
        let (tenant, seller) = shop().await;
        let made = sold(&tenant, &seller, "create_enigma", &[("mac", MAC), ("reseller_notes", "lobby")]).await;
        let id = made["id"].to_string();
        let line = seller.ok("convert_enigma", &[("id", &id)]).await;
        assert_eq!(
            (&line["id"], &line["exp_date"], &line["reseller_notes"]),
            (&made["id"], &made["exp_date"], &json!("lobby"))
        );
        assert_eq!(status(&tenant, &line).await, "Active");
        let (name, word) = (made["username"].as_str().unwrap(), made["password"].as_str().unwrap());
        assert_eq!(tenant.account(name, word).await["auth"], 0, "the box's credentials are gone");
        assert_eq!(seller.refused("get_enigma", &[("id", &id)]).await, "FAILURE");
        assert_eq!(listed(&seller, "get_lines", &[]).await, [id_of(&line)]);
    });
}

#[test]
fn an_admin_registers_a_box_with_an_end_of_its_own_and_moves_it_to_another_address() {
    run(async {
        let (tenant, _) = shop().await;
        let admin = tenant.admin();
        let form = [("mac", MAC), ("exp_date", "2030-12-31"), ("max_connections", "2"), ("lock_device", "1")];
        let made = admin.ok("create_mag", &form).await;
        assert_eq!(
            (&made["exp_date"], &made["max_connections"], &made["lock_device"]),
            (&json!("2030-12-31"), &json!(2), &json!(1))
        );
        let id = made["id"].to_string();
        let moved =
            admin.ok("edit_mag", &[("id", &id), ("mac", "00:1A:79:00:00:02"), ("exp_date", "2020-01-01")]).await;
        assert_eq!((&moved["mac"], &moved["exp_date"]), (&json!("00:1A:79:00:00:02"), &json!("2020-01-01")));
        assert_eq!(status(&tenant, &made).await, "Expired", "an end that is past is taken");
        assert_eq!(admin.refused("edit_mag", &[("id", &id), ("exp_date", "soon")]).await, "INVALID_DATE");
        admin.ok("create_enigma", &[("mac", MAC)]).await;
        assert_eq!(admin.refused("edit_mag", &[("id", &id), ("mac", MAC)]).await, "EXISTS_MAC");
    });
}

#[test]
fn a_code_is_paid_for_when_it_is_sold_and_begins_when_it_is_redeemed() {
    run(async {
        let (tenant, seller) = shop().await;
        let made = sold(&tenant, &seller, "create_activecode", &[("code", "hotel-12")]).await;
        assert_eq!((&made["code"], &made["status"], &made["exp_date"]), (&json!("HOTEL-12"), &json!(1), &json!(null)));
        assert_eq!(balance(&seller).await, 95.0);
        let id = made["id"].to_string();
        let id = [("id", id.as_str())];
        let package = tenant.package.to_string();
        let again = [("package", package.as_str()), ("trial", "0"), ("code", "Hotel-12")];
        assert_eq!(seller.refused("create_activecode", &again).await, "EXISTS_CODE");
        assert_eq!(
            seller.refused("create_activecode", &[&again[..2], &[("code", "a b")]].concat()).await,
            "INVALID_CODE"
        );
        seller.ok("disable_activecode", &id).await;
        assert_eq!(seller.ok("get_activecode", &id).await["status"], 3);
        seller.ok("enable_activecode", &id).await;
        assert_eq!(seller.ok("get_activecode", &id).await["status"], 1, "it is in stock again");
        let reset = seller.ok("reset_activecode", &id).await;
        assert_eq!(reset["old_code"], "HOTEL-12");
        let verb = async |work: &mut host_engine::Work| {
            host_engine::line::redeem(work, reset["new_code"].as_str().unwrap()).await
        };
        let given = tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
        assert_eq!(status(&tenant, &given).await, "Active");
        let redeemed = seller.ok("get_activecode", &id).await;
        assert_eq!((&redeemed["status"], &redeemed["exp_date"]), (&json!(2), &given["expiry"]));
        assert!(redeemed["redeemed_at"].is_u64());
        tenant.admin().ok("ban_activecode", &id).await;
        assert_eq!(seller.ok("get_activecode", &id).await["status"], 4);
        assert_eq!(status(&tenant, &given).await, "Banned");
        assert_eq!(listed(&tenant.admin(), "get_active_codes", &[]).await, [id_of(&made)], "by its other name too");
        tenant.admin().ok("delete_active_code", &id).await;
        assert_eq!(listed(&seller, "get_activecodes", &[]).await, [0; 0]);
    });
}
