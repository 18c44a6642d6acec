//! In the manner of a portal of set-top boxes: a token beside the box's own cookie, refusals in plain text, an answer
//! to every name.

use super::{Surface, json};
use crate::panel::{fields, run};
use host_core::LineId;
use host_engine::Work;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

const MAC: &str = "mac=00%3A1A%3A79%3AAA%3ABB%3ACC; stb_lang=en";

async fn portal() -> Surface {
    Surface::of("portal", env!("SURFACE_PORTAL"), "").await
}

impl Surface {
    fn by_box(&self, cookie: &str, token: &str, query: &str) -> RequestBuilder {
        let request = self.asked(Method::GET, &format!("/portal.php?{query}&JsHttpRequest=1-xml"));
        let request = request.header("cookie", cookie).header("x-user-agent", "Model: MAG254; Link: WiFi");
        if token.is_empty() { request } else { request.bearer_auth(token) }
    }

    async fn handshake(&self, line: &Value, more: &str) -> Value {
        let login =
            format!("login={}&password={}", line["username"].as_str().unwrap(), line["password"].as_str().unwrap());
        json(self.by_box(MAC, "", &format!("type=stb&action=handshake&{login}{more}"))).await.1["js"].clone()
    }
}

async fn text(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

#[test]
fn a_box_goes_on_with_its_token_and_nobody_else_does() {
    run(async {
        let portal = portal().await;
        let line = portal.tenant.line(json!({ "username": "anna" })).await;
        let hands = portal.handshake(&line, "").await;
        assert_eq!((&hands["not_valid"], &hands["model"]), (&json!(0), &json!("Model: MAG254; Link: WiFi")));
        let token = hands["token"].as_str().unwrap();
        let (_, profile) = json(portal.by_box(MAC, token, "type=stb&action=get_profile")).await;
        assert_eq!(profile, json!({ "js": { "login": "anna", "status": 0, "msg": "" }, "text": "" }));
        let raw = "mac=00:1A:79:AA:BB:CC";
        assert!(text(portal.by_box(raw, token, "action=get_profile&type=stb")).await.contains("anna"));
        for (cookie, token) in [("mac=00:1A:79:00:00:00", token), ("", token), (MAC, "0123456789abcdef"), (MAC, "")] {
            let refused = text(portal.by_box(cookie, token, "type=stb&action=get_profile")).await;
            assert_eq!(refused, "Authorization failed.", "{cookie} {token}");
        }
    });
}

#[test]
fn a_token_that_a_box_has_is_kept_where_it_is_nobodys() {
    run(async {
        let portal = portal().await;
        let anna = portal.tenant.line(json!({ "username": "anna" })).await;
        let bea = portal.tenant.line(json!({ "username": "bea" })).await;
        let own = "ABCDEF0123456789ABCDEF0123456789";
        let first = portal.handshake(&anna, &format!("&token={own}")).await;
        assert_eq!((&first["token"], &first["not_valid"]), (&json!(own), &json!(0)));
        let again = portal.handshake(&anna, &format!("&token={own}")).await;
        assert_eq!(again["token"], own);
        let other = portal.handshake(&bea, &format!("&token={own}")).await;
        assert_eq!(other["not_valid"], 1);
        assert_ne!(other["token"], own);
        let (_, profile) = json(portal.by_box(MAC, own, "type=stb&action=get_profile")).await;
        assert_eq!(profile["js"]["login"], "anna");
    });
}

#[test]
fn names_that_no_action_has_are_answered_by_pattern() {
    run(async {
        let portal = portal().await;
        let line = portal.tenant.line(json!({ "username": "anna" })).await;
        let token = portal.handshake(&line, "").await["token"].as_str().unwrap().to_owned();
        for (query, asked) in
            [("type=itv&action=get_epg_info", "itv.get_epg_info"), ("action=set_parental&type=stb", "stb.set_parental")]
        {
            let (_, told) = json(portal.by_box(MAC, &token, query)).await;
            assert_eq!(told["js"]["asked"], asked, "{query}");
        }
        assert_eq!(text(portal.by_box(MAC, &token, "type=weather&action=now")).await, "Unauthorized request.");
        let form = portal.asked(Method::POST, "/server/load.php?type=itv&action=query").form(&[("action", "body")]);
        let (_, told) = json(form.header("cookie", MAC).bearer_auth(&token)).await;
        assert_eq!(told["js"]["asked"], "itv.body", "the body wins");
    });
}

#[test]
fn a_box_whose_line_was_deleted_or_has_expired_hears_it_at_its_next_word() {
    run(async {
        let portal = portal().await;
        let line = portal.tenant.line(json!({ "username": "anna" })).await;
        let id = LineId(u32::try_from(line["id"].as_u64().unwrap()).unwrap());
        let token = portal.handshake(&line, "").await["token"].as_str().unwrap().to_owned();
        let edit = fields(json!({ "expiry": 1_000_000 }));
        let engine = portal.tenant.panel.engine();
        let verb = async |work: &mut Work| host_engine::line::edit(work, id, &edit).await;
        engine.act(portal.tenant.system(), "test", verb).await.unwrap();
        assert!(text(portal.by_box(MAC, &token, "type=stb&action=get_profile")).await.contains("anna"));
        assert_eq!(text(portal.by_box(MAC, &token, "type=itv&action=x")).await, "Access denied.");
        let verb = async |work: &mut Work| host_engine::line::delete(work, id).await;
        engine.act(portal.tenant.system(), "test", verb).await.unwrap();
        let refused = text(portal.by_box(MAC, &token, "type=stb&action=get_profile")).await;
        assert_eq!(refused, "Authorization failed.");
    });
}
