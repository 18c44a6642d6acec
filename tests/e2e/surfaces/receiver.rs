//! In the manner of an Enigma2 service: XML, and names that no action has.

use super::{Surface, header};
use crate::panel::{login, run};
use reqwest::Method;
use serde_json::json;

#[test]
fn xml_is_answered_to_names_patterns_and_strangers() {
    run(async {
        let receiver = Surface::of("receiver", env!("SURFACE_RECEIVER"), "/enigma2.php").await;
        let line = receiver.tenant.line(json!({ "username": "anna", "bouquets": [receiver.tenant.bouquet] })).await;
        let login = login(&line);
        for (query, told) in [
            ("&type=get_live_categories", "<title>News</title>"),
            ("", "<title>News</title>"),
            ("&type=get_live_streams&cat_id=7", "<category>7</category>"),
            ("&type=get_vod_scategories", "<asked>get_vod_scategories</asked>"),
            ("&type=get_<x>&_scategories", "<title>News</title>"),
        ] {
            let answer = receiver.asked(Method::GET, &format!("?{login}{query}")).send().await.unwrap();
            assert_eq!((answer.status().as_u16(), header(&answer, "content-type")), (200, "text/xml"), "{query}");
            let text = answer.text().await.unwrap();
            assert!(text.starts_with("<?xml") && text.contains(told), "{query}: {text}");
            quick_xml::Reader::from_str(&text).read_event().unwrap();
        }
        let refused = receiver.asked(Method::GET, "?username=anna&password=wrong").send().await.unwrap();
        assert_eq!(refused.status(), 200);
        assert!(refused.text().await.unwrap().ends_with("<items></items>"));
    });
}
