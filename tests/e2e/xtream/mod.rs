//! `api.php`: talks as scripts have them with it, byte for byte, each in a file of its own; what a key, an address and
//! nothing at all open; and the programs of its document, run by PHP.

mod asked;
mod programs;
mod talk;

use crate::panel::{TestPanel, id_of, run};
use crate::visitor::Visitor;
use asked::asked;
use reqwest::Method;
use serde_json::{Value, json};
use talk::play;

#[test]
fn a_line_is_made_with_what_is_sent_or_generated_and_plays() {
    run(play("user/create"));
}

#[test]
fn a_line_is_edited_by_its_login_also_into_the_past_and_stays_true_without_a_change() {
    run(play("user/edit"));
}

#[test]
fn a_line_is_shown_with_all_its_columns() {
    run(play("user/info"));
}

#[test]
fn newer_panels_ask_for_a_line_by_another_name() {
    run(play("line/info"));
}

#[test]
fn a_box_is_made_with_an_end_and_without_one() {
    run(play("stb/create"));
}

#[test]
fn a_box_is_edited_by_its_address_in_any_spelling() {
    run(play("stb/edit"));
}

#[test]
fn a_box_is_shown_with_its_line() {
    run(play("stb/info"));
}

#[test]
fn the_server_is_listed_with_how_busy_it_is() {
    run(play("server/list"));
}

#[test]
fn all_that_is_no_movie_is_listed() {
    run(play("stream/list"));
}

#[test]
fn what_runs_is_told_with_where() {
    run(play("stream/online"));
}

#[test]
fn what_should_run_and_does_not_is_told_with_where() {
    run(play("stream/offline"));
}

#[test]
fn streams_are_started_by_their_numbers_in_each_form() {
    run(play("stream/start"));
}

#[test]
fn streams_are_stopped_and_nobody_watches_them() {
    run(play("stream/stop"));
}

#[test]
fn movies_are_started() {
    run(play("vod/start"));
}

#[test]
fn movies_are_stopped() {
    run(play("vod/stop"));
}

#[test]
fn accounts_are_listed_with_their_balances_to_resellers_their_own_tree() {
    run(play("reg_user/list"));
}

#[test]
fn a_balance_is_told_and_moved_by_a_signed_amount() {
    run(play("reg_user/credits"));
}

#[test]
fn strangers_hear_which_of_address_and_key_was_wrong() {
    run(play("strangers"));
}

#[test]
fn a_listed_address_acts_as_the_panel_and_a_key_from_there_as_its_user() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let seller = tenant.reseller("seller", "100").await;
        let list = "action=reg_user&sub=list";
        let (_, refused) = asked(&tenant, Method::GET, list, "").await;
        assert_eq!(refused, r#"{"result":false,"0":"IP FORBIDDEN","error":"IP FORBIDDEN"}"#);
        tenant.admin().ok("edit_settings", &[("api_addresses", "127.0.0.1")]).await;
        let accounts = |body: String| -> Vec<String> {
            let rows: Value = serde_json::from_str(&body).unwrap();
            rows.as_array().unwrap().iter().map(|row| row["username"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(accounts(asked(&tenant, Method::GET, list, "").await.1).len(), 2, "the admin and the reseller");
        let by_key = format!("{list}&api_pass={}", seller.key);
        assert_eq!(accounts(asked(&tenant, Method::GET, &by_key, "").await.1), ["seller"]);
        let wrong = asked(&tenant, Method::GET, &format!("{list}&api_pass=wrong"), "").await.1;
        assert!(wrong.contains("KEY WRONG"), "{wrong}");
        // Nobody calls who could own the line: it is the first admin's.
        let form = "user_data[username]=billed&user_data[password]=secret-one&user_data[exp_date]=";
        let (_, made) = asked(&tenant, Method::POST, "action=user&sub=create", form).await;
        assert!(made.starts_with(r#"{"result":true,"created_id":"#), "{made}");
        assert_eq!(tenant.account("billed", "secret-one").await["status"], "Active");
        let lines = tenant.admin().ok("get_lines", &[("search", "billed")]).await;
        assert_eq!((&lines[0]["username"], &lines[0]["member_id"]), (&json!("billed"), &json!(0)), "{lines}");
        let unknown = asked(&tenant, Method::POST, "action=user&sub=create", "user_data[pasword]=x").await.1;
        assert_eq!(unknown, r#"{"result":false,"error":"PARAMETER ERROR"}"#, "also of the panel itself");
    });
}

#[test]
fn a_reseller_sells_by_a_package_within_their_tree_and_their_rights() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let (seller, rival) = (tenant.reseller("seller", "12").await, tenant.reseller("rival", "12").await);
        let of_rival = tenant.sold_line(&rival, json!({ "username": "theirs", "password": "of-the-rival" })).await;
        let by = async |who: &Visitor, what: &str, form: &str| {
            let (action, sub) = what.split_once('/').unwrap();
            let query = format!("action={action}&sub={sub}&api_key={}", who.key);
            asked(&tenant, Method::POST, &query, form).await.1
        };
        let no = |text: &str| format!(r#"{{"result":false,"error":"{text}"}}"#);
        let sold = by(
            &seller,
            "user/create",
            "user_data[username]=sold&user_data[password]=word-of-sold&user_data[package]=1",
        )
        .await;
        assert!(sold.contains(r#""username":"sold""#), "{sold}");
        let account = tenant.account("sold", "word-of-sold").await;
        assert_eq!((&account["status"], &account["max_connections"]), (&json!("Active"), &json!("2")), "the package's");
        assert!(by(&seller, "reg_user/credits", "").await.contains(r#""available_credits":"7.00""#));
        let end = account["exp_date"].as_str().unwrap().parse::<i64>().unwrap();
        let login = "username=sold&password=word-of-sold";
        assert_eq!(by(&seller, "user/edit", &format!("{login}&user_data[package]=1")).await, r#"{"result":true}"#);
        let later = tenant.account("sold", "word-of-sold").await["exp_date"].as_str().unwrap().parse::<i64>().unwrap();
        assert!(later > end + 27 * 86_400, "another term");
        assert_eq!(by(&seller, "user/edit", &format!("{login}&user_data[package]=1")).await, no("NOT ENOUGH CREDITS"));
        // What only admins set, and what is another's.
        for (column, value) in [("exp_date", "4000000000"), ("max_connections", "9"), ("member_id", "1")] {
            let form = format!("{login}&user_data[{column}]={value}");
            assert_eq!(by(&seller, "user/edit", &form).await, no("NOT PERMITTED"), "{column}");
        }
        assert_eq!(by(&seller, "user/create", "user_data[username]=free").await, no("NOT PERMITTED"));
        let theirs = crate::panel::login(&of_rival);
        for what in ["user/info", "user/edit"] {
            assert_eq!(by(&seller, what, &theirs).await, no("NOT EXISTS"), "{what}");
            let nobodys = by(&seller, what, "username=nobody&password=x").await;
            assert_eq!(nobodys, no("NOT EXISTS"), "like what is nobody's");
        }
        let id = rival.user.to_string();
        for form in [format!("id={id}"), "username=rival".into(), format!("id={id}&amount=1"), "id=4000000".into()] {
            assert_eq!(by(&seller, "reg_user/credits", &form).await, no("NOT EXISTS"), "{form}");
        }
        for what in ["server/list", "stream/list", "stream/online", "stream/stop"] {
            assert_eq!(by(&seller, what, "stream_ids=1").await, no("NOT PERMITTED"), "{what}");
        }
        let sub = id_of(&seller.ok("create_user", &[("username", "below")]).await);
        assert_eq!(by(&seller, "reg_user/credits", &format!("id={sub}&amount=1.50")).await, r#"{"result":true}"#);
        assert!(by(&seller, "reg_user/credits", "username=Below").await.contains(r#""credits":"1.50""#));
        let box_of = "user_data[mac]=00:1A:79:44:55:66&user_data[package]=1&user_data[trial]=1";
        assert!(by(&seller, "stb/create", box_of).await.contains(r#""result":true"#));
        assert_eq!(by(&rival, "stb/info", "mac=00:1A:79:44:55:66").await, no("NOT EXISTS"));
    });
}
