//! Pages of the logs of the panel surfaces: what a row tells, which rows a page has, and how many there are.

use crate::panel::{fields, run};
use crate::panel_logs::{OF_RESELLERS, column, crowd, market, read};
use crate::place::Place;
use crate::reseller::{rights, shop, sold};
use host_engine::Work;
use serde_json::{Value, json};

#[test]
fn what_users_did_is_told_with_what_it_cost_and_what_was_left() {
    run(async {
        let (tenant, seller) = shop().await;
        let line = sold(&tenant, &seller, &[]).await;
        let (id, package) = (line["id"].to_string(), tenant.package.to_string());
        seller.ok("edit_line", &[("id", &id), ("package", &package)]).await;
        seller.ok("edit_line", &[("id", &id), ("reseller_notes", "x")]).await;
        let sub = seller.ok("create_user", &[("username", "below")]).await["id"].to_string();
        seller.ok("adjust_credits", &[("id", &sub), ("credits", "12")]).await;
        seller.ok("adjust_credits", &[("id", &sub), ("credits", "-2")]).await;
        let told = |row: &Value| {
            ["owner", "type", "action", "object_id", "package_id", "cost", "credits_after"]
                .map(|name| row[name].clone())
        };
        let (owner, id, sub) = (json!(seller.user), &line["id"], json!(sub.parse::<u32>().unwrap()));
        let (package, none) = (json!(tenant.package), json!(0));
        let row = |kind: &str, action: &str, object: &Value, package: &Value, cost: Value, after: Value| {
            [owner.clone(), json!(kind), json!(action), object.clone(), package.clone(), cost, after]
        };
        let rows: Vec<_> = read(&seller, "user_logs", &[("search", "_")]).await.iter().map(told).collect();
        let before = seller.ok("user_info", &[]).await["credits"].as_f64().unwrap();
        assert_eq!(
            rows.iter().take(6).cloned().collect::<Vec<_>>(),
            [
                row("user", "adjust_credits", &sub, &none, json!(-2.0), json!(before)),
                row("user", "adjust_credits", &sub, &none, json!(12.0), json!(before - 2.0)),
                row("user", "create_user", &sub, &none, json!(0.0), Value::Null),
                row("line", "edit_line", id, &none, json!(0.0), Value::Null),
                row("line", "edit_line", id, &package, json!(5.0), json!(before + 10.0)),
                row("line", "create_line", id, &package, json!(5.0), json!(before + 15.0)),
            ]
        );
        let admin = tenant.admin();
        let moved = read(&admin, "credit_logs", &[]).await;
        let told = |row: &Value| ["target_id", "actor_id", "amount", "balance_after"].map(|name| row[name].clone());
        assert_eq!(told(&moved[0]), [sub.clone(), owner.clone(), json!(-2.0), json!(10.0)], "{moved:?}");
        assert_eq!(told(&moved[1]), [sub, owner.clone(), json!(12.0), json!(12.0)], "{moved:?}");
        assert_eq!(told(&moved[2]), [owner.clone(), owner.clone(), json!(-5.0), json!(before + 10.0)], "{moved:?}");
        assert_eq!((&moved[2]["reason"], &moved[2]["object"]), (&json!("purchase"), &json!(format!("line {id}"))));
        admin.ok("edit_line", &[("id", &id.to_string()), ("enabled", "0")]).await;
        let by_admin = column(&seller, "user_logs", "action", &[]).await;
        assert_eq!(by_admin[0], "adjust_credits", "what an admin does is no matter of the tree, but for its credits");
    });
}

#[test]
fn a_log_is_read_by_pages_spans_of_time_and_what_is_searched() {
    run(async {
        let (place, [seller, ..], _watchers) = market().await;
        let admin = place.tenant.admin();
        for (log, name) in [("activity_logs", "username"), ("live_connections", "username"), ("user_logs", "id")] {
            let whole = column(&admin, log, name, &[]).await;
            let mut paged = Vec::new();
            for start in 0..whole.len() {
                let form = [("start", start.to_string()), ("limit", "1".to_owned()), ("show_columns", name.to_owned())];
                let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let answer = admin.post(log, &form).await;
                assert_eq!(answer["recordsTotal"], json!(whole.len()), "{log}: {answer}");
                assert_eq!(answer["data"][0].as_object().unwrap().len(), 1, "{log}: {answer}");
                paged.push(answer["data"][0][name].clone());
            }
            assert_eq!(paged, whole, "{log}");
            assert_eq!(admin.refused(log, &[("start", "100001")]).await, "INVALID_INPUT", "{log}");
            assert_eq!(admin.refused(log, &[("date_from", "soon")]).await, "INVALID_DATE", "{log}");
            assert_eq!(seller.refused(log, &[("date_to", "soon")]).await, "INVALID_DATA", "{log}");
            for (form, found) in [
                (("date_from", "2020-01-01"), whole.len()),
                (("date_to", "2020-01-01"), 0),
                (("date_from", "4000000000"), 0),
                (("date_to", "4000000000"), whole.len()),
            ] {
                let answer = admin.post(log, &[form]).await;
                let filtered = (answer["data"].as_array().unwrap().len(), answer["recordsFiltered"].clone());
                assert_eq!(filtered, (found, json!(found)), "{log} {form:?}");
            }
        }
        let newest = column(&admin, "activity_logs", "date_end", &[]).await[0].clone();
        let today = newest.as_str().unwrap().split(' ').next().unwrap();
        assert_eq!(read(&admin, "activity_logs", &[("date_from", today), ("date_to", today)]).await.len(), 3);
        let of_seller = format!("of-{}", seller.user);
        for log in ["activity_logs", "live_connections"] {
            let by_name = admin.post(log, &[("search[value]", &of_seller)]).await;
            assert_eq!((&by_name["recordsTotal"], &by_name["recordsFiltered"]), (&json!(3), &json!(1)), "{by_name}");
            assert_eq!(by_name["data"][0]["username"], of_seller);
            for (text, count) in [("KODI", 3), ("Live", 3), ("127.0.0", 3), ("nowhere", 0)] {
                assert_eq!(read(&admin, log, &[("search[value]", text)]).await.len(), count, "{log} {text}");
            }
        }
        assert_eq!(read(&admin, "user_logs", &[("search[value]", "create_user")]).await.len(), 1);
    });
}

#[test]
fn a_group_that_does_not_see_connections_is_refused_them_and_no_other_log() {
    run(async {
        let (tenant, seller) = shop().await;
        for log in OF_RESELLERS {
            read(&seller, log, &[]).await;
        }
        rights(&tenant, &[("reseller_client_connection_logs", "0")]).await;
        for log in ["activity_logs", "live_connections"] {
            assert_eq!(seller.refused(log, &[]).await, "NO_PERMISSIONS", "{log}");
        }
        read(&seller, "user_logs", &[]).await;
    });
}

#[test]
fn a_page_of_ten_thousand_connections_is_cut_out_of_them() {
    run(async {
        let place = Place::with_seats(0, &["test:1".into()]).await;
        let engine = place.tenant.panel.engine();
        let row = async |work: &mut Work| host_engine::line::get(work, place.line).await;
        let row = fields(engine.act(place.tenant.system(), "test", row).await.unwrap());
        let (username, password) = place.login.split_once('/').unwrap();
        assert_eq!(row["username"], username);
        let seats = crowd(&place.tenant, place.stream, (username, password), 10_000).await;
        let admin = place.tenant.admin();
        let answer = admin.post("live_connections", &[("limit", "50")]).await;
        assert_eq!(answer["recordsTotal"], 10_000, "{}", answer["recordsTotal"]);
        let numbers = |answer: &Value| -> Vec<u64> {
            let rows = answer["data"].as_array().unwrap();
            rows.iter().map(|row| row["activity_id"].as_u64().unwrap()).collect()
        };
        let (first, deep) = (numbers(&answer), admin.post("live_connections", &[("start", "9990")]).await);
        assert!(first.len() == 50 && first.is_sorted_by(|a, b| a > b), "the newest first: {first:?}");
        assert_eq!(numbers(&deep).len(), 10);
        assert!(numbers(&deep).iter().all(|number| *number < first[49]));
        drop(seats);
    });
}
