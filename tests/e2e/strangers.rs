//! Who has no business at a panel surface, and what they hear.

use crate::panel::{TestPanel, run};
use serde_json::json;

#[test]
fn a_wrong_and_a_missing_key_are_refused_in_the_words_that_scripts_know() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let seller = tenant.reseller("seller", "10").await;
        for visitor in [&seller, &tenant.admin()] {
            for key in ["wrong", "", &visitor.key[1..]] {
                let (status, answer) = visitor.with_key(key).answer("user_info", &[], &[]).await;
                assert_eq!((status, &answer["status"]), (200, &json!("STATUS_FAILURE")));
                assert_eq!(answer["error"], "Invalid API key.", "{key:?}: {answer}");
            }
            let answer = visitor.post("no_such_action", &[]).await;
            assert_eq!((&answer["status"], &answer["error"]), (&json!("STATUS_FAILURE"), &json!("Invalid action.")));
        }
    });
}

#[test]
fn a_wrong_access_code_is_a_plain_404_whoever_knocks() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let seller = tenant.reseller("seller", "10").await;
        let url = |code: &str, surface| format!("{}/{code}/{surface}/index.php", tenant.panel.url);
        let code = |name: &str| tenant.made[name].as_str().unwrap().to_owned();
        let (reseller, admin) = (code("reseller_access_code"), code("admin_access_code"));
        let nothing = seller.at(&url("no-such-code", "reseller")).raw("user_info").await;
        assert_eq!(nothing.0, 404);
        for address in [url(&admin, "reseller"), url(&reseller, "admin"), url("no-such-code", "admin")] {
            assert_eq!(seller.at(&address).raw("user_info").await.0, 404, "{address}");
            assert!(!nothing.1.contains("STATUS"), "{nothing:?}");
        }
        let other = TestPanel::shared().tenant(1).await;
        let theirs = other.made["reseller_access_code"].as_str().unwrap();
        assert_eq!(seller.at(&url(theirs, "reseller")).raw("user_info").await, nothing);
    });
}

#[test]
fn a_key_opens_neither_another_tenant_nor_a_higher_surface() {
    run(async {
        let (here, there) = (TestPanel::shared().tenant(1).await, TestPanel::shared().tenant(1).await);
        let (seller, theirs) = (here.reseller("seller", "10").await, there.reseller("seller", "10").await);
        assert_eq!(seller.with_key(&theirs.key).post("user_info", &[]).await["error"], "Invalid API key.");
        assert_eq!(here.admin().with_key(&there.admin().key).post("user_info", &[]).await["error"], "Invalid API key.");
        let climbing = here.admin().with_key(&seller.key);
        for action in ["user_info", "get_lines", "get_settings", "edit_settings", "create_user", "adjust_credits"] {
            assert_eq!(climbing.refused(action, &[]).await, "NO_PERMISSIONS", "{action}");
        }
    });
}

#[test]
fn a_write_by_get_is_refused_and_changes_nothing() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let seller = tenant.reseller("seller", "10").await;
        let sale = format!("&package={}&trial=0", tenant.package);
        assert_eq!(seller.get("create_line", &sale).await["status"], "STATUS_NO_PERMISSIONS");
        for action in ["edit_line", "delete_line", "create_user", "adjust_credits"] {
            assert_eq!(seller.get(action, "&id=1&credits=1").await["status"], "STATUS_NO_PERMISSIONS", "{action}");
        }
        for action in ["edit_settings", "create_bouquet", "edit_group", "create_stream"] {
            assert_eq!(tenant.admin().get(action, "&id=1").await["status"], "STATUS_NO_PERMISSIONS", "{action}");
        }
        assert_eq!(seller.post("get_lines", &[]).await["recordsTotal"], 0);
    });
}
