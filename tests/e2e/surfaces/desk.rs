//! In the manner of a console: a page, a session in a cookie with a proof against forged requests, and events.

use super::{Surface, header, json};
use crate::panel::run;
use futures_util::StreamExt;
use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};

/// A console with somebody signed in.
struct Desk {
    surface: Surface,
    cookie: String,
    proof: String,
}

async fn surface() -> Surface {
    Surface::of("desk", env!("SURFACE_DESK"), "").await
}

fn cookie_of(response: &Response) -> String {
    header(response, "set-cookie").split(';').next().unwrap().to_owned()
}

impl Desk {
    async fn open() -> Desk {
        let surface = surface().await;
        let made = &surface.tenant.made;
        let login = json!({ "username": made["admin_username"], "password": made["admin_password"] });
        let answer = surface.asked(Method::POST, "/api/session").json(&login).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let cookie = cookie_of(&answer);
        let set = header(&answer, "set-cookie");
        for part in ["HttpOnly", "SameSite=Strict", "Path=/x/desk", "Max-Age=3"] {
            assert!(set.contains(part), "{set}");
        }
        let proof = answer.json::<Value>().await.unwrap()["csrf"].as_str().unwrap().to_owned();
        Desk { surface, cookie, proof }
    }

    fn asked(&self, method: Method, path: &str) -> RequestBuilder {
        self.surface.asked(method, path).header("cookie", &self.cookie)
    }

    fn proven(&self, method: Method, path: &str) -> RequestBuilder {
        self.asked(method, path).header("x-csrf-token", &self.proof)
    }
}

#[test]
fn static_files_are_sent_with_their_types_and_tags() {
    run(async {
        let desk = surface().await;
        let policy = |page: &Response| header(page, "content-security-policy").to_owned();
        let page = desk.asked(Method::GET, "/").send().await.unwrap();
        assert!(policy(&page).starts_with("sandbox;"), "nothing runs before the operator has granted it");
        let runtime = &desk.tenant.panel.panel.runtime;
        runtime.grant(desk.tenant.system(), "desk", &["html:desk".into()], None).await.unwrap();
        let page = desk.asked(Method::GET, "/").send().await.unwrap();
        assert_eq!((page.status().as_u16(), header(&page, "content-type")), (200, "text/html; charset=utf-8"));
        assert!(policy(&page).contains("script-src http") && policy(&page).contains("/x/desk/"), "{}", policy(&page));
        let tag = header(&page, "etag").to_owned();
        assert!(page.text().await.unwrap().contains("app.js"));
        let known = desk.asked(Method::GET, "/").header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(known.status(), 304);
        let script = desk.asked(Method::GET, "/app.js").send().await.unwrap();
        assert_eq!(
            (script.status().as_u16(), header(&script, "content-type")),
            (200, "text/javascript; charset=utf-8")
        );
        for (method, path, status) in
            [(Method::GET, "/nothing.js", 404), (Method::GET, "/../actions.toml", 404), (Method::POST, "/app.js", 405)]
        {
            assert_eq!(desk.asked(method, path).send().await.unwrap().status(), status, "{path}");
        }
    });
}

#[test]
fn a_session_lasts_until_it_is_signed_out_or_renewed() {
    run(async {
        let desk = Desk::open().await;
        let (status, who) = json(desk.asked(Method::GET, "/api/session")).await;
        assert_eq!((status, &who["data"]["username"]), (200, &desk.surface.tenant.made["admin_username"]));
        assert_eq!(who["csrf"], desk.proof);

        let renewed = desk.proven(Method::PUT, "/api/session").send().await.unwrap();
        let cookie = cookie_of(&renewed);
        assert_ne!(cookie, desk.cookie);
        assert_eq!(json(desk.asked(Method::GET, "/api/session")).await.0, 401, "the token before is over");
        let proof = renewed.json::<Value>().await.unwrap()["csrf"].as_str().unwrap().to_owned();
        let desk = Desk { cookie, proof, ..desk };

        let out = desk.proven(Method::DELETE, "/api/session").send().await.unwrap();
        assert_eq!(out.status(), 204);
        assert!(header(&out, "set-cookie").starts_with("desk=;") && header(&out, "set-cookie").contains("Max-Age=0"));
        assert_eq!(json(desk.asked(Method::GET, "/api/session")).await.0, 401);
    });
}

#[test]
fn who_does_not_know_the_password_gets_no_session() {
    run(async {
        let desk = surface().await;
        let login = json!({ "username": desk.tenant.made["admin_username"], "password": "wrong" });
        let answer = desk.asked(Method::POST, "/api/session").json(&login).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "set-cookie")), (401, ""));
        assert_eq!(json(desk.asked(Method::GET, "/api/session")).await.0, 403, "a stranger is nobody");
        let dead = desk.asked(Method::GET, "/api/session").header("cookie", "desk=made-up").send().await.unwrap();
        assert_eq!(dead.status(), 401);
        let taken = header(&dead, "set-cookie");
        assert!(taken.starts_with("desk=;") && taken.contains("Max-Age=0"), "else nobody could sign in again: {taken}");
    });
}

#[test]
fn nothing_is_changed_by_a_request_that_another_site_has_made() {
    run(async {
        let desk = Desk::open().await;
        let line = desk.surface.tenant.line(json!({ "username": "anna", "admin_notes": "old" })).await;
        let path = format!("/api/lines/{}", line["id"]);
        let body = json!({ "notes": "new" });
        for forged in [
            desk.asked(Method::PATCH, &path),
            desk.asked(Method::PATCH, &path).header("x-csrf-token", "guessed"),
            desk.proven(Method::PATCH, &path).header("sec-fetch-site", "cross-site"),
            desk.proven(Method::PATCH, &path).header("origin", "https://evil.example"),
        ] {
            let (status, refused) = json(forged.json(&body)).await;
            assert_eq!((status, &refused["error"]), (403, &json!("forged")));
        }
        assert_eq!(json(desk.asked(Method::GET, &path)).await.1["data"]["notes"], "old");
        let (status, edited) = json(desk.proven(Method::PATCH, &path).json(&body)).await;
        assert_eq!((status, &edited["data"]["notes"]), (200, &json!("new")));
    });
}

#[test]
fn who_follows_a_line_hears_what_changes_until_the_session_ends() {
    run(async {
        let desk = Desk::open().await;
        let line = desk.surface.tenant.line(json!({ "username": "anna", "admin_notes": "old" })).await;
        let path = format!("/api/lines/{}", line["id"]);
        let events = desk.asked(Method::GET, &path).header("accept", "text/event-stream").send().await.unwrap();
        assert_eq!(header(&events, "content-type"), "text/event-stream");
        let mut events = events.bytes_stream();
        let mut heard = String::new();
        let mut until = async |word: &str| {
            while !heard.contains(word) {
                let piece = events.next().await.expect("it goes on").unwrap();
                heard.push_str(str::from_utf8(&piece).unwrap());
            }
            std::mem::take(&mut heard)
        };
        let first = until("\n\n").await;
        assert!(first.starts_with("data: {\"data\":{\"username\":\"anna\",\"notes\":\"old\"}"), "{first}");
        json(desk.proven(Method::PATCH, &path).json(&json!({ "notes": "new" }))).await;
        until("\"notes\":\"new\"").await;
        desk.proven(Method::DELETE, "/api/session").send().await.unwrap();
        until("event: end").await;
        assert!(events.next().await.is_none());
    });
}
