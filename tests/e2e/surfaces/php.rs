//! In the manner of api.php: two parameters name the action, fields stand in `user_data`, slashes are escaped.

use super::{Surface, json};
use crate::panel::run;
use reqwest::Method;
use serde_json::json;

async fn php() -> Surface {
    Surface::of("php", env!("SURFACE_PHP"), "/api.php").await
}

#[test]
fn fields_in_brackets_make_a_line_and_its_answer_lends_its_members() {
    run(async {
        let php = php().await;
        let key = php.tenant.made["admin_api_key"].as_str().unwrap();
        let bouquet = format!("[{}]", php.tenant.bouquet);
        let form = [
            ("user_data[username]", "anna"),
            ("user_data[password]", "s/cret"),
            ("user_data[max_connections]", "2"),
            ("user_data[exp_date]", ""),
            ("user_data[bouquet]", &bouquet),
            ("user_data[what_nobody_knows]", "1"),
        ];
        let made = php.asked(Method::POST, &format!("?action=user&sub=create&api_pass={key}")).form(&form);
        let made = made.send().await.unwrap().text().await.unwrap();
        assert!(made.starts_with(r#"{"result":true,"created_id":"#), "{made}");
        assert!(made.ends_with(r#","username":"anna","password":"s\/cret"}"#), "{made}");
        // Seen through another door: the line plays, and has no end.
        let account = php.tenant.account("anna", "s/cret").await;
        assert_eq!((&account["auth"], &account["max_connections"]), (&json!(1), &json!("2")));
        assert_eq!(account["exp_date"], json!(null));
    });
}

#[test]
fn flat_fields_and_json_make_a_line_too_and_the_body_wins_over_the_query() {
    run(async {
        let php = php().await;
        let (_, made) = json(
            php.by_admin(Method::POST, "?action=user&sub=create&username=query&username=last")
                .form(&[("username", "body")]),
        )
        .await;
        assert_eq!((&made["result"], &made["username"]), (&json!(true), &json!("body")), "{made}");
        let (_, made) = json(php.by_admin(Method::GET, "?action=user&sub=create&user_data[username]=x")).await;
        assert_eq!(made["result"], json!(false), "a write by GET needs a key that allows it: {made}");
        let (_, made) =
            json(php.by_admin(Method::POST, r#"?action=user&sub=create&user_data={"username":"byjson"}"#)).await;
        assert_eq!(made["username"], json!("byjson"), "{made}");
    });
}

#[test]
fn edits_set_what_is_sent_and_shows_are_wrapped_as_the_action_says() {
    run(async {
        let php = php().await;
        let line = php.tenant.line(json!({ "username": "bea", "admin_notes": "old" })).await;
        let id = line["id"].to_string();
        let edit = [("id", id.as_str()), ("user_data[max_connections]", "5"), ("user_data[admin_notes]", "")];
        let (_, edited) = json(php.by_admin(Method::POST, "?action=user&sub=edit").form(&edit)).await;
        assert_eq!(edited, json!({ "result": true }));
        let (_, shown) = json(php.by_admin(Method::GET, &format!("?action=user&sub=info&id={id}"))).await;
        assert_eq!(shown["user_info"]["max_connections"], 5, "{shown}");
        assert_eq!(shown["user_info"]["admin_notes"], "", "{shown}");
    });
}

#[test]
fn each_refusal_has_the_word_that_scripts_know() {
    run(async {
        let php = php().await;
        php.tenant.line(json!({ "username": "taken" })).await;
        for (query, word) in [
            ("?action=user&sub=create&username=taken", "EXISTS"),
            ("?action=user&sub=info&id=4000000", "NOT EXISTS"),
            ("?action=user&sub=info", "PARAMETER ERROR"),
            ("?action=user&sub=create&user_data[max_connections]=many", "PARAMETER ERROR"),
            ("?action=user&sub=fly", "UNKNOWN ACTION"),
            ("?action=user", "UNKNOWN ACTION"),
            ("", "UNKNOWN ACTION"),
        ] {
            let (status, refused) = json(php.by_admin(Method::POST, query)).await;
            assert_eq!((status, refused), (200, json!({ "result": false, "error": word })), "{query}");
        }
        let (_, refused) = json(php.asked(Method::GET, "?action=user&sub=info&id=1&api_pass=wrong")).await;
        assert_eq!(refused, json!({ "result": false, "0": "KEY WRONG", "error": "KEY WRONG" }));
    });
}

#[test]
fn a_listed_address_needs_no_key_and_lends_itself_to_no_page() {
    run(async {
        let php = php().await;
        let info = "?action=user&sub=info&id=4000000";
        let (_, refused) = json(php.asked(Method::GET, info)).await;
        assert_eq!(refused["error"], "IP FORBIDDEN", "{refused}");
        php.tenant.admin().ok("edit_settings", &[("api_addresses", "127.0.0.1")]).await;
        let (_, refused) = json(php.asked(Method::GET, info)).await;
        assert_eq!(refused["error"], "NOT EXISTS", "{refused}");
        let line = php.tenant.line(json!({ "username": "billed" })).await["id"].to_string();
        let edit = [("id", line.as_str()), ("user_data[max_connections]", "4")];
        let (_, edited) = json(php.asked(Method::POST, "?action=user&sub=edit").form(&edit)).await;
        assert_eq!(edited, json!({ "result": true }));
        for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
            let forged = php.asked(Method::POST, "?action=user&sub=create").header(name, value).send().await.unwrap();
            assert_eq!(forged.status(), 403, "{name}");
        }
        let behind = php.asked(Method::GET, info).header("x-forwarded-for", "203.0.113.9").send().await.unwrap();
        assert_eq!(behind.status(), 403, "an address behind an unknown proxy is nobody's");
    });
}
