//! `linecard call`: actions asked for by a command, as a user would ask for them over HTTP; the same with a running panel
//! and without one.

use super::with_tenant;
use crate::process::Station;
use serde_json::{Value, json};

/// A tenant with a package that its resellers sell for 5.00, and the reseller `bob` with 20 credits.
fn with_reseller() -> Station {
    let (station, _) = with_tenant("acme");
    let call = |words: &[&str]| station.json(&[&["call"], words, &["--tenant", "acme"]].concat());
    call(&["admin/create_bouquet", "bouquet_name=All"]);
    let made = [
        "admin/create_package",
        "package_name=1 Month",
        "is_official=1",
        "official_credits=5",
        "official_duration=1",
        "official_duration_in=months",
        "bouquets=[1]",
        "groups=[1]",
        "is_line=1",
    ];
    call(&made);
    let user = ["user", "create", "--tenant", "acme", "--role", "reseller", "--username", "bob"];
    let bob = station.json(&user)["id"].to_string();
    call(&["admin/adjust_credits", &format!("id={bob}"), "credits=20"]);
    station
}

fn call(station: &Station, words: &[&str]) -> Value {
    station.json(&[&["call"], words, &["--tenant", "acme"]].concat())
}

fn refused(station: &Station, words: &[&str]) -> String {
    let outcome = station.run(&[&["call"], words, &["--tenant", "acme"]].concat());
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""), "{words:?}: {}", outcome.err);
    assert!(outcome.err.starts_with("linecard: ") && outcome.err.lines().count() == 1, "{words:?}: {}", outcome.err);
    outcome.err
}

#[test]
fn an_action_is_done_as_the_first_admin_or_as_who_is_named() {
    let station = with_reseller();
    let who = call(&station, &["admin/user_info"]);
    assert_eq!((&who["user"], &who["data"]["username"]), (&json!("admin"), &json!("admin")));
    let sell = ["reseller/create_line", "package=1", "trial=0", "username=customer1", "--as", "bob"];
    let sold = call(&station, &sell);
    assert_eq!((&sold["outcome"], &sold["user"]), (&json!("done"), &json!("bob")));
    assert_eq!(sold["data"]["username"], "customer1");
    // Seen from elsewhere: it was charged, and the admin has the line.
    assert_eq!(call(&station, &["reseller/user_info", "--as", "bob"])["data"]["credits"], json!(15.0));
    let lines = call(&station, &["admin/get_lines", "show_columns=username"]);
    assert_eq!((&lines["data"], &lines["total"]), (&json!([{ "username": "customer1" }]), &json!(1)));
    assert!(refused(&station, &sell).contains("username_taken"));
}

#[test]
fn a_reseller_sees_their_own_tree_and_may_no_more_than_they_may() {
    let station = with_reseller();
    let own = ["admin/create_line", "username=of-the-house", "password=pass-of-the-house", "exp_date=never"];
    let id = call(&station, &own)["data"]["id"].to_string();
    assert_eq!(call(&station, &["reseller/get_lines", "--as", "bob"])["data"], json!([]));
    let theirs = refused(&station, &["reseller/get_line", &format!("id={id}"), "--as", "bob"]);
    assert_eq!(
        theirs,
        refused(&station, &["reseller/get_line", "id=4000000", "--as", "bob"]),
        "as if it were not there"
    );
    let not_theirs = refused(&station, &["admin/get_lines", "--as", "bob"]);
    assert!(not_theirs.contains("admins") && not_theirs.contains("not_permitted"), "{not_theirs}");
    assert!(refused(&station, &["player/account"]).contains("lines"));
    assert!(refused(&station, &["reseller/get_lines", "--as", "nobody"]).contains("nobody"));
    station.json(&["user", "disable", "--tenant", "acme", "bob"]);
    assert!(refused(&station, &["reseller/get_lines", "--as", "bob"]).contains("disabled"));
}

#[test]
fn a_dry_run_shows_reply_and_plan_and_changes_nothing() {
    let station = with_reseller();
    let sell = ["reseller/create_line", "package=1", "trial=0", "username=customer1", "--as", "bob", "--dry-run"];
    let would = call(&station, &sell);
    assert_eq!((&would["outcome"], &would["data"]["username"]), (&json!("dry_run"), &json!("customer1")));
    assert!(!would["plan"]["changes"].as_array().unwrap().is_empty(), "{would}");
    let shown = station.run(&[&["call"], &sell[..], &["--tenant", "acme"]].concat());
    assert!(
        shown.code == 0 && shown.out.contains("A dry run as bob") && shown.out.contains("would be"),
        "{}",
        shown.out
    );
    assert_eq!(call(&station, &["reseller/user_info", "--as", "bob"])["data"]["credits"], json!(20.0));
    assert_eq!(call(&station, &["admin/get_lines"])["data"], json!([]));
}

#[test]
fn the_same_key_gets_the_first_answer() {
    let station = with_reseller();
    let sell = ["reseller/create_line", "package=1", "trial=0", "--as", "bob", "--idempotency-key", "order-7"];
    let first = call(&station, &sell);
    assert_eq!(call(&station, &sell)["data"], first["data"]);
    assert_eq!(call(&station, &["reseller/user_info", "--as", "bob"])["data"]["credits"], json!(15.0));
    let other = [&sell[..], &["username=other"]].concat();
    assert!(refused(&station, &other).contains("idempotency_mismatch"));
}

#[test]
fn refusals_name_code_and_field_and_unknown_names_the_nearest_and_all() {
    let (station, _) = with_tenant("acme");
    let bad = refused(&station, &["admin/edit_settings", "guide_days=many"]);
    assert!(bad.contains("guide_days") && bad.contains("invalid_input"), "{bad}");
    for (words, told) in [
        (&["admin/get_line", "id=4000000"][..], &["not_found"][..]),
        (&["admin/get_lins"], &["did you mean admin/get_lines?", "admin/user_info"]),
        (&["admn/get_lines"], &["did you mean admin/get_lines?"]),
        (&["admin/get_lines", "serch=a"], &["takes no serch", "did you mean search?", "limit"]),
        (&["admin/edit_settings", "servername=a"], &["takes no servername", "did you mean server_name?"]),
        (&["admin/get_lines", "api_key=k"], &["takes no api_key"]),
    ] {
        let error = refused(&station, words);
        assert!(told.iter().all(|part| error.contains(part)), "{words:?}: {error}");
    }
    for wrong in [
        &["call", "admin/user_info"][..],
        &["call", "user_info", "--tenant", "acme"],
        &["call", "admin/user_info", "id", "--tenant", "acme"],
        &["call", "admin/user_info", "id=@", "--tenant", "acme"],
        &["call", "admin/create_user", "password=-", "username=-", "--tenant", "acme"],
    ] {
        let outcome = station.run(wrong);
        assert_eq!((outcome.code, outcome.out.as_str()), (2, ""), "{wrong:?}: {}", outcome.err);
    }
}

#[test]
fn secrets_are_read_from_files_and_standard_input() {
    let (station, _) = with_tenant("acme");
    let secret = station.file("secret", "pass-of-anna\n");
    let made = ["admin/create_line", "username=anna", &format!("password=@{secret}"), "exp_date=never"];
    assert_eq!(call(&station, &made)["data"]["password"], "pass-of-anna");
    let words =
        ["call", "admin/create_line", "username=bea", "password=-", "exp_date=never", "--tenant", "acme", "--json"];
    assert_eq!(station.run_with(&words, "pass-of-bea\r\n").json()["data"]["password"], "pass-of-bea");
    let missing = refused(&station, &["admin/create_line", "password=@/nowhere/secret"]);
    assert!(missing.contains("password") && missing.contains("/nowhere/secret"), "{missing}");
    let help = station.run(&["call", "--help"]).out;
    assert!(help.contains("password=@FILE") && help.contains("password=-"), "{help}");
}

#[test]
fn a_running_panel_does_the_same_and_people_get_tables() {
    let station = with_reseller();
    let sell = ["reseller/create_line", "package=1", "trial=0", "username=customer1", "password=pass-of-customer"];
    let before = refused(&station, &["reseller/create_line", "package=9", "trial=0", "--as", "bob"]);
    let serving = station.serve();
    assert_eq!(refused(&station, &["reseller/create_line", "package=9", "trial=0", "--as", "bob"]), before);
    let sold = call(&station, &[&sell[..], &["--as", "bob"]].concat());
    assert_eq!(sold["data"]["username"], "customer1");
    let columns = "show_columns=id,username";
    let table = station.run(&["call", "admin/get_lines", "limit=1", columns, "--tenant", "acme"]);
    assert!(table.code == 0 && table.out.contains("customer1") && table.out.contains("1 of 1 rows"), "{}", table.out);
    let secret = station.file("secret", "pass-of-anna\n");
    let made = ["admin/create_line", "username=anna", &format!("password=@{secret}"), "exp_date=never"];
    assert_eq!(call(&station, &made)["data"]["password"], "pass-of-anna", "the command read the file");
    assert!(!serving.log().contains("pass-of-"), "{}", serving.log());
}

#[test]
fn shells_complete_actions_and_their_parameters_from_the_descriptions() {
    let station = Station::new();
    let script = station.run(&["completions", "bash"]);
    assert!(script.code == 0 && script.out.contains("COMPLETE") && script.out.contains("linecard"), "{}", script.out);
    for shell in ["elvish", "fish", "powershell", "zsh"] {
        assert_eq!(station.run(&["completions", shell]).code, 0, "{shell}");
    }
    assert_eq!(station.run(&["completions", "tcsh"]).code, 2);
    let asked = |words: &[&str]| station.completed(words);
    assert!(asked(&["call", "reseller/cre"]).contains(&"reseller/create_line".to_owned()));
    assert_eq!(asked(&["call", "reseller/get_lines", "sea"]), ["search="]);
    let policies = asked(&["call", "admin/edit_settings", "connection_policy="]);
    assert_eq!(policies, ["connection_policy=refuse", "connection_policy=end_oldest"]);
    assert!(asked(&["plugin", "explain", "player/acc"]).contains(&"player/account".to_owned()));
}
