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
