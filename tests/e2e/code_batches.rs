//! Codes that are sold together, what they are worth, and what comes back when they are deleted.

use crate::panel::{TestTenant, id_of, run};
use crate::reseller::{balance, shop};
use crate::visitor::Visitor;
use host_engine::Work;
use serde_json::{Value, json};

/// So many codes, sold by the tenant's package.
async fn bought(tenant: &TestTenant, seller: &Visitor, quantity: &str) -> Value {
    let package = tenant.package.to_string();
    seller.ok("create_activecode", &[("package", &package), ("trial", "0"), ("quantity", quantity)]).await
}

fn texts(codes: &Value) -> Vec<String> {
    codes.as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned()).collect()
}

/// The file of a batch.
async fn exported(admin: &Visitor, batch: &str, format: &str) -> (String, String) {
    let query = format!("api_key={}&action=export_active_code_batch&id={batch}&format={format}", admin.key);
    let request = admin.http.get(format!("{}?{query}", admin.url)).header("host", &admin.host);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
    let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
    (name, answer.text().await.unwrap())
}

#[test]
fn codes_that_are_sold_together_are_a_batch_that_is_listed_exported_and_redeemed() {
    run(async {
        let (tenant, seller) = shop().await;
        let admin = tenant.admin();
        let first = bought(&tenant, &seller, "3").await;
        assert_eq!(balance(&seller).await, 85.0, "each is paid for");
        let (batch, codes) = (first["batch_id"].to_string(), texts(&first["codes"]));
        assert_eq!((first["batch_id"].clone(), codes.len()), (first["id"].clone(), 3), "{first}");
        let alone = bought(&tenant, &seller, "1").await;
        assert_eq!((&alone["batch_id"], alone["codes"].as_array().unwrap().len()), (&Value::Null, 1), "{alone}");
        let listed = admin.post("get_active_codes_batches", &[]).await;
        assert_eq!(listed["recordsTotal"], 1, "{listed}");
        let row = &listed["data"][0];
        for (field, value) in [
            ("id", first["id"].clone()),
            ("package_id", json!(tenant.package)),
            ("member_id", json!(seller.user)),
            ("codes", json!(3)),
            ("redeemed", json!(0)),
            ("in_stock", json!(3)),
        ] {
            assert_eq!(row[field], value, "{field} of {row}");
        }
        let rows = admin.ok("get_activecodes", &[("batch_id", &batch)]).await;
        assert_eq!(rows.as_array().unwrap().len(), 3, "as rows: {rows}");
        let (name, text) = exported(&admin, &batch, "text").await;
        assert_eq!(text.lines().collect::<Vec<_>>(), codes, "in the order in which they were made");
        assert_eq!(name, format!("attachment; filename=\"codes-{batch}.txt\""));
        let (_, csv) = exported(&admin, &batch, "csv").await;
        assert!(csv.starts_with("code,status,package_id,"), "{csv}");
        assert_eq!(csv.lines().count(), 4);
        assert!(csv.lines().nth(1).unwrap().starts_with(&format!("{},stock,{},0,", codes[0], tenant.package)), "{csv}");

        let verb = async |work: &mut Work| host_engine::line::redeem(work, &codes[1]).await;
        tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
        let row = admin.ok("get_active_codes_batches", &[]).await[0].clone();
        assert_eq!((&row["redeemed"], &row["in_stock"]), (&json!(1), &json!(2)), "{row}");
        let next = bought(&tenant, &seller, "2").await;
        let page = admin.ok("get_active_codes_batches", &[("start", "1"), ("limit", "1")]).await;
        assert_eq!((&page[0]["id"], page.as_array().unwrap().len()), (&first["id"], 1), "the newest is the first");
        let package = tenant.package.to_string();
        let own = admin.ok("generate_active_codes", &[("package", &package), ("quantity", "2")]).await;
        assert!(texts(&own["codes"]).iter().all(|code| code.len() == 12), "{own}");
        assert!(id_of(&next) > id_of(&first));
        let (other, _) = shop().await;
        assert_eq!(other.admin().post("get_active_codes_batches", &[]).await["recordsTotal"], 0);
        assert_eq!(other.admin().refused("export_active_code_batch", &[("id", "987654")]).await, "FAILURE");
    });
}

#[test]
fn a_batch_is_made_whole_or_not_at_all() {
    run(async {
        let (tenant, seller) = shop().await;
        let package = tenant.package.to_string();
        let refused = async |form: &[(&str, &str)]| {
            seller
                .refused("create_activecode", &[&[("package", package.as_str()), ("trial", "0")], form].concat())
                .await
        };
        assert_eq!(refused(&[("quantity", "21")]).await, "INSUFFICIENT_CREDITS");
        for wrong in [("quantity", "0"), ("quantity", "201"), ("quantity", "x"), ("length", "4"), ("length", "31")] {
            assert_ne!(refused(&[wrong]).await, "INSUFFICIENT_CREDITS", "{wrong:?}");
        }
        assert_ne!(refused(&[("quantity", "2"), ("code", "ONLY-ONE-CODE")]).await, "SUCCESS");
        assert_eq!(balance(&seller).await, 100.0);
        assert_eq!(seller.post("get_activecodes", &[]).await["recordsTotal"], 0);
        let form = [("package", package.as_str()), ("trial", "0"), ("quantity", "20"), ("length", "5")];
        let all = seller.ok("create_activecode", &form).await;
        assert!(texts(&all["codes"]).iter().all(|code| code.len() == 5), "{all}");
        assert_eq!(balance(&seller).await, 0.0, "all of the balance");
    });
}

#[test]
fn many_codes_are_one_call() {
    run(async {
        let (tenant, _) = shop().await;
        let admin = tenant.admin();
        let package = tenant.package.to_string();
        let made = admin.ok("create_activecode", &[("package", &package), ("quantity", "200")]).await;
        assert_eq!(made["codes"].as_array().unwrap().len(), 200);
        let (_, text) = exported(&admin, &made["batch_id"].to_string(), "text").await;
        assert_eq!(text.lines().count(), 200);
    });
}

#[test]
fn a_code_is_checked_by_who_may_see_it_and_guesses_are_locked_out() {
    run(async {
        let ((tenant, seller), (other, _)) = (shop().await, shop().await);
        let (admin, code) = (tenant.admin(), bought(&tenant, &seller, "1").await["code"].clone());
        let code = code.as_str().unwrap();
        let form = [("code", code)];
        let checked = admin.ok("check_active_code", &form).await;
        assert_eq!((&checked["status"], &checked["can_redeem"]), (&json!(1), &json!(1)), "{checked}");
        assert_eq!((&checked["package_name"], &checked["member_id"]), (&json!("1 Month"), &json!(seller.user)));
        let verb = async |work: &mut Work| host_engine::line::redeem(work, code).await;
        tenant.panel.engine().act(tenant.system(), "test", verb).await.unwrap();
        let checked = admin.ok("check_active_code", &form).await;
        assert_eq!((&checked["status"], &checked["can_redeem"]), (&json!(2), &json!(0)), "{checked}");
        assert_eq!(other.admin().refused("check_active_code", &form).await, "FAILURE", "another tenant's is none");
        for guess in 0..5 {
            let guess = format!("GUESSED-{guess}");
            assert_eq!(admin.refused("check_active_code", &[("code", &guess)]).await, "FAILURE");
        }
        let (status, answer) = admin.answer("check_active_code", &form, &[]).await;
        assert_eq!((status, &answer["status"]), (429, &json!("STATUS_FAILURE")), "whatever is tried: {answer}");
    });
}

#[test]
fn what_a_code_cost_is_given_back_as_the_settings_say_and_whoever_deletes_it_wants() {
    run(async {
        let (tenant, seller) = shop().await;
        let admin = tenant.admin();
        let batch = bought(&tenant, &seller, "3").await;
        let ids: Vec<_> = seller.ok("get_activecodes", &[]).await.as_array().unwrap().iter().map(id_of).collect();
        let delete = async |who: &Visitor, id: u32, more: &[(&str, &str)]| {
            let id = id.to_string();
            who.post("delete_activecode", &[&[("id", id.as_str())], more].concat()).await["status"].clone()
        };
        assert_eq!((ids.len(), id_of(&batch)), (3, ids[2]));
        assert_eq!(balance(&seller).await, 85.0);
        assert_eq!(delete(&seller, ids[0], &[("refund", "0")]).await, "STATUS_SUCCESS");
        assert_eq!(balance(&seller).await, 85.0, "it was not wanted");
        assert_eq!(delete(&seller, ids[1], &[("refund", "1")]).await, "STATUS_SUCCESS");
        assert_eq!(balance(&seller).await, 90.0, "one of the batch, at its price");
        admin.ok("edit_settings", &[("refunds", "never")]).await;
        assert_eq!(delete(&admin, ids[2], &[("refund", "1")]).await, "STATUS_NO_PERMISSIONS");
        assert_eq!(admin.post("get_activecodes", &[]).await["recordsTotal"], 1, "it is still there");
        assert_eq!(delete(&admin, ids[2], &[]).await, "STATUS_SUCCESS");
        assert_eq!(balance(&seller).await, 90.0);
        assert_eq!(admin.post("get_active_codes_batches", &[]).await["recordsTotal"], 0, "a batch is its codes");
    });
}
