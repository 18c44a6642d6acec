//! Logs by their words: connections that run and are ended by their numbers, and what users did, with what it cost.

use crate::panel::{Panel, caller, code, ip, map};
use host_core::StreamId;
use host_core::caller::Caller;
use host_core::line::{Output, Visit};
use host_core::user::Role;
use host_engine::{Ended, Result, Seat, Work, connection, credit, line, log, record, user};
use serde_json::{Value, json};

async fn read(panel: &Panel, caller: &Caller, word: &str, query: Value) -> Result<Value> {
    let query = map(query);
    panel.engine.act(caller.clone(), "test", async |work: &mut Work| log::list(work, word, &query).await).await
}

async fn start(panel: &Panel, username: &str) -> Seat {
    let line = panel.sign_in(username, "secret-1").await.unwrap().line;
    let visit = Visit { address: ip("10.0.0.1"), agent: "VLC", isp: None, country: None, output: Some(Output::Ts) };
    let (stream, session) = (StreamId(panel.streams[0]), panel.engine.seats().fresh_session());
    panel.engine.admit(&line, panel.tenant, stream, session, &visit).await.unwrap()
}

fn of(page: &Value, field: &str) -> Vec<Value> {
    page["rows"].as_array().unwrap().iter().map(|row| row[field].clone()).collect()
}

async fn owned(panel: &Panel, username: &str, owner: &Caller) {
    let id = panel.line(username, 9).await;
    let owner = json!({ "owner": owner.user() });
    let give = async |work: &mut Work| line::edit(work, id, &map(owner.clone())).await;
    panel.engine.act(panel.admin.clone(), "give", give).await.unwrap();
}

/// The panel's reseller and one below them.
async fn below(panel: &Panel) -> Caller {
    let options = map(json!({ "username": "below", "password": "long enough" }));
    let make = async |work: &mut Work| user::create(work, &options).await;
    let made = panel.engine.act(panel.reseller.clone(), "reseller/create_user", make).await.unwrap();
    caller(panel.tenant, made["id"].as_u64().unwrap(), Role::Reseller)
}

#[tokio::test(flavor = "multi_thread")]
async fn running_connections_are_cut_into_pages_of_those_that_the_caller_may_see() {
    let panel = Panel::new().await;
    let below = below(&panel).await;
    panel.line("foreign", 9).await;
    owned(&panel, "own", &panel.reseller).await;
    owned(&panel, "deep", &below).await;
    let mut seats = Vec::new();
    for username in ["own", "foreign", "deep", "own"] {
        seats.push(start(&panel, username).await);
        panel.clock.pass(1);
    }
    let numbers: Vec<_> = seats.iter().rev().map(|seat| json!(seat.fence().number())).collect();
    let all = read(&panel, &panel.admin, "connections", json!({})).await.unwrap();
    assert_eq!((of(&all, "id"), &all["total"], &all["cursor"]), (numbers.clone(), &json!(4), &Value::Null));
    assert_eq!(of(&all, "username"), ["own", "deep", "foreign", "own"]);
    assert_eq!(of(&all, "seconds"), [1, 2, 3, 4]);
    assert_eq!(of(&all, "stream_name").iter().filter(|name| name.is_string()).count(), 4);
    let theirs = read(&panel, &panel.reseller, "connections", json!({})).await.unwrap();
    assert_eq!(
        (of(&theirs, "username"), &theirs["matching"]),
        (vec!["own".into(), "deep".into(), "own".into()], &json!(3))
    );
    assert_eq!(of(&read(&panel, &below, "connections", json!({})).await.unwrap(), "username"), ["deep"]);
    let skipped = read(&panel, &panel.reseller, "connections", json!({ "start": 1, "limit": 1 })).await.unwrap();
    assert_eq!((of(&skipped, "username"), &skipped["total"]), (vec!["deep".into()], &json!(3)));
    let next = json!({ "after": skipped["cursor"], "limit": 5 });
    let next = read(&panel, &panel.reseller, "connections", next).await.unwrap();
    assert_eq!((of(&next, "id"), &next["total"]), (vec![numbers[3].clone()], &Value::Null));
    for (text, found) in [("fo", 0), ("for", 1), ("vlc", 4), ("10.0.0.", 4), ("%", 0)] {
        let page = read(&panel, &panel.admin, "connections", json!({ "search": text })).await.unwrap();
        assert_eq!(
            (of(&page, "id").len(), &page["matching"], &page["total"]),
            (found, &json!(found), &json!(4)),
            "{text}"
        );
    }
    let since = json!({ "from": panel.engine.clock().now().0 - 2 });
    assert_eq!(of(&read(&panel, &panel.admin, "connections", since).await.unwrap(), "username"), ["own", "deep"]);
    let trimmed = read(&panel, &panel.admin, "connections", json!({ "fields": ["agent"], "limit": 1 })).await.unwrap();
    assert_eq!(trimmed["rows"], json!([{ "id": numbers[0], "agent": "VLC" }]));
    drop(seats);
    let none = read(&panel, &panel.admin, "connections", json!({})).await.unwrap();
    assert_eq!((&none["rows"], &none["total"]), (&json!([]), &json!(0)));
    assert_eq!(of(&read(&panel, &panel.admin, "activity", json!({})).await.unwrap(), "username").len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_is_ended_by_its_number_by_who_has_its_line() {
    let panel = Panel::new().await;
    let below = below(&panel).await;
    owned(&panel, "own", &panel.reseller).await;
    let (seat, other) = (start(&panel, "own").await, start(&panel, "own").await);
    let number = seat.fence().number().to_string();
    let end = async |caller: &Caller, number: &str| {
        let verb = async |work: &mut Work| connection::end(work, number).await;
        panel.engine.act(caller.clone(), "admin/kill_connection", verb).await
    };
    for (caller, number) in [(&below, &*number), (&panel.admin, "7"), (&panel.admin, "x"), (&panel.admin, "")] {
        assert_eq!(code(end(caller, number).await), "not_found", "{number}");
    }
    let own = panel.sign_in("own", "secret-1").await.unwrap().caller;
    assert_eq!(code(end(&own, &number).await), "not_permitted");
    assert_eq!((seat.is_ended(), other.is_ended()), (None, None));
    end(&panel.admin, &number).await.unwrap();
    assert_eq!((seat.is_ended(), other.is_ended()), (Some(Ended::Killed), None));
    assert_eq!(code(end(&panel.admin, &number).await), "not_found");
    end(&panel.reseller, &other.fence().number().to_string()).await.unwrap();
    assert_eq!(other.is_ended(), Some(Ended::Killed));
    let told = read(&panel, &panel.admin, "audit", json!({ "limit": 2 })).await.unwrap();
    assert_eq!((of(&told, "action"), of(&told, "kind")), (vec!["kill_connection".into(); 2], vec!["line".into(); 2]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deed_is_one_row_with_what_it_cost_whoever_did_it() {
    let panel = Panel::new().await;
    let below = below(&panel).await;
    let sale = map(json!({ "package": panel.package, "trial": false, "username": "guest" }));
    let sell = async |work: &mut Work| line::sell_as_asked(work, &sale).await;
    let sold = panel.engine.act(panel.reseller.clone(), "reseller/create_line", sell).await.unwrap();
    let before: Value = json!(panel.balance(panel.reseller_id()).await);
    for (who, amount) in [(&panel.admin, "5"), (&panel.reseller, "2"), (&panel.reseller, "-1")] {
        let whom = if who.user() == panel.admin.user() { panel.reseller_id() } else { below.user().unwrap() };
        let give = async |work: &mut Work| credit::adjust(work, whom, amount, "a note").await;
        panel.engine.act_filled(who.clone(), "x/adjust_credits", give).await.unwrap();
    }
    let page = read(&panel, &panel.reseller, "audit", json!({})).await.unwrap();
    assert_eq!(of(&page, "cost")[..4], [json!("-1.00"), json!("2.00"), json!("5.00"), json!("10.00")], "{page}");
    assert_eq!(of(&page, "action")[3..5], ["create_line", "create_user"]);
    let row = &page["rows"][3];
    assert_eq!((&row["object"], &row["package"], &row["kind"]), (&sold["id"], &json!(panel.package), &json!("line")));
    assert_eq!((&row["balance_after"], &row["actor_name"]), (&before, &json!("seller")));
    let given = &page["rows"][2];
    assert_eq!(given["actor"], json!(panel.admin.user()), "who gave credits from above is told");
    let theirs = read(&panel, &below, "audit", json!({})).await.unwrap();
    assert_eq!(of(&theirs, "cost"), ["-1.00", "2.00"], "what others did to them, and nothing of theirs");
    let moved = read(&panel, &panel.reseller, "credits", json!({})).await.unwrap();
    assert_eq!(of(&moved, "amount")[..4], ["-1.00", "2.00", "5.00", "-10.00"].map(Value::from));
    assert_eq!(
        moved["total"].as_u64().unwrap() as usize,
        of(&moved, "id").len(),
        "each once, though both are of the tree"
    );
    assert_eq!(of(&read(&panel, &below, "credits", json!({})).await.unwrap(), "balance_after"), ["1.00", "2.00"]);
    let by_user =
        read(&panel, &panel.admin, "audit", json!({ "user": panel.reseller_id(), "search": "line" })).await.unwrap();
    assert_eq!((of(&by_user, "action"), &by_user["matching"]), (vec!["create_line".into()], &json!(1)));
    let spans =
        [json!({ "from": 0, "until": 0 }), json!({ "from": 4_000_000_000_u32 }), json!({ "user": panel.admin.user() })];
    for span in spans {
        let page = read(&panel, &panel.reseller, "audit", span.clone()).await.unwrap();
        assert_eq!((&page["rows"], &page["matching"]), (&json!([]), &json!(0)), "{span}");
    }
    let after = json!({ "after": page["rows"][2]["id"].to_string(), "limit": 1 });
    assert_eq!(of(&read(&panel, &panel.reseller, "audit", after).await.unwrap(), "action"), ["create_line"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_log_cannot_answer_is_refused_by_name() {
    let panel = Panel::new().await;
    for word in log::WORDS {
        for (field, wrong) in [("start", json!(100_001)), ("after", json!("x")), ("fields", json!(7)), ("x", json!(1))]
        {
            let refused = read(&panel, &panel.admin, word, json!({ field: wrong })).await;
            let refusal = refused.unwrap_err();
            assert_eq!(refusal.refusal().unwrap().field.as_deref(), Some(field), "{word} {field}");
        }
        let both = read(&panel, &panel.admin, word, json!({ "start": 1, "after": "1" })).await;
        assert_eq!(code(both), "invalid_input", "{word}");
    }
    let unknown = read(&panel, &panel.admin, "secrets", json!({})).await.unwrap_err();
    assert!(unknown.refusal().unwrap().message.contains("activity, connections"));
    assert_eq!(code(read(&panel, &panel.admin, "sign_ins", json!({ "of": "x" })).await), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_may_keep_connections_from_its_resellers() {
    let panel = Panel::new().await;
    let hide = map(json!({ "see_connections": false }));
    let edit = async |work: &mut Work| record::edit(work, "group", panel.group, &hide).await;
    panel.engine.act(panel.admin.clone(), "test", edit).await.unwrap();
    for word in log::WORDS {
        // What failed of streams, and of the panel itself, is for admins.
        let is_hidden = matches!(word, "activity" | "connections" | "restreams" | "stream_errors" | "happenings");
        let outcome = read(&panel, &panel.reseller, word, json!({})).await;
        assert_eq!(outcome.is_err(), is_hidden, "{word}");
        read(&panel, &panel.admin, word, json!({})).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_of_users_are_told_from_those_of_lines_and_refusals_say_what_was_asked() {
    let panel = Panel::new().await;
    panel.line("guest", 1).await;
    panel.sign_in("guest", "secret-1").await.unwrap();
    panel.sign_in("guest", "wrong").await.unwrap_err();
    let password = host_core::secret::Secret::new("wrong");
    let from = crate::panel::from("10.0.0.1");
    panel.engine.sign_in_password(panel.tenant, "seller", &password, &from).await.unwrap_err();
    let names = async |word: &str, of_whom: &str| {
        of(&read(&panel, &panel.admin, word, json!({ "of": of_whom })).await.unwrap(), "username")
    };
    assert_eq!(names("sign_ins", "users").await, [Value::Null; 0]);
    assert_eq!(names("sign_ins", "others").await, ["guest"]);
    assert_eq!(
        (names("refusals", "users").await, names("refusals", "others").await),
        (vec!["seller".into()], vec!["guest".into()])
    );
    let page = read(&panel, &panel.admin, "refusals", json!({ "limit": 1 })).await.unwrap();
    assert_eq!(page["rows"][0]["query"], "username=guest&password=***");
    assert_eq!((&page["total"], &page["matching"]), (&json!(2), &json!(2)));
}
