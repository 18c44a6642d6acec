//! SQL of an admin's own: what it answers, what it never shows, what it may take, and that it is off.

use crate::panel::{TestPanel, TestTenant, run};
use crate::panel_logs::column;
use crate::place::Place;
use crate::process::Station;
use crate::visitor::Visitor;
use crate::watcher::until;
use serde_json::{Value, json};

/// The rows that a query finds.
async fn rows(admin: &Visitor, query: &str) -> Value {
    let answer = admin.post("mysql_query", &[("query", query)]).await;
    assert_eq!(answer["status"], "STATUS_SUCCESS", "{query}: {answer}");
    answer["data"].clone()
}

async fn wrong(admin: &Visitor, query: &str) {
    assert_eq!(admin.refused("mysql_query", &[("query", query)]).await, "INVALID_INPUT", "{query}");
}

/// A tenant whose reseller has two lines.
async fn shop() -> (TestTenant, Visitor, Visitor) {
    let tenant = TestPanel::shared().tenant(2).await;
    let seller = tenant.reseller("seller", "12.5").await;
    // 2026-12-31 and 2027-03-15, at different times of the day.
    for (username, expiry) in [("customer1", 1_798_675_200), ("customer2", 1_805_148_000)] {
        let line = json!({ "username": username, "password": "secret-word", "owner": seller.user, "expiry": expiry });
        tenant.line(line).await;
    }
    let admin = tenant.admin();
    (tenant, admin, seller)
}

#[test]
fn the_query_of_the_document_finds_the_lines_of_a_reseller() {
    run(async {
        let (_tenant, admin, seller) = shop().await;
        let query = format!("SELECT id, username, exp_date FROM lines WHERE member_id = {} LIMIT 10", seller.user);
        let answer = admin.post("mysql_query", &[("query", &query)]).await;
        let data = answer["data"].as_array().unwrap();
        assert_eq!(answer["status"], "STATUS_SUCCESS", "{answer}");
        let of = |name: &str| data.iter().map(|row| row[name].clone()).collect::<Vec<_>>();
        assert_eq!(of("username"), ["customer1", "customer2"]);
        assert_eq!(of("exp_date"), ["2026-12-31", "2027-03-15"]);
        assert!(data.iter().all(|row| row["id"].is_u64() && row.as_object().unwrap().len() == 3), "{answer}");
        assert!(answer.get("truncated").is_none(), "{answer}");
    });
}

#[test]
fn an_admin_reads_the_views_as_scripts_do() {
    run(async {
        let (tenant, admin, seller) = shop().await;
        for (query, found) in [
            ("SELECT count(*) AS total FROM `lines` WHERE exp_date > UNIX_TIMESTAMP()", json!([{ "total": 2 }])),
            ("SELECT exp_date AS e FROM lines ORDER BY id LIMIT 1, 1;", json!([{ "e": 1_805_148_000 }])),
            (
                "SELECT u.username, u.credits, count(l.id) AS lines FROM users u JOIN lines l ON l.member_id = u.id GROUP BY u.id",
                json!([{ "username": "seller", "credits": 12.5, "lines": 2 }]),
            ),
            (
                "WITH mine AS (SELECT * FROM lines) SELECT username FROM mine ORDER BY username DESC LIMIT 1",
                json!([{ "username": "customer2" }]),
            ),
            ("SELECT amount, credits_after FROM users_credits", json!([{ "amount": 12.5, "credits_after": 12.5 }])),
            (
                "SELECT category_name, category_type FROM streams_categories",
                json!([{ "category_name": "News", "category_type": "live" }]),
            ),
            ("SELECT count(*) AS n FROM streams WHERE type = 1 AND category_id LIKE '%[1]%'", json!([{ "n": 2 }])),
            ("SELECT json_array_length(bouquet_channels) AS n FROM bouquets", json!([{ "n": 2 }])),
            (
                "SELECT value FROM bouquets b, json_each(b.bouquet_channels) LIMIT 1",
                json!([{ "value": tenant.streams[0] }]),
            ),
            (
                "SELECT FROM_UNIXTIME(0) AS t, NULL AS none, 1.5 AS r",
                json!([{ "t": "1970-01-01 00:00:00", "none": null, "r": 1.5 }]),
            ),
            (
                "SELECT official_credits, official_duration, official_duration_in FROM users_packages",
                json!([{ "official_credits": 5.0, "official_duration": 1, "official_duration_in": "months" }]),
            ),
            ("SELECT 1 FROM lines_activity UNION SELECT 2 FROM lines_live", json!([])),
        ] {
            assert_eq!(rows(&admin, query).await, found, "{query}");
        }
        let owners = rows(&admin, "SELECT DISTINCT member_id FROM lines").await;
        assert_eq!(owners, json!([{ "member_id": seller.user }]));
        let other = TestPanel::shared().tenant(1).await;
        assert_eq!(rows(&other.admin(), "SELECT count(*) AS n FROM lines").await, json!([{ "n": 0 }]), "its own panel");
    });
}

#[test]
fn an_admin_finds_no_secret_and_no_way_round_the_views() {
    run(async {
        let (_tenant, admin, _) = shop().await;
        for query in [
            "SELECT password FROM lines",
            "SELECT username FROM lines ORDER BY password",
            "SELECT count(password_mac) FROM main.lines",
            "SELECT * FROM main.lines",
            "SELECT 1 FROM main.lines",
            "SELECT count(*) FROM main.users",
            "WITH lines AS (SELECT * FROM main.lines) SELECT password FROM lines",
            "WITH lines AS (SELECT password AS p FROM main.lines) SELECT p FROM lines",
            "SELECT id FROM lines WHERE EXISTS (SELECT 1 FROM main.lines m WHERE m.password IS NOT NULL)",
            "SELECT id FROM lines UNION SELECT password FROM main.users",
            "SELECT x FROM (SELECT digest AS x FROM main.api_keys) AS lines",
            "SELECT digest FROM api_keys",
            "SELECT document FROM settings",
            "SELECT * FROM identity",
            "SELECT sources FROM main.streams",
            "SELECT * FROM journal.refusals",
            "SELECT * FROM sqlite_master",
            "SELECT name FROM sqlite_temp_master",
            "SELECT sql FROM temp.sqlite_schema",
            "SELECT * FROM pragma_table_info('lines')",
            "SELECT * FROM dbstat",
            "SELECT * FROM lines_search",
            "PRAGMA table_info(lines)",
            "PRAGMA query_only = 0",
            "ATTACH '/etc/passwd' AS x",
            "ATTACH ':memory:' AS x",
            "DETACH journal",
            "BEGIN",
            "SAVEPOINT x",
            "EXPLAIN SELECT id FROM lines",
            "EXPLAIN QUERY PLAN SELECT id FROM lines",
            "DELETE FROM lines",
            "UPDATE lines SET username = 'x'",
            "INSERT INTO main.lines (id) VALUES (1)",
            "CREATE TABLE x (a)",
            "CREATE TEMP TABLE x AS SELECT 1",
            "DROP VIEW lines",
            "VACUUM",
            "SELECT 1; SELECT 2",
            "SELECT 1; DELETE FROM lines",
            "SELECT load_extension('x')",
            "SELECT randomblob(1000000)",
            "SELECT zeroblob(1000000000)",
            "SELECT printf('%1000000000d', 1)",
            "SELECT fts5('x')",
            "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c",
            "SELECT * FROM nothing",
            "SELEC 1",
            "-- nothing",
            ";",
        ] {
            wrong(&admin, query).await;
        }
        assert_eq!(rows(&admin, "SELECT count(*) AS n FROM lines").await, json!([{ "n": 2 }]), "nothing was done");
        for view in
            ["lines", "users", "streams", "users_packages", "users_groups", "users_logs", "login_logs", "lines_logs"]
        {
            let all = rows(&admin, &format!("SELECT * FROM {view}")).await.to_string();
            assert!(
                !all.contains("secret-word") && !all.contains("$argon2") && !all.contains("test:1"),
                "{view}: {all}"
            );
        }
    });
}

/// Each bouquet with each of them, so many times over.
fn crossed(times: u32) -> String {
    let all: Vec<_> = (0..times).map(|number| format!("bouquets b{number}")).collect();
    all.join(", ")
}

/// A text of this many thousands of letters, made by the statement itself.
fn text_of(thousands: usize) -> String {
    let letters = |letter: &str, count: usize| letter.repeat(count);
    format!(
        "replace(replace('{}', 'x', '{}'), 'y', '{}')",
        letters("x", 10),
        letters("y", 100),
        letters("z", thousands)
    )
}

#[test]
fn a_query_has_bounds_and_an_answer_has_too() {
    run(async {
        let (tenant, admin, _) = shop().await;
        for name in ["B1", "B2"] {
            tenant.record("bouquet", json!({ "name": name })).await;
        }
        let answer = admin.post("mysql_query", &[("query", &format!("SELECT b0.id FROM {}", crossed(7)))]).await;
        assert_eq!((answer["data"].as_array().unwrap().len(), &answer["truncated"]), (1_000, &json!(true)));
        let long = format!("SELECT {} AS t FROM {}", text_of(900), crossed(3));
        let answer = admin.post("mysql_query", &[("query", &long)]).await;
        assert_eq!((answer["data"].as_array().unwrap().len(), &answer["truncated"]), (4, &json!(true)));
        let endless = format!("SELECT count(*) FROM {}", crossed(30));
        assert_eq!(admin.refused("mysql_query", &[("query", &endless)]).await, "FAILURE", "it takes too long");
        let large = format!("SELECT {}", text_of(1_100));
        assert_eq!(admin.refused("mysql_query", &[("query", &large)]).await, "FAILURE", "its text is too long");
        wrong(&admin, &format!("SELECT {}", vec!["1"; 51].join(", "))).await;
        wrong(&admin, &format!("SELECT {}", vec!["id"; 300].join("+"))).await;
        wrong(&admin, &vec!["SELECT 1"; 30].join(" UNION ")).await;
        assert_eq!(rows(&admin, "SELECT 1 AS one").await, json!([{ "one": 1 }]), "the next one is answered");
    });
}

#[test]
fn an_admin_sees_by_sql_who_watches_and_who_did() {
    run(async {
        let place = Place::live(&["test:1".into()]).await;
        let admin = place.tenant.admin();
        let mut watcher = place.watch("Kodi/20").await;
        assert!(watcher.plays().await);
        let live = rows(&admin, "SELECT user_id, stream_id, user_agent, container, date_end FROM lines_live").await;
        let seen = json!([{ "user_id": place.line, "stream_id": place.stream, "user_agent": "Kodi/20", "container": "ts",
            "date_end": null }]);
        assert_eq!(live, seen);
        drop(watcher);
        until("the seat is free", || place.taken() == 0).await;
        assert_eq!(rows(&admin, "SELECT 1 FROM lines_live").await, json!([]));
        let query = "SELECT user_id, date_end >= date_start AS ended FROM lines_activity";
        for _ in 0..200 {
            if rows(&admin, query).await != json!([]) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!(rows(&admin, query).await, json!([{ "user_id": place.line, "ended": 1 }]));
    });
}

#[test]
fn what_an_admin_asked_is_in_the_audit_without_what_was_looked_for() {
    run(async {
        let (tenant, admin, _) = shop().await;
        let looks = "SELECT id FROM lines WHERE username = 'looked-for-word' AND member_id = 7654321";
        rows(&admin, looks).await;
        wrong(&admin, "SELECT refused_word FROM lines").await;
        let dry = admin.post("mysql_query", &[("query", "SELECT 9876543"), ("dry_run", "1")]).await;
        assert_eq!(dry["status"], "STATUS_SUCCESS", "{dry}");
        let done = column(&admin, "user_logs", "action", &[]).await;
        assert_eq!(done[..3], ["mysql_query", "mysql_query", "mysql_query"], "one refused, one dry: {done:?}");
        let folder = tenant.panel.folder.path().join("data/tenants").join(&tenant.name);
        let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        let kept: Vec<u8> = files.filter(|path| path.is_file()).flat_map(|path| std::fs::read(path).unwrap()).collect();
        let has = |text: &str| kept.windows(text.len()).any(|part| part == text.as_bytes());
        assert!(has("7654321") && has("refused_word") && has("9876543"), "what was asked is kept");
        assert!(!has("looked-for-word"), "what was looked for is not");
    });
}

#[test]
fn sql_is_off_until_the_operator_switches_it_on_and_says_from_where() {
    let config = |more: &str| format!("[limits]\nexempt = ['127.0.0.0/8']\n{more}");
    for (more, status) in [
        ("", "STATUS_NO_PERMISSIONS"),
        ("[raw_sql]\nenabled = true\nallow = ['192.0.2.0/24']\n", "STATUS_NO_PERMISSIONS"),
        ("[raw_sql]\nenabled = true\nallow = ['127.0.0.0/8']\n", "STATUS_SUCCESS"),
        ("[raw_sql]\nenabled = true\n", "STATUS_SUCCESS"),
    ] {
        let station = Station::new();
        station.file("linecard.toml", config(more));
        let made = station.json(&["tenant", "create", "acme", "--host", "acme.test"]);
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        let serving = station.serve();
        let path = format!(
            "/{}/admin/index.php?api_key={}&action=mysql_query&query=SELECT+1+AS+one",
            text("admin_access_code"),
            text("admin_api_key")
        );
        let answer: Value = run(async { serving.post("acme.test", &path).await.json().await.unwrap() });
        assert_eq!(answer["status"], status, "{more:?}: {answer}");
    }
    let station = Station::new();
    station.file("linecard.toml", config("[raw_sql]\nenabled = true\nwrite = true\n"));
    let outcome = station.run(&["config", "check"]);
    assert!(outcome.code == 1 && outcome.err.contains("[raw_sql] write"), "{}", outcome.err);
}
