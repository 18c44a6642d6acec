//! Boxes and activation codes: what lines of these types are known by, and what becomes of them.

use crate::panel::{Panel, code, map};
use host_core::caller::{Caller, Identity};
use host_core::{LineId, PackageId};
use host_engine::{Work, line, record};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

async fn sell(panel: &Panel, options: Value) -> host_engine::Result<Value> {
    let (package, options) = (PackageId(panel.package), map(options));
    let verb = async |work: &mut Work| line::sell(work, package, false, &options).await;
    panel.engine.act(panel.reseller.clone(), "sell", verb).await
}

async fn edit(panel: &Panel, id: LineId, options: Value) -> host_engine::Result<Value> {
    let options = map(options);
    let verb = async |work: &mut Work| line::edit(work, id, &options).await;
    panel.engine.act(panel.reseller.clone(), "edit", verb).await
}

async fn convert(panel: &Panel, id: LineId, options: Value) -> host_engine::Result<Value> {
    let options = map(options);
    let verb = async |work: &mut Work| line::convert(work, id, &options).await;
    panel.engine.act(panel.reseller.clone(), "convert", verb).await
}

async fn redeem(panel: &Panel, code: &str) -> host_engine::Result<Value> {
    let stranger = Caller { identity: Identity::Stranger, ..panel.reseller.clone() };
    let verb = async |work: &mut Work| line::redeem(work, code).await;
    panel.engine.act(stranger, "redeem", verb).await
}

async fn listed(panel: &Panel, query: Value) -> Vec<Value> {
    let verb = async |work: &mut Work| Ok(serde_json::to_value(line::list(work, &map(query.clone())).await?).unwrap());
    let page = panel.engine.act(panel.reseller.clone(), "list", verb).await.unwrap();
    page["rows"].as_array().unwrap().clone()
}

fn id(view: &Value) -> LineId {
    LineId(u32::try_from(view["id"].as_u64().unwrap()).unwrap())
}

fn mag(mac: &str) -> Value {
    json!({ "delivery": "mag", "mac": mac })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_has_an_address_that_no_other_has() {
    let panel = Panel::new().await;
    let first = sell(&panel, mag("00-1a-79-00-00-01")).await.unwrap();
    assert_eq!(
        (&first["mac"], &first["delivery"], &first["lock_device"]),
        (&json!("00:1A:79:00:00:01"), &json!("mag"), &json!(false))
    );
    assert_eq!(code(sell(&panel, mag("001A79000001")).await), "mac_taken");
    let enigma = json!({ "delivery": "enigma", "mac": "00:1A:79:00:00:01" });
    assert_eq!(code(sell(&panel, enigma).await), "mac_taken", "whatever the box is");
    for wrong in ["", "00:1A:79", "00:1A:79:00:00:0G", "FF:FF:FF:FF:FF:FF"] {
        assert_eq!(code(sell(&panel, mag(wrong)).await), "invalid_mac", "{wrong}");
    }
    assert_eq!(code(sell(&panel, json!({ "delivery": "mag" })).await), "invalid_mac");
    assert_eq!(code(sell(&panel, json!({ "mac": "00:1A:79:00:00:02" })).await), "invalid_mac", "a line has none");
    assert_eq!(panel.balance(panel.reseller_id()).await, "90.00", "what was refused costs nothing");
    let second = sell(&panel, mag("00:1A:79:00:00:02")).await.unwrap();
    assert_eq!(code(edit(&panel, id(&second), json!({ "mac": "00:1A:79:00:00:01" })).await), "mac_taken");
    assert_eq!(code(edit(&panel, id(&second), json!({ "mac": null })).await), "invalid_mac");
    edit(&panel, id(&first), json!({ "mac": "00:1A:79:00:00:03", "lock_device": true })).await.unwrap();
    edit(&panel, id(&second), json!({ "mac": "00:1A:79:00:00:01" })).await.unwrap();
    let found = listed(&panel, json!({ "delivery": "mag", "search": "79:00:00:03" })).await;
    assert_eq!(found.iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&first["id"]]);
    assert!(found[0]["lock_device"] == true);
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_a_type_finds_no_line_of_another() {
    let panel = Panel::new().await;
    let (plain, boxed) =
        (id(&sell(&panel, json!({})).await.unwrap()), id(&sell(&panel, mag("00:1A:79:00:00:01")).await.unwrap()));
    let of = async |word: &str, id: LineId| {
        let verb = async |work: &mut Work| line::of_type(work, word, id.0).await;
        panel.engine.act(panel.reseller.clone(), "get", verb).await
    };
    assert_eq!(of("mag", boxed).await.unwrap(), boxed);
    assert_eq!(of("line", boxed).await.unwrap(), boxed, "each is a line");
    for (word, id) in [("mag", plain), ("enigma", boxed), ("code", plain), ("mag", LineId(4_711))] {
        assert_eq!(code(of(word, id).await), "not_found", "{word} {id}");
    }
    assert_eq!(code(of("box", plain).await), "invalid_input");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_box_becomes_a_line_that_signs_in_and_back() {
    let panel = Panel::new().await;
    let boxed = sell(&panel, mag("00:1A:79:00:00:01")).await.unwrap();
    let line = convert(&panel, id(&boxed), json!({})).await.unwrap();
    assert_eq!((&line["id"], &line["expiry"], &line["bouquets"]), (&boxed["id"], &boxed["expiry"], &boxed["bouquets"]));
    assert_eq!((&line["delivery"], &line["mac"]), (&json!("line"), &json!(null)));
    assert_ne!((&line["username"], &line["password"]), (&boxed["username"], &boxed["password"]));
    let signed = panel.sign_in(line["username"].as_str().unwrap(), line["password"].as_str().unwrap()).await;
    assert_eq!(signed.unwrap().line.id, id(&boxed));
    sell(&panel, mag("00:1A:79:00:00:01")).await.unwrap();
    let back = |mac: &str| json!({ "to": "enigma", "mac": mac });
    assert_eq!(code(convert(&panel, id(&line), back("00:1A:79:00:00:01")).await), "mac_taken");
    let again = convert(&panel, id(&line), back("00:1A:79:00:00:02")).await.unwrap();
    assert_eq!((&again["delivery"], &again["mac"]), (&json!("enigma"), &json!("00:1A:79:00:00:02")));
    assert_eq!(code(convert(&panel, id(&line), back("00:1A:79:00:00:03")).await), "invalid_type", "it is one already");
    let code_line = sell(&panel, json!({ "delivery": "code" })).await.unwrap();
    assert_eq!(code(convert(&panel, id(&code_line), json!({})).await), "invalid_type");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_term_of_a_code_begins_when_it_is_redeemed() {
    let panel = Panel::new().await;
    let sold = sell(&panel, json!({ "delivery": "code", "code": "summer-2027" })).await.unwrap();
    assert_eq!(
        (&sold["code"], &sold["status"], &sold["expiry"]),
        (&json!("SUMMER-2027"), &json!("stock"), &json!(null))
    );
    assert_eq!(panel.balance(panel.reseller_id()).await, "90.00", "it is paid for when it is sold");
    let (name, word) = (sold["username"].as_str().unwrap().to_owned(), sold["password"].as_str().unwrap().to_owned());
    let line = panel.sign_in(&name, &word).await.unwrap().line;
    assert_eq!(line.status(panel.engine.clock().now()), host_core::line::LineStatus::Stock, "nothing plays before");
    panel.clock.pass(100 * DAY);
    edit(&panel, id(&sold), json!({ "extend": panel.package })).await.unwrap();
    let now = panel.engine.clock().now().0;
    let given = redeem(&panel, " Summer-2027").await.unwrap();
    assert_eq!((&given["username"], &given["password"]), (&json!(name), &json!(word)));
    let days = (given["expiry"].as_i64().unwrap() - now) / DAY;
    assert!((58..=63).contains(&days), "two months from now: {days}");
    panel.clock.pass(DAY);
    assert_eq!(redeem(&panel, "SUMMER-2027").await.unwrap(), given, "told again, begun once");
    for wrong in ["SUMMER-2028", "", "x", "no such code at all, whatever it is called"] {
        assert_eq!(code(redeem(&panel, wrong).await), "not_found", "{wrong}");
    }
    edit(&panel, id(&sold), json!({ "enabled": false })).await.unwrap();
    assert_eq!(code(redeem(&panel, "SUMMER-2027").await), "disabled");
    panel.clock.pass(70 * DAY);
    edit(&panel, id(&sold), json!({ "enabled": true })).await.unwrap();
    assert_eq!(code(redeem(&panel, "SUMMER-2027").await), "expired");
    panel.verify().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_chosen_or_drawn_and_replaced_by_another() {
    let panel = Panel::new().await;
    let drawn = sell(&panel, json!({ "delivery": "code" })).await.unwrap();
    let old = drawn["code"].as_str().unwrap().to_owned();
    assert_eq!(old.len(), 12);
    let chosen = json!({ "delivery": "code", "code": old.to_lowercase() });
    assert_eq!(code(sell(&panel, chosen).await), "code_taken");
    for wrong in ["abcd", "with space", "\u{e4}\u{e4}\u{e4}\u{e4}\u{e4}"] {
        assert_eq!(code(sell(&panel, json!({ "delivery": "code", "code": wrong })).await), "invalid_code", "{wrong}");
    }
    assert_eq!(code(edit(&panel, id(&drawn), json!({ "mac": "00:1A:79:00:00:01" })).await), "invalid_mac");
    let replace = async |id: LineId| {
        let verb = async |work: &mut Work| line::new_code(work, id).await;
        panel.engine.act(panel.reseller.clone(), "reset", verb).await
    };
    let replaced = replace(id(&drawn)).await.unwrap();
    assert_eq!(replaced["old_code"], json!(old));
    assert_eq!(code(redeem(&panel, &old).await), "not_found");
    redeem(&panel, replaced["code"].as_str().unwrap()).await.unwrap();
    let plain = sell(&panel, json!({})).await.unwrap();
    assert_eq!(code(replace(id(&plain)).await), "not_found");
    let stock = listed(&panel, json!({ "delivery": "code", "filter": "stock" })).await;
    assert_eq!(stock.len(), 0);
    assert_eq!(listed(&panel, json!({ "delivery": "code", "filter": "active" })).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_sells_a_term_first_and_never_a_trial() {
    let panel = Panel::new().await;
    let line = sell(&panel, json!({})).await.unwrap();
    let longer = edit(&panel, id(&line), json!({ "extend": panel.package, "reseller_notes": "paid" })).await.unwrap();
    assert!(longer["expiry"].as_i64() > line["expiry"].as_i64() && longer["reseller_notes"] == "paid");
    assert_eq!(panel.balance(panel.reseller_id()).await, "80.00");
    let refused = edit(&panel, id(&line), json!({ "extend": panel.package, "extend_as_trial": true })).await;
    assert_eq!(refused.as_ref().unwrap_err().refusal().unwrap().field.as_deref(), Some("extend_as_trial"));
    assert_eq!(code(refused), "no_trials");
    let only_trials =
        async |work: &mut Work| record::edit(work, "package", panel.package, &map(json!({ "official": null }))).await;
    panel.engine.act(panel.admin.clone(), "edit", only_trials).await.unwrap();
    let refused = edit(&panel, id(&line), json!({ "extend": panel.package })).await;
    assert_eq!(refused.as_ref().unwrap_err().refusal().unwrap().field.as_deref(), Some("extend"));
    assert_eq!(code(refused), "no_trials");
    assert_eq!(code(edit(&panel, id(&line), json!({ "extend": 4_711 })).await), "invalid_package");
    assert_eq!(panel.balance(panel.reseller_id()).await, "80.00");
}
