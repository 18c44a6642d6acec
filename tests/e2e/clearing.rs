//! An edit changes the fields that were sent, also to nothing: a text or list that is sent empty
//! is empty afterwards, at every door that shows it.

use crate::panel::{TestPanel, TestTenant, login, run};
use crate::visitor::Visitor;
use host_core::action::{ActionKind, Form};
use serde_json::{Value, json};

async fn panel() -> (TestTenant, Visitor) {
    let tenant = TestPanel::shared().tenant(1).await;
    let admin = tenant.admin();
    (tenant, admin)
}

/// Sets fields, reads them back, clears them, and reads that they are empty and that nothing else
/// has changed. Each field is sent as its first name and shown as its second.
async fn set_and_clear(visitor: &Visitor, kind: &str, id: &str, table: &[(&str, &str, &str, Value)]) {
    let (get, edit) = (format!("get_{kind}"), format!("edit_{kind}"));
    let own: Vec<_> = if id.is_empty() { Vec::new() } else { vec![("id", id)] };
    let original = visitor.ok(&get, &own).await;
    for (sent, shown, value, held) in table {
        visitor.ok(&edit, &[&own[..], &[(sent, value)]].concat()).await;
        let set = visitor.ok(&get, &own).await;
        assert_eq!(&set[shown], held, "{edit} {sent}");
        // What is not sent stays.
        visitor.ok(&edit, &own).await;
        assert_eq!(visitor.ok(&get, &own).await, set, "{edit} without {sent}");
        let cleared = visitor.ok(&edit, &[&own[..], &[(sent, "")]].concat()).await;
        let nothing = if held.is_array() { json!([]) } else { json!("") };
        assert_eq!(cleared[shown], nothing, "{edit} {sent}=");
        let mut wanted = set;
        wanted[shown] = nothing;
        assert_eq!(visitor.ok(&get, &own).await, wanted, "{edit} {sent}= changes only {shown}");
    }
    assert!(original.is_object());
}

#[test]
fn texts_and_lists_of_a_line_can_be_cleared_by_an_admin() {
    run(async {
        let (tenant, admin) = panel().await;
        let line = tenant.line(json!({})).await;
        let bouquet = tenant.bouquet;
        let table = [
            ("reseller_notes", "reseller_notes", "paid", json!("paid")),
            ("admin_notes", "admin_notes", "VIP", json!("VIP")),
            ("forced_country", "forced_country", "at", json!("AT")),
            ("allowed_ips[]", "allowed_ips", "10.0.0.0/8", json!(["10.0.0.0/8"])),
            ("allowed_ips", "allowed_ips", "10.0.0.1", json!(["10.0.0.1"])),
            ("allowed_ua[]", "allowed_ua", "SomeBox", json!(["SomeBox"])),
            ("allowed_outputs[]", "allowed_outputs", "ts", json!(["ts"])),
            ("bouquets_selected[]", "bouquets", &*bouquet.to_string(), json!([bouquet])),
        ];
        set_and_clear(&admin, "line", &line["id"].to_string(), &table).await;
    });
}

#[test]
fn a_reseller_clears_notes_and_addresses_and_the_line_can_be_used_again() {
    run(async {
        let (tenant, _) = panel().await;
        let seller = tenant.reseller("seller", "50").await;
        let line = tenant.sold_line(&seller, json!({})).await;
        let id = line["id"].to_string();
        let bouquet = tenant.bouquet;
        let table = [
            ("reseller_notes", "reseller_notes", "paid", json!("paid")),
            ("allowed_ips[]", "allowed_ips", "10.0.0.0/8", json!(["10.0.0.0/8"])),
            ("bouquets_selected[]", "bouquets", &*bouquet.to_string(), json!([bouquet])),
        ];
        set_and_clear(&seller, "line", &id, &table).await;
        let account =
            async || tenant.json(&format!("/player_api.php?{}", login(&line))).await["user_info"]["auth"].clone();
        seller.ok("edit_line", &[("id", &id), ("allowed_ips[]", "10.0.0.0/8")]).await;
        assert_eq!(account().await, 0, "not from here");
        seller.ok("edit_line", &[("id", &id), ("allowed_ips[]", "")]).await;
        assert_eq!(account().await, 1, "from anywhere");
    });
}

#[test]
fn an_empty_user_name_or_password_keeps_the_one_there_is() {
    run(async {
        let (tenant, admin) = panel().await;
        let seller = tenant.reseller("seller", "50").await;
        let id = tenant.sold_line(&seller, json!({})).await["id"].to_string();
        let before = admin.ok("get_line", &[("id", &id)]).await;
        for visitor in [&admin, &seller] {
            visitor.ok("edit_line", &[("id", &id), ("username", ""), ("password", "")]).await;
            assert_eq!(admin.ok("get_line", &[("id", &id)]).await, before);
        }
    });
}

#[test]
fn a_cleared_welcome_message_is_the_panels_own_again() {
    run(async {
        let (tenant, admin) = panel().await;
        let line = tenant.line(json!({})).await;
        let message =
            async || tenant.json(&format!("/player_api.php?{}", login(&line))).await["user_info"]["message"].clone();
        let own = message().await;
        admin.ok("edit_settings", &[("welcome_message", "Hello there")]).await;
        assert_eq!(message().await, "Hello there");
        set_and_clear(&admin, "settings", "", &[("welcome_message", "welcome_message", "Hi", json!("Hi"))]).await;
        assert_eq!(message().await, own);
    });
}

#[test]
fn texts_and_lists_of_a_stream_can_be_cleared_and_players_see_it() {
    run(async {
        let (tenant, admin) = panel().await;
        let line = tenant.line(json!({})).await;
        let category = tenant.record("category", json!({ "kind": "live", "name": "Other" })).await;
        let table = [
            ("channel_id", "channel_id", "news.campus", json!("news.campus")),
            ("stream_icon", "stream_icon", "http://img.test/1.png", json!("http://img.test/1.png")),
            ("notes", "notes", "watch this", json!("watch this")),
            ("custom_sid", "custom_sid", ":0:1", json!(":0:1")),
            ("target_container", "target_container", "ts", json!("ts")),
            ("stream_source[]", "stream_source", "test:9", json!(["test:9"])),
            ("category_id[]", "category_id", &*category.to_string(), json!([category])),
        ];
        set_and_clear(&admin, "stream", &tenant.streams[0].to_string(), &table).await;
        let list = tenant.json(&format!("/player_api.php?{}&action=get_live_streams", login(&line))).await;
        assert_eq!((&list[0]["epg_channel_id"], &list[0]["stream_icon"]), (&json!(""), &json!("")));
    });
}

#[test]
fn texts_and_lists_of_groups_and_packages_can_be_cleared() {
    run(async {
        let (tenant, admin) = panel().await;
        let group = tenant.record("group", json!({ "name": "Second" })).await;
        let (package, bouquet) = (tenant.package, tenant.bouquet);
        let addon = tenant.record("package", json!({ "name": "Add-on", "addon": true })).await;
        let table = [
            ("permissions_selected[]", "allowed_pages", "lines", json!(["lines"])),
            ("subresellers[]", "subresellers", &*group.to_string(), json!([group])),
            ("packages_selected[]", "packages", &*package.to_string(), json!([package])),
            ("notice_html", "notice_html", "Hello", json!("Hello")),
        ];
        set_and_clear(&admin, "group", &group.to_string(), &table).await;
        let table = [
            ("groups[]", "groups", &*group.to_string(), json!([group])),
            ("bouquets_selected[]", "bouquets", &*bouquet.to_string(), json!([bouquet])),
            ("output_formats[]", "output_formats", "ts", json!(["ts"])),
            ("forced_country", "forced_country", "AT", json!("AT")),
            ("addon_packages[]", "addon_packages", &*addon.to_string(), json!([addon])),
        ];
        set_and_clear(&admin, "package", &package.to_string(), &table).await;
    });
}

/// Texts of edits that are never empty: there is no line without user name, no box without address, and no zone called "".
const NEVER_EMPTY: &[&str] = &[
    "username",
    "password",
    "mac",
    "code",
    "type",
    "ip",
    "name",
    "epg_name",
    "epg_file",
    "title",
    "category_name",
    "package_name",
    "group_name",
    "bouquet_name",
    "stream_display_name",
    "profile_name",
    "server_name",
    // As the machine and the configuration have them.
    "server_ip",
    "private_ip",
    "http_broadcast_ports",
    "https_broadcast_ports",
    "timezone",
];

#[test]
fn every_optional_text_and_list_of_an_edit_says_that_it_can_be_cleared() {
    run(async {
        let (tenant, _) = panel().await;
        let snapshot = tenant.panel.panel.runtime.snapshot(tenant.id);
        let mut edits = 0;
        for route in snapshot.actions() {
            let action = &route.action;
            if action.kind != ActionKind::Write || !action.name.starts_with("edit_") {
                continue;
            }
            edits += 1;
            for (name, parameter) in &action.parameters {
                // A choice is cleared where the panel has another word on it.
                if !parameter.one_of.is_empty() {
                    continue;
                }
                let open = matches!(parameter.form, Form::Text | Form::List);
                let optional = !parameter.required && parameter.default.is_none() && parameter.role.is_none();
                let clears = open && optional && !NEVER_EMPTY.contains(&name.as_str());
                assert_eq!(parameter.clears, clears, "{}: {name}", action.name);
            }
        }
        assert!(edits >= 6, "{edits}");
    });
}
