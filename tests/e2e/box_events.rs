//! Events for MAG boxes: queued by an admin, kept until the box asks, handed out and confirmed. The box is played by the
//! engine's verbs, which its portal will call.

use crate::panel::{TestTenant, id_of, run};
use crate::reseller::shop;
use crate::visitor::Visitor;
use host_core::caller::{Caller, Identity};
use host_core::{BoxEventId, LineId};
use host_engine::{Work, box_event};
use serde_json::{Value, json};

/// A box of the admin's, by its last byte.
async fn made(admin: &Visitor, byte: u8) -> u32 {
    let mac = format!("00:1A:79:00:00:{byte:02X}");
    id_of(&admin.ok("create_mag", &[("mac", &mac), ("exp_date", "2030-12-31")]).await)
}

async fn sent(admin: &Visitor, to: u32, form: &[(&str, &str)]) -> Value {
    let to = to.to_string();
    admin.ok("send_event", &[&[("id", to.as_str())], form].concat()).await
}

/// The box asks what there is for it, with what it shows already.
async fn asks(tenant: &TestTenant, line: u32, shown: Option<u32>) -> Value {
    let caller = Caller { identity: Identity::Line { id: LineId(line) }, ..tenant.system() };
    let verb = async |work: &mut Work| box_event::next(work, shown.map(BoxEventId)).await;
    tenant.panel.engine().act(caller, "get_events", verb).await.unwrap()
}

async fn confirms(tenant: &TestTenant, line: u32, event: u32) -> bool {
    let caller = Caller { identity: Identity::Line { id: LineId(line) }, ..tenant.system() };
    let verb = async |work: &mut Work| box_event::confirm(work, BoxEventId(event)).await;
    tenant.panel.engine().act(caller, "confirm_event", verb).await.is_ok()
}

/// The status of each event in the log, the newest first.
async fn statuses(admin: &Visitor) -> Vec<Value> {
    let rows = admin.ok("mag_events", &[]).await;
    rows.as_array().unwrap().iter().map(|row| row["status"].clone()).collect()
}

#[test]
fn an_event_waits_for_its_box_is_handed_out_and_confirmed() {
    run(async {
        let (tenant, _) = shop().await;
        let admin = tenant.admin();
        let (own, other) = (made(&admin, 1).await, made(&admin, 2).await);
        let text = sent(&admin, own, &[("type", "send_msg"), ("message", "Service work tonight.")]).await;
        for (field, value) in [
            ("mag_device_id", json!(own)),
            ("mac", json!("00:1A:79:00:00:01")),
            ("event", json!("send_msg")),
            ("msg", json!("Service work tonight.")),
            ("status", json!(0)),
            ("need_confirm", json!(1)),
            ("reboot_after_ok", json!(0)),
        ] {
            assert_eq!(text[field], value, "{field} of {text}");
        }
        let plays = sent(&admin, own, &[("type", "play_channel"), ("channel", "7")]).await;
        assert_eq!((&plays["msg"], &plays["need_confirm"]), (&json!("7"), &json!(0)), "{plays}");
        assert_eq!(asks(&tenant, other, None).await, Value::Null, "it is not for this box");
        assert!(!confirms(&tenant, own, id_of(&text)).await, "it was not handed out");
        let first = asks(&tenant, own, None).await;
        assert_eq!((&first["id"], &first["state"]), (&text["id"], &json!("sent")));
        assert_eq!(asks(&tenant, own, None).await["id"], text["id"], "it is not confirmed");
        // It is on the screen, so that the next one comes.
        let second = asks(&tenant, own, Some(id_of(&text))).await;
        assert_eq!((&second["id"], &second["state"]), (&plays["id"], &json!("done")), "{second}");
        assert_eq!(statuses(&admin).await, [json!(1), json!(0)]);
        assert!(!confirms(&tenant, other, id_of(&text)).await, "it is another box's");
        assert!(confirms(&tenant, own, id_of(&text)).await && confirms(&tenant, own, id_of(&text)).await);
        assert_eq!(statuses(&admin).await, [json!(1), json!(1)]);
        assert_eq!(asks(&tenant, own, None).await, Value::Null);
        let deeds = admin.ok("user_logs", &[("limit", "1")]).await;
        assert_eq!((&deeds[0]["action"], &deeds[0]["type"]), (&json!("send_event"), &json!("box_event")), "{deeds}");
    });
}

#[test]
fn the_log_of_events_is_paged_searched_cut_to_columns_and_to_days_and_no_other_tenants() {
    run(async {
        let ((tenant, _), (elsewhere, _)) = (shop().await, shop().await);
        let admin = tenant.admin();
        let (own, gone) = (made(&admin, 1).await, made(&admin, 2).await);
        for event in ["reboot", "reload_portal", "cut_off"] {
            sent(&admin, own, &[("type", event)]).await;
        }
        sent(&admin, gone, &[("type", "send_msg"), ("message", "Welcome home.")]).await;
        let page = admin.post("mag_events", &[("start", "1"), ("limit", "2"), ("show_columns", "event")]).await;
        assert_eq!(page["data"], json!([{ "event": "cut_off" }, { "event": "reload_portal" }]), "{page}");
        assert_eq!((&page["recordsTotal"], &page["recordsFiltered"]), (&json!(4), &json!(4)));
        let found = async |text: &str| admin.post("mag_events", &[("search[value]", text)]).await;
        assert_eq!(found("home").await["recordsFiltered"], 1);
        assert_eq!(found("00:1A:79:00:00:01").await["recordsFiltered"], 3, "by the name of its box");
        let days = async |from: &str, to: &str| {
            admin.post("mag_events", &[("date_from", from), ("date_to", to)]).await["recordsFiltered"].clone()
        };
        assert_eq!(days("2020-01-01", "2020-12-31").await, 0);
        assert_eq!(days("2020-01-01", "2099-12-31").await, 4);
        assert_eq!(admin.refused("mag_events", &[("date_from", "soon")]).await, "INVALID_DATE");
        admin.ok("delete_mag", &[("id", &gone.to_string())]).await;
        let kept = admin.ok("mag_events", &[("limit", "1")]).await;
        assert_eq!((&kept[0]["msg"], &kept[0]["mac"]), (&json!("Welcome home."), &json!("")), "the log keeps it");
        assert_eq!(elsewhere.admin().post("mag_events", &[]).await["recordsTotal"], 0);
    });
}

#[test]
fn what_no_box_can_be_told_is_refused() {
    run(async {
        let (tenant, seller) = shop().await;
        let (admin, line) = (tenant.admin(), tenant.sold_line(&seller, json!({})).await);
        let own = made(&admin, 1).await;
        let refused =
            async |id: &str, form: &[(&str, &str)]| admin.refused("send_event", &[&[("id", id)], form].concat()).await;
        let (own, line) = (own.to_string(), line["id"].to_string());
        assert_eq!(refused(&line, &[("type", "reboot")]).await, "FAILURE", "a line is no box");
        assert_eq!(refused("987654", &[("type", "reboot")]).await, "FAILURE");
        for form in [
            &[("type", "explode")][..],
            &[("type", "send_msg")],
            &[("type", "reboot"), ("message", "x")],
            &[("type", "play_channel")],
            &[("type", "reboot"), ("channel", "1")],
            &[("type", "reboot"), ("need_confirm", "1")],
        ] {
            assert_eq!(refused(&own, form).await, "INVALID_INPUT", "{form:?}");
        }
        for _ in 0..100 {
            admin.ok("send_event", &[("id", &own), ("type", "update_epg")]).await;
        }
        assert_eq!(refused(&own, &[("type", "update_epg")]).await, "FAILURE", "as many wait as may");
        assert_eq!(asks(&tenant, own.parse().unwrap(), None).await["event"], "update_epg");
        admin.ok("send_event", &[("id", &own), ("type", "reboot")]).await;
    });
}
