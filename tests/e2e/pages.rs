//! Lists on panel surfaces: how many rows an answer has at most, and that it says so.

use crate::panel::{TestPanel, TestTenant, fields, run};
use host_engine::Work;
use serde_json::json;

#[test]
fn a_list_says_how_many_rows_it_answers_with_at_most() {
    run(async {
        let tenant = TestPanel::shared().tenant(2).await;
        let (admin, seller) = (tenant.admin(), tenant.reseller("seller", "0").await);
        for (visitor, actions) in
            [(&admin, &["get_lines", "get_streams", "get_bouquets", "get_groups"][..]), (&seller, &["get_lines"])]
        {
            for action in actions {
                for (limit, effective) in
                    [("", 50), ("&limit=1", 1), ("&limit=1000", 1_000), ("&limit=5000", 1_000), ("&limit=0", 50)]
                {
                    let answer = visitor.get(action, limit).await;
                    assert_eq!(answer["recordsLimit"], effective, "{action}{limit}: {answer}");
                }
            }
        }
        assert!(seller.get("packages", "").await["recordsLimit"].is_null(), "a list without pages");
        assert!(admin.get("get_settings", "").await["recordsLimit"].is_null());
    });
}

#[test]
fn no_more_rows_are_answered_than_a_list_says() {
    run(async {
        let tenant = TestPanel::shared().tenant(2).await;
        let admin = tenant.admin();
        many_streams(&tenant).await;
        let answer = admin.get("get_streams", "&limit=5000&show_columns=id").await;
        assert_eq!(answer["data"].as_array().unwrap().len(), 1_000, "{}", answer["recordsTotal"]);
        assert_eq!((&answer["recordsTotal"], &answer["recordsLimit"]), (&json!(1_003), &json!(1_000)));
        let rest = admin.get("get_streams", "&limit=5000&start=1000&show_columns=id").await;
        assert_eq!(rest["data"].as_array().unwrap().len(), 3);
    });
}

#[test]
fn pages_behind_one_another_have_every_row_once_whatever_comes_meanwhile() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let (admin, seller) = (tenant.admin(), tenant.reseller("seller", "0").await);
        let owner = json!(seller.get("user_info", "").await["data"]["id"]);
        let line = async || tenant.line(json!({ "owner": owner })).await;
        for _ in 0..5 {
            line().await;
        }
        for visitor in [&admin, &seller] {
            let (mut seen, mut cursor) = (Vec::new(), String::new());
            loop {
                let page = visitor.get("get_lines", &format!("&limit=2{cursor}")).await;
                assert_eq!(page["recordsTotal"].is_null(), !cursor.is_empty(), "counted once: {page}");
                seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()));
                let Some(next) = page["recordsCursor"].as_str() else { break };
                cursor = format!("&after={next}");
                line().await;
            }
            let all = visitor.get("get_lines", "&limit=1000").await["data"].clone();
            let mut all: Vec<u64> = all.as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect();
            all.retain(|id| *id <= *seen.iter().max().unwrap());
            assert_eq!(seen, all);
        }
        for wrong in ["&after=here", "&after=5&start=1", "&after=99999999999999999999999"] {
            assert_eq!(admin.get("get_lines", wrong).await["status"], "STATUS_INVALID_INPUT", "{wrong}");
        }
        let logs = admin.get("user_logs", "&limit=1").await;
        let behind =
            admin.get("user_logs", &format!("&limit=1&after={}", logs["recordsCursor"].as_str().unwrap())).await;
        assert!(behind["data"][0]["id"].as_u64() < logs["data"][0]["id"].as_u64(), "{behind}");
        let first = admin.get("get_bouquets", "&limit=2").await;
        assert_eq!(first["recordsTotal"], json!(1), "{first}");
        assert!(first["recordsCursor"].is_null(), "there is no other page");
    });
}

/// Makes the tenant's two streams 1,003, in one plan.
async fn many_streams(tenant: &TestTenant) {
    let make = async |work: &mut Work| {
        for number in 0..1_001 {
            let document = fields(json!({ "kind": "live", "name": format!("S{number}") }));
            host_engine::record::create(work, "stream", &document).await?;
        }
        Ok(())
    };
    tenant.panel.engine().act(tenant.system(), "test", make).await.unwrap();
}
