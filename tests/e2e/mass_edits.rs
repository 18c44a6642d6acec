//! Edits of many lines as an admin asks for them over the API.

use crate::panel::{TestPanel, TestTenant, id_of, login, run};
use crate::visitor::Visitor;
use serde_json::{Value, json};
use std::time::Duration;

/// The job when it has ended.
async fn ended(admin: &Visitor, asked: &Value) -> Value {
    let id = asked["job_id"].to_string();
    loop {
        let job = admin.ok("get_job", &[("id", &id)]).await;
        if !["waiting", "running"].contains(&job["state"].as_str().unwrap()) {
            return job;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn seats(tenant: &TestTenant, list: &str) -> Vec<Value> {
    let rows = tenant.admin().get(list, "&limit=100").await["data"].clone();
    rows.as_array().unwrap().iter().map(|row| row["max_connections"].clone()).collect()
}

#[test]
fn all_lines_that_a_filter_has_are_edited_and_those_of_others_are_not() {
    run(async {
        let (tenant, neighbour) = (TestPanel::shared().tenant(0).await, TestPanel::shared().tenant(0).await);
        let (admin, seller) = (tenant.admin(), tenant.reseller("seller", "100").await);
        for tenant in [&tenant, &neighbour] {
            for enabled in [true, true, false] {
                tenant.line(json!({ "enabled": enabled, "max_connections": 1 })).await;
            }
        }
        let code = seller.ok("create_activecode", &[("package", &tenant.package.to_string()), ("trial", "0")]).await;
        let asked = admin.ok("mass_edit_lines", &[("filter", "1"), ("max_connections", "4")]).await;
        assert_eq!((asked["state"].as_str(), asked["type"].as_str()), (Some("waiting"), Some("mass_edit")));
        let job = ended(&admin, &asked).await;
        assert_eq!((&job["state"], &job["counts"]), (&json!("done"), &json!({ "changed": 2 })), "{job}");
        assert_eq!(seats(&tenant, "get_lines").await, [1, 4, 4]);
        assert_eq!(seats(&neighbour, "get_lines").await, [1, 1, 1]);
        assert_eq!(seats(&tenant, "get_activecodes").await, [2]);

        let batch = admin.ok("mass_edit_activecodes", &[("all", "1"), ("enabled", "0")]).await;
        assert_eq!(ended(&admin, &batch).await["counts"], json!({ "changed": 1 }));
        assert_eq!(seller.ok("get_activecode", &[("id", &id_of(&code).to_string())]).await["status"], 3);
        assert_eq!(admin.get("get_jobs", "").await["recordsTotal"], 2);
        let done = [("id", job["id"].to_string())];
        assert_eq!(admin.refused("cancel_job", &[("id", &done[0].1)]).await, "INVALID_INPUT");
    });
}

#[test]
fn a_mass_edit_says_whom_it_is_about_and_sets_nothing_that_only_one_can_have() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let admin = tenant.admin();
        tenant.line(json!({})).await;
        for form in [
            vec![("max_connections", "4")],
            vec![("all", "1")],
            vec![("all", "1"), ("username", "everybody")],
            vec![("all", "1"), ("exp_date", "never ever")],
            vec![("filter", "9"), ("enabled", "0")],
        ] {
            admin.refused("mass_edit_lines", &form).await;
        }
        assert_eq!(admin.get("get_jobs", "").await["recordsTotal"], 0);
    });
}

#[test]
fn movies_that_are_edited_at_once_are_so_in_the_players_list() {
    run(async {
        let tenant = TestPanel::shared().tenant(1).await;
        let admin = tenant.admin();
        let line = tenant.line(json!({})).await;
        let bouquet = tenant.bouquet.to_string();
        for number in 0..3 {
            let name = format!("Film {number}");
            let source =
                [("stream_display_name", name.as_str()), ("stream_source", r#"["http://films.example.org/1.mp4"]"#)];
            admin.ok("create_movie", &source).await;
        }
        let category = admin.ok("create_category", &[("category_name", "Drama"), ("category_type", "movie")]).await;
        let category = format!("[{}]", id_of(&category));
        let asked = admin
            .ok(
                "mass_edit_movies",
                &[("all", "1"), ("category_id", &category), ("rating", "7.5"), ("bouquets", &format!("[{bouquet}]"))],
            )
            .await;
        let job = ended(&admin, &asked).await;
        assert_eq!((&job["state"], &job["counts"]), (&json!("done"), &json!({ "changed": 3 })), "{job}");
        let path = format!("/player_api.php?{}&action=get_vod_streams", login(&line));
        let films = async || tenant.get(&path).await.json::<Value>().await.unwrap();
        let list = films().await;
        let shown =
            list.as_array().unwrap().iter().map(|film| (film["category_ids"].to_string(), film["rating"].to_string()));
        assert_eq!(shown.collect::<Vec<_>>(), vec![(category.clone(), "7.5".to_owned()); 3], "{list}");
        let closed = admin.ok("mass_edit_movies", &[("search", "Film 1"), ("enabled", "0")]).await;
        assert_eq!(ended(&admin, &closed).await["counts"], json!({ "changed": 1 }));
        assert_eq!(films().await.as_array().unwrap().len(), 2);
        let asked = admin.ok("mass_edit_streams", &[("all", "1"), ("tv_archive_duration", "3")]).await;
        assert_eq!(ended(&admin, &asked).await["counts"], json!({ "changed": 1 }), "live streams alone");
        for form in [
            vec![("all", "1")],
            vec![("enabled", "0")],
            vec![("all", "1"), ("stream_display_name", "One name for all")],
            vec![("all", "1"), ("category_id", "[987654]")],
        ] {
            admin.refused("mass_edit_movies", &form).await;
        }
    });
}
