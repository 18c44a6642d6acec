//! What a player app asks: sign-in, categories, lists, refusals.

use crate::panel::{TestPanel, login, run};
use serde_json::json;

#[test]
fn a_player_signs_in_and_sees_the_channels_of_its_bouquets() {
    run(async {
        let tenant = TestPanel::shared().tenant(3).await;
        let line = tenant.line(json!({ "username": "guest" })).await;
        let account = tenant.json(&format!("/player_api.php?{}", login(&line))).await;
        assert_eq!(account["user_info"]["auth"], 1, "{account}");
        assert_eq!(account["user_info"]["status"], "Active");
        let streams = tenant.json(&format!("/player_api.php?{}&action=get_live_streams", login(&line))).await;
        let names: Vec<_> = streams.as_array().unwrap().iter().map(|s| s["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), 3);
        assert!(names.iter().all(|name| name.ends_with(&tenant.name)), "{names:?}");
    });
}

#[test]
fn a_wrong_password_and_an_unknown_name_sound_the_same() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        tenant.line(json!({ "username": "guest", "password": "right-one" })).await;
        let wrong = tenant.get("/player_api.php?username=guest&password=wrong-one").await;
        let unknown = tenant.get("/player_api.php?username=nobody&password=wrong-one").await;
        assert_eq!((wrong.status(), unknown.status()), (200.try_into().unwrap(), 200.try_into().unwrap()));
        let (wrong, unknown) = (wrong.text().await.unwrap(), unknown.text().await.unwrap());
        assert_eq!(wrong, r#"{"user_info":{"auth":0}}"#);
        assert_eq!(wrong, unknown);
    });
}

#[test]
fn an_expired_line_gets_the_account_document_whatever_it_asks() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let line = tenant.line(json!({ "username": "former", "expiry": 1_000 })).await;
        for action in ["", "&action=get_live_streams", "&action=get_profile"] {
            let answer = tenant.json(&format!("/player_api.php?{}{action}", login(&line))).await;
            assert_eq!(answer["user_info"]["status"], "Expired", "{action}: {answer}");
            assert_eq!(answer["user_info"]["auth"], 1);
        }
    });
}
