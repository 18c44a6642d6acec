//! In the manner of a REST API: methods and paths, places, tags of versions, problems, cursors, raw bodies.

use super::{Surface, header, json};
use crate::panel::run;
use reqwest::Method;
use serde_json::json;

async fn rest() -> Surface {
    Surface::of("rest", env!("SURFACE_REST"), "/v1").await
}

#[test]
fn what_is_made_has_a_place_and_is_gone_when_it_was_deleted() {
    run(async {
        let rest = rest().await;
        let body = json!({ "username": "anna", "seats": 3, "expiry": null });
        let made = rest.by_admin(Method::POST, "/lines").json(&body).send().await.unwrap();
        assert_eq!(made.status(), 201);
        let place = header(&made, "location").strip_prefix("/x/rest/v1").unwrap().to_owned();
        assert_eq!(header(&made, "etag"), "\"1\"");
        let made = made.json::<serde_json::Value>().await.unwrap();
        assert_eq!(place, format!("/lines/{}", made["data"]["id"]));
        assert_eq!((&made["data"]["seats"], &made["data"]["expiry"]), (&json!(3), &json!(null)));
        assert_eq!(rest.by_admin(Method::GET, &place).send().await.unwrap().status(), 200);

        let gone = rest.by_admin(Method::DELETE, &place).send().await.unwrap();
        assert_eq!((gone.status().as_u16(), header(&gone, "content-type")), (204, ""));
        assert_eq!(gone.text().await.unwrap(), "");
        assert_eq!(rest.by_admin(Method::GET, &place).send().await.unwrap().status(), 404);
    });
}

#[test]
fn a_version_that_was_looked_at_is_the_one_that_is_changed() {
    run(async {
        let rest = rest().await;
        let line = rest.tenant.line(json!({ "username": "bea", "admin_notes": "old" })).await;
        let path = format!("/lines/{}", line["id"]);
        let shown = rest.by_admin(Method::GET, &path).send().await.unwrap();
        assert_eq!(header(&shown, "etag"), "\"1\"");
        let known = rest.by_admin(Method::GET, &path).header("if-none-match", "\"1\"").send().await.unwrap();
        assert_eq!((known.status().as_u16(), header(&known, "etag")), (304, "\"1\""));

        let patch = |tag: &str, body| rest.by_admin(Method::PATCH, &path).header("if-match", tag).json(&body);
        let changed = patch("\"1\"", json!({ "seats": 7, "notes": null })).send().await.unwrap();
        assert_eq!((changed.status().as_u16(), header(&changed, "etag")), (200, "\"2\""));
        let changed = changed.json::<serde_json::Value>().await.unwrap();
        assert_eq!((&changed["data"]["seats"], &changed["data"]["notes"]), (&json!(7), &json!("")));
        let (status, stale) = json(patch("\"1\"", json!({ "seats": 9 }))).await;
        assert_eq!((status, &stale["error"]["code"]), (412, &json!("stale")), "{stale}");
        assert_eq!(patch("*", json!({ "seats": 9 })).send().await.unwrap().status(), 200);
        let shown = rest.by_admin(Method::GET, &path).send().await.unwrap();
        assert_eq!(header(&shown, "etag"), "\"3\"", "what was refused changed nothing");
    });
}

#[test]
fn a_refusal_is_a_problem_for_who_accepts_one() {
    run(async {
        let rest = rest().await;
        let wrong = || rest.by_admin(Method::POST, "/lines").json(&json!({ "seats": 1_000 }));
        let (status, refused) = json(wrong()).await;
        assert_eq!((status, &refused["error"]["details"][0]["field"]), (422, &json!("seats")), "{refused}");
        let problem = wrong().header("accept", "application/problem+json").send().await.unwrap();
        assert_eq!(header(&problem, "content-type"), "application/problem+json");
        let problem = problem.json::<serde_json::Value>().await.unwrap();
        assert_eq!((&problem["status"], &problem["title"]), (&json!(422), &json!("invalid_input")), "{problem}");
        assert_eq!(problem["errors"][0]["field"], "seats");
        for (request, status) in [
            (rest.asked(Method::GET, "/lines"), 401),
            (rest.asked(Method::GET, "/lines?api_key=x"), 401),
            (rest.by_admin(Method::GET, "/nothing"), 404),
            (rest.by_admin(Method::POST, "/lines").json(&json!({ "colour": "red" })), 422),
            (rest.by_admin(Method::POST, "/lines").body("{").header("content-type", "application/json"), 400),
        ] {
            assert_eq!(request.send().await.unwrap().status(), status);
        }
    });
}

#[test]
fn a_method_that_a_path_does_not_take_is_refused_in_the_surfaces_voice() {
    run(async {
        let rest = rest().await;
        let refused = rest.by_admin(Method::PUT, "/lines/7").send().await.unwrap();
        assert_eq!((refused.status().as_u16(), header(&refused, "allow")), (405, "GET, HEAD, PATCH, DELETE"));
        let refused = refused.json::<serde_json::Value>().await.unwrap();
        assert_eq!(refused["error"]["code"], "method_not_allowed", "{refused}");
        let asked = rest.asked(Method::OPTIONS, "/lines").send().await.unwrap();
        assert_eq!(header(&asked, "allow"), "GET, HEAD, POST, OPTIONS");
        let head = rest.by_admin(Method::HEAD, "/lines").send().await.unwrap();
        assert_eq!((head.status().as_u16(), head.text().await.unwrap()), (200, String::new()));
    });
}

#[test]
fn pages_lead_to_the_next_one_until_there_is_none() {
    run(async {
        let rest = rest().await;
        for name in ["a", "b", "c"] {
            rest.tenant.line(json!({ "username": format!("line-{name}") })).await;
        }
        let first = rest.by_admin(Method::GET, "/lines?limit=2").send().await.unwrap();
        assert_eq!(header(&first, "link"), "</x/rest/v1/lines?limit=2&cursor=2>; rel=\"next\"");
        let first = first.json::<serde_json::Value>().await.unwrap();
        let pagination = json!({ "hasMore": true, "nextCursor": "2", "total": 3 });
        assert_eq!((first["data"].as_array().unwrap().len(), &first["pagination"]), (2, &pagination));
        let last = rest.by_admin(Method::GET, "/lines?limit=2&cursor=2").send().await.unwrap();
        assert_eq!(header(&last, "link"), "");
        let last = last.json::<serde_json::Value>().await.unwrap();
        let pagination = json!({ "hasMore": false, "nextCursor": null, "total": 3 });
        assert_eq!((last["data"].as_array().unwrap().len(), &last["pagination"]), (1, &pagination));
        let (status, refused) = json(rest.by_admin(Method::GET, "/lines?cursor=x")).await;
        assert_eq!((status, &refused["error"]["details"][0]["field"]), (422, &json!("cursor")));
    });
}

#[test]
fn words_win_over_variable_segments_and_lead_elsewhere() {
    run(async {
        let rest = rest().await;
        let line = rest.tenant.line(json!({ "username": "newest" })).await;
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let url = format!("{}/x/rest/v1/lines/latest", rest.tenant.panel.url);
        let request = client.get(url).header("host", &rest.tenant.host);
        let moved = request.bearer_auth(rest.tenant.made["admin_api_key"].as_str().unwrap()).send().await.unwrap();
        assert_eq!(moved.status(), 303);
        assert_eq!(header(&moved, "location"), format!("/x/rest/v1/lines/{}", line["id"]));
    });
}

#[test]
fn a_signed_body_arrives_byte_for_byte() {
    run(async {
        let rest = rest().await;
        let body = vec![0, 1, 255, b'{', b'&', b'='];
        let sum: u32 = body.iter().map(|byte| u32::from(*byte)).sum();
        let request = rest.by_admin(Method::POST, "/hooks").header("content-type", "application/json").body(body);
        let (_, told) = json(request).await;
        assert_eq!(told["data"], json!({ "bytes": 6, "sum": sum }));
    });
}
