//! The logs of the panel surfaces, through HTTP: who sees which rows, and a viewer who is watched, ended and remembered.

use crate::panel::{TestPanel, TestTenant, id_of, run};
use crate::place::Place;
use crate::reseller::{shop, sold};
use crate::visitor::Visitor;
use crate::watcher::{Watcher, Who, soon, until};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The logs of a surface that the checklist names, and what is listed of a reseller's.
const OF_ADMINS: [&str; 10] = [
    "activity_logs",
    "live_connections",
    "credit_logs",
    "user_logs",
    "login_logs",
    "client_logs",
    "stream_errors",
    "system_logs",
    "restream_logs",
    "mag_events",
];
pub const OF_RESELLERS: [&str; 3] = ["activity_logs", "live_connections", "user_logs"];

pub async fn read(visitor: &Visitor, log: &str, form: &[(&str, &str)]) -> Vec<Value> {
    visitor.ok(log, form).await.as_array().unwrap().clone()
}

/// What a field of the rows is, the newest first.
pub async fn column(visitor: &Visitor, log: &str, field: &str, form: &[(&str, &str)]) -> Vec<Value> {
    read(visitor, log, form).await.iter().map(|row| row[field].clone()).collect()
}

/// A viewer of a line, by its login.
async fn viewer(place: &Place, login: &str) -> Watcher {
    let path = format!("/live/{login}/{}.ts", place.stream);
    let mut watcher = Watcher::open(&place.tenant, Who { agent: "Kodi/20", ..Who::default() }, &path).await;
    assert!(watcher.plays().await, "{}", watcher.head);
    watcher
}

/// The rows of a log, once it has so many.
async fn once(visitor: &Visitor, log: &str, count: usize) -> Vec<Value> {
    for _ in 0..200 {
        let rows = read(visitor, log, &[]).await;
        if rows.len() == count {
            return rows;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{log} has not got {count} rows: {:?}", read(visitor, log, &[]).await)
}

#[test]
fn a_viewer_is_among_the_live_connections_is_ended_by_number_and_stands_in_the_activity() {
    run(async {
        let place = Place::with_seats(2, &["test:1".into()]).await;
        let (admin, seller) = (place.tenant.admin(), place.tenant.reseller("seller", "10").await);
        let (line, login) = place.another(json!({ "owner": seller.user })).await;
        let mut watcher = viewer(&place, &login).await;
        let stays = viewer(&place, &place.login.clone()).await;
        let answer = seller.post("live_connections", &[]).await;
        assert_eq!((&answer["recordsTotal"], &answer["recordsFiltered"]), (&json!(1), &json!(1)), "{answer}");
        let row = &answer["data"][0];
        let username = login.split('/').next().unwrap();
        for (field, value) in [
            ("line_id", json!(line)),
            ("username", json!(username)),
            ("stream_id", json!(place.stream)),
            ("stream_name", json!("Live")),
            ("user_agent", json!("Kodi/20")),
            ("user_ip", json!("127.0.0.1")),
            ("container", json!("ts")),
            ("mac", json!("")),
        ] {
            assert_eq!(row[field], value, "{field} of {row}");
        }
        let number = row["activity_id"].to_string();
        let form = [("activity_id", number.as_str())];
        let dry = admin.post("kill_connection", &[form[0], ("dry_run", "1")]).await;
        assert_eq!(dry["status"], "STATUS_SUCCESS", "{dry}");
        assert!(watcher.plays().await, "a dry run ends nobody");
        admin.ok("kill_connection", &form).await;
        soon("the socket ends", watcher.drain()).await;
        assert_eq!(admin.refused("kill_connection", &form).await, "FAILURE", "it is gone");
        assert_eq!(column(&admin, "live_connections", "line_id", &[]).await, [json!(place.line)], "others go on");
        let ended = once(&seller, "activity_logs", 1).await;
        assert_eq!((&ended[0]["user_id"], &ended[0]["stream_name"]), (&json!(line), &json!("Live")), "{ended:?}");
        assert!(ended[0]["bytes"].as_u64().unwrap() > 0 && ended[0]["date_end"].is_string(), "{ended:?}");
        assert_eq!(
            admin.words("kill_connection", &[("activity_id", "x")]).await,
            admin.words("kill_connection", &form).await
        );
        assert_eq!(column(&admin, "user_logs", "action", &[]).await[0], "kill_connection");
        drop(stays);
        until("the seat is free", || place.taken() == 0).await;
        assert_eq!(once(&admin, "activity_logs", 2).await.len(), 2);
    });
}

#[test]
fn a_connection_of_another_tenant_is_not_found_and_goes_on() {
    run(async {
        let (here, there) = (Place::live(&["test:1".into()]).await, Place::live(&["test:1".into()]).await);
        let mut watcher = viewer(&there, &there.login.clone()).await;
        let number = column(&there.tenant.admin(), "live_connections", "activity_id", &[]).await[0].to_string();
        let refused = here.tenant.admin().words("kill_connection", &[("activity_id", &number)]).await;
        assert_eq!(refused, here.tenant.admin().words("kill_connection", &[("activity_id", "7")]).await);
        assert!(watcher.plays().await);
        assert_eq!(read(&here.tenant.admin(), "live_connections", &[]).await, [Value::Null; 0]);
    });
}

/// A reseller with a sub-reseller, and a rival beside them. Each has a line that is watched and was, and has sold one.
pub async fn market() -> (Place, [Visitor; 3], Vec<Watcher>) {
    let place = Place::with_seats(9, &["test:1".into()]).await;
    let seller = place.tenant.reseller("seller", "100").await;
    let below = seller.ok("create_user", &[("username", "below")]).await;
    let user = id_of(&below);
    seller.ok("adjust_credits", &[("id", &user.to_string()), ("credits", "20")]).await;
    let below = Visitor { user, ..seller.with_key(&place.tenant.key_of(user).await) };
    let all = [seller, below, place.tenant.reseller("rival", "50").await];
    let mut watchers = Vec::new();
    for visitor in &all {
        let options =
            json!({ "owner": visitor.user, "username": format!("of-{}", visitor.user), "max_connections": 2 });
        let (_, login) = place.another(options).await;
        drop(viewer(&place, &login).await);
        watchers.push(viewer(&place, &login).await);
        sold(&place.tenant, visitor, &[]).await;
    }
    once(&place.tenant.admin(), "activity_logs", 3).await;
    (place, all, watchers)
}

#[test]
fn a_reseller_sees_the_rows_of_the_tree_and_no_siblings() {
    run(async {
        let (place, [seller, below, rival], _watchers) = market().await;
        let admin = place.tenant.admin();
        let names =
            |users: &[&Visitor]| users.iter().map(|user| json!(format!("of-{}", user.user))).collect::<Vec<_>>();
        for log in ["activity_logs", "live_connections"] {
            let all: BTreeSet<_> = column(&admin, log, "username", &[]).await.iter().map(Value::to_string).collect();
            assert_eq!(all.len(), 3, "{log}: {all:?}");
            let of = async |visitor| {
                let mut names = column(visitor, log, "username", &[]).await;
                names.sort_by_key(Value::to_string);
                names
            };
            assert_eq!(of(&seller).await, names(&[&seller, &below]), "{log}");
            assert_eq!(of(&below).await, names(&[&below]), "{log}");
            assert_eq!(of(&rival).await, names(&[&rival]), "{log}");
        }
        let owners = |rows: Vec<Value>| rows.iter().map(|row| row.as_u64().unwrap()).collect::<BTreeSet<_>>();
        let (top, sub) = (u64::from(seller.user), u64::from(below.user));
        let seen = owners(column(&seller, "user_logs", "owner", &[]).await);
        assert_eq!(seen, [0, top, sub].into(), "0 is the panel, which gave credits");
        assert_eq!(owners(column(&below, "user_logs", "owner", &[]).await), [top, sub].into());
        assert!(!owners(column(&rival, "user_logs", "owner", &[]).await).contains(&top));
        let another = TestPanel::shared().tenant(1).await;
        for log in ["activity_logs", "live_connections", "credit_logs", "client_logs"] {
            assert_eq!(read(&another.admin(), log, &[]).await, [Value::Null; 0], "{log} of another tenant");
        }
    });
}

#[test]
fn strangers_and_resellers_read_no_log_of_the_admins_and_end_nobody() {
    run(async {
        let (tenant, seller) = shop().await;
        let (stranger, climbing) = (tenant.admin().with_key("wrong"), tenant.admin().with_key(&seller.key));
        for log in OF_ADMINS.iter().chain(&["kill_connection"]) {
            let form = [("activity_id", "1")];
            assert_eq!(stranger.post(log, &form).await["error"], "Invalid API key.", "{log}");
            assert_eq!(climbing.refused(log, &form).await, "NO_PERMISSIONS", "{log}");
        }
        for log in OF_RESELLERS {
            assert_eq!(seller.with_key("wrong").post(log, &[]).await["error"], "Invalid API key.", "{log}");
        }
        assert_eq!(seller.refused("credit_logs", &[]).await, "FAILURE", "it is no action of this surface");
    });
}

#[test]
fn sign_ins_of_users_and_what_was_refused_to_players_stand_in_logs_without_secrets() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[("password", "s3cret-of-guest")]).await;
        let username = line["username"].as_str().unwrap();
        assert_eq!(tenant.account(username, "s3cret-of-guest").await["auth"], 1);
        assert_eq!(tenant.account(username, "wr0ng-of-guest").await["auth"], 0);
        let admin = tenant.admin();
        let signed_in = read(&admin, "login_logs", &[]).await;
        let of_seller = signed_in.iter().find(|row| row["user_id"] == json!(seller.user)).unwrap();
        assert_eq!(
            (&of_seller["surface"], &of_seller["username"], &of_seller["status"], &of_seller["ip"]),
            (&json!("reseller"), &json!("seller"), &json!("SUCCESS"), &json!("127.0.0.1"))
        );
        assert!(signed_in.iter().all(|row| row["user_id"] != 0), "no players: {signed_in:?}");
        let refused = read(&admin, "client_logs", &[]).await;
        let row = refused.iter().find(|row| row["user_id"] == line["id"]).unwrap();
        assert_eq!((&row["code"], &row["username"]), (&json!("auth_failed"), &json!(username)), "{row}");
        assert_eq!(row["query_string"], format!("username={username}&password=***"), "{row}");
        for log in OF_ADMINS {
            let text = admin.post(log, &[]).await.to_string();
            assert!(!text.contains("s3cret-of-guest") && !text.contains("wr0ng-of-guest"), "{text}");
        }
        assert_eq!(read(&admin, "client_logs", &[("search[value]", username)]).await.len(), 1);
    });
}

/// Something in each log: a line is watched, was watched, and was refused. The connection that runs goes on with the seat.
pub async fn happened(tenant: &TestTenant, line: &Value) -> (host_engine::Seat, String) {
    let login = (line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
    let mut seats = crowd(tenant, tenant.streams[0], login, 2).await;
    seats.truncate(1);
    assert_eq!(tenant.account(login.0, "wrong").await["auth"], 0);
    once(&tenant.admin(), "activity_logs", 1).await;
    went_wrong(tenant, line).await;
    let number = column(&tenant.admin(), "live_connections", "activity_id", &[]).await[0].to_string();
    (seats.remove(0), number)
}

/// Something in each log of what goes wrong, and of what boxes are told.
async fn went_wrong(tenant: &TestTenant, line: &Value) {
    let (engine, admin) = (tenant.panel.engine(), tenant.admin());
    let stream = host_core::StreamId(tenant.streams[0]);
    let (part, address) = (host_core::journal::Part::Source(0), [127, 0, 0, 1].into());
    host_core::port::Library::failed(&**engine, tenant.id, stream, part, "it went silent");
    let visit = host_core::line::Visit { address, agent: "panel", isp: None, country: None, output: None };
    let id = host_core::LineId(id_of(line));
    let verb = async |work: &mut host_engine::Work| work.get::<host_core::line::Line>(id).await;
    let line = engine.act(tenant.system(), "test", verb).await.unwrap();
    engine.restreamed(tenant.id, &line, stream, &visit, "user-agent");
    let made = admin.ok("create_mag", &[("mac", "00:1A:79:FF:FF:01"), ("exp_date", "2030-12-31")]).await;
    admin.ok("send_event", &[("id", &made["id"].to_string()), ("type", "reboot")]).await;
}

/// Seats of a line, without sockets.
pub async fn crowd(tenant: &TestTenant, stream: u32, login: (&str, &str), count: usize) -> Vec<host_engine::Seat> {
    let engine = tenant.panel.engine();
    let from = host_engine::SignInFrom {
        address: [127, 0, 0, 1].into(),
        agent: "crowd".into(),
        surface: "player".into(),
        request: "crowd".into(),
        query: host_core::secret::Secret::default(),
        code: host_core::secret::Secret::default(),
    };
    let password = host_core::secret::Secret::new(login.1);
    let line = engine.sign_in_line(tenant.id, login.0, &password, &from).await.unwrap().line;
    let output = Some(host_core::line::Output::Ts);
    let visit = host_core::line::Visit { address: from.address, agent: "crowd", isp: None, country: None, output };
    let mut seats = Vec::with_capacity(count);
    for _ in 0..count {
        let session = engine.seats().fresh_session();
        let stream = host_core::StreamId(stream);
        seats.push(engine.admit(&line, tenant.id, stream, session, &visit).await.unwrap());
    }
    seats
}
