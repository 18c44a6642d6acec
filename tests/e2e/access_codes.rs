//! Access codes and addresses of RTMP that an admin keeps over the API.

use crate::panel::{TestPanel, id_of, run};
use serde_json::json;

#[test]
fn a_code_that_an_admin_makes_opens_its_surface_until_it_is_closed_renamed_or_deleted() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let (admin, seller) = (tenant.admin(), tenant.reseller("seller", "10").await);
        let address = |code: &str| format!("{}/{code}/reseller/index.php", tenant.panel.url);
        let opens = async |code: &str| seller.at(&address(code)).raw("user_info").await.0;
        let made = admin.ok("create_access_code", &[("type", "reseller")]).await;
        let (id, code) = (id_of(&made).to_string(), made["code"].as_str().unwrap());
        assert_eq!((made["type"].as_str(), made["enabled"].as_i64()), (Some("reseller"), Some(1)));
        assert_eq!((code.len(), opens(code).await), (12, 200));
        assert_eq!(seller.at(&format!("{}/{code}/admin/index.php", tenant.panel.url)).raw("user_info").await.0, 404);

        let from_elsewhere = [("id", id.as_str()), ("whitelist", r#"["192.0.2.0/24"]"#)];
        assert_eq!(admin.ok("edit_access_code", &from_elsewhere).await["whitelist"], json!(["192.0.2.0/24"]));
        assert_eq!(opens(code).await, 404);
        admin.ok("edit_access_code", &[("id", &id), ("whitelist", "")]).await;
        assert_eq!(opens(code).await, 200);
        admin.ok("edit_access_code", &[("id", &id), ("enabled", "0")]).await;
        assert_eq!(opens(code).await, 404);

        let other = format!("door-of-{}", tenant.name);
        let renamed = admin.ok("edit_access_code", &[("id", &id), ("enabled", "1"), ("code", &other)]).await;
        assert_eq!(renamed["code"], other.as_str());
        assert_eq!((opens(code).await, opens(&other).await), (404, 200));
        assert_eq!(admin.ok("get_access_code", &[("id", &id)]).await, renamed);
        admin.ok("delete_access_code", &[("id", &id)]).await;
        assert_eq!(opens(&other).await, 404);
    });
}

#[test]
fn the_code_by_which_an_admin_came_stays_open_and_taken_and_reserved_words_are_refused() {
    run(async {
        let (tenant, neighbour) = (TestPanel::shared().tenant(0).await, TestPanel::shared().tenant(0).await);
        let admin = tenant.admin();
        let own = tenant.made["admin_access_code"].as_str().unwrap();
        let all = admin.get("get_access_codes", "").await;
        assert_eq!(all["recordsTotal"], 2, "{all}");
        let row = all["data"].as_array().unwrap().iter().find(|row| row["code"] == own).unwrap();
        let id = id_of(row).to_string();
        for change in [("enabled", "0"), ("type", "reseller"), ("whitelist", r#"["192.0.2.0/24"]"#)] {
            assert_eq!(admin.refused("edit_access_code", &[("id", &id), change]).await, "NO_PERMISSIONS", "{change:?}");
        }
        assert_eq!(admin.refused("delete_access_code", &[("id", &id)]).await, "NO_PERMISSIONS");
        assert_eq!(admin.get("get_access_codes", "").await["recordsTotal"], 2);

        let taken = neighbour.made["reseller_access_code"].as_str().unwrap();
        for code in [taken, "short", "player_api.php", "with/slash"] {
            admin.refused("create_access_code", &[("type", "admin"), ("code", code)]).await;
        }
        admin.refused("create_access_code", &[("type", "player")]).await;
        let keyed = [("idempotency-key", "k1")];
        let (_, answer) = admin.answer("create_access_code", &[("type", "admin")], &keyed).await;
        assert_eq!(answer["status"], "STATUS_INVALID_INPUT", "{answer}");

        // By another code it may go, and the one that is left stays.
        let second = admin.ok("create_access_code", &[("type", "admin")]).await;
        let url = format!("{}/{}/admin/index.php", tenant.panel.url, second["code"].as_str().unwrap());
        admin.at(&url).ok("delete_access_code", &[("id", &id)]).await;
        assert_eq!(admin.raw("user_info").await.0, 404);
        assert_eq!(admin.at(&url).get("get_access_codes", "").await["recordsTotal"], 2);
    });
}

#[test]
fn an_address_of_rtmp_has_a_password_that_lists_do_not_show() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let admin = tenant.admin();
        let made = admin.ok("create_rtmp_ip", &[("ip", "::ffff:192.0.2.9"), ("push", "1")]).await;
        let (id, password) = (id_of(&made).to_string(), made["password"].as_str().unwrap());
        assert_eq!((made["ip"].as_str(), made["push"].as_i64(), password.len()), (Some("192.0.2.9"), Some(1), 16));
        let listed = admin.get("get_rtmp_ips", "").await["data"][0].clone();
        assert_eq!((listed["ip"].as_str(), listed.get("password")), (Some("192.0.2.9"), None));
        let edited = admin.ok("edit_rtmp_ip", &[("id", &id), ("notes", "Studio"), ("pull", "1")]).await;
        assert_eq!((&edited["password"], &edited["notes"]), (&made["password"], &json!("Studio")));
        let chosen = admin.ok("edit_rtmp_ip", &[("id", &id), ("password", "hello-encoder")]).await;
        assert_eq!(admin.ok("get_rtmp_ip", &[("id", &id)]).await, chosen);
        let stats = admin.ok("get_rtmp_stats", &[]).await;
        assert_eq!((&stats["push_ips"], &stats["pull_ips"]), (&json!(1), &json!(1)), "who may come: {stats}");
        assert_eq!((&stats["enabled"], &stats["port"], &stats["publishers"]), (&json!(0), &json!(0), &json!(0)));
        let live = json!({ "nclients": "0", "stream": [] });
        assert_eq!(stats["server"]["application"], json!({ "name": "live", "live": live }), "nobody came: {stats}");
        assert_eq!(admin.refused("get_rtmp_stats", &[("server_id", "2")]).await, "FAILURE");
        admin.refused("create_rtmp_ip", &[("ip", "192.0.2.9")]).await;
        admin.refused("create_rtmp_ip", &[("ip", "192.0.2.0/24")]).await;
        admin.ok("delete_rtmp_ip", &[("id", &id)]).await;
        assert_eq!(admin.get("get_rtmp_ips", "").await["recordsTotal"], 0);
    });
}
