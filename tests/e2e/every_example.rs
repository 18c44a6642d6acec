//! Every example of the shipped descriptions is a call that works: on a tenant that has the things
//! it names it succeeds, and its answer has the shape that the description, and the document made of it, declare.

use crate::documents;
use crate::manner;
use crate::on_air;
use crate::one_of_each::{self, Things};
use crate::panel::{TestPanel, TestTenant, id_of, login, run};
use crate::panel_logs;
use crate::visitor::Visitor;
use host_core::action::{Action, Form, ReplyShape, Shape, Slot, Surface};
use host_core::caller::CallerRole;
use host_runtime::Told;
use reqwest::Url;
use reqwest::header::{CONTENT_TYPE, HOST};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Declared fields that an answer may leave out, with why.
const LEFT_OUT: &[(&str, &[&str])] = &[
    // Said only when it was generated.
    ("reseller/create_user", &["password"]),
    ("admin/create_user", &["password"]),
];

/// Actions that answer with a refusal, whatever is asked: they say why.
const REFUSED: &[&str] = &["admin/delete_server", "admin/get_fpm_status"];

/// A tenant with the things that examples name: package, bouquet, stream, category, series and group 1, and the reseller 2
/// with a sub-reseller 3; of what else there is, one of each.
async fn furnished() -> (TestTenant, Visitor, Value, Things) {
    let tenant = TestPanel::shared().tenant(1).await;
    let seller = tenant.reseller("seller", "100").await;
    let sub = seller.ok("create_user", &[("username", "below")]).await;
    let line = tenant.sold_line(&seller, json!({ "username": "guest", "password": "word-of-guest" })).await;
    tenant.sold_line(&seller, json!({ "delivery": "mag", "mac": "00:1A:79:79:79:78" })).await;
    let mut things = one_of_each::records(&tenant, "Thing").await;
    // Only one that is on is asked for its list.
    let provider = things["provider"].to_string();
    tenant.admin().ok("edit_provider", &[("id", &provider), ("enabled", "1")]).await;
    assert_eq!((seller.user, id_of(&sub)), (2, 3));
    assert_eq!((tenant.package, tenant.bouquet, tenant.streams[0]), (1, 1, 1));
    things.extend(one_of_each::sold(&tenant, &seller).await);
    (tenant, seller, line, things)
}

fn at(action: &Action) -> String {
    format!("{}/{}", action.surface, action.name)
}

/// Checks a value against the type of its field; null is unknown or never.
fn fits(form: Form, value: &Value) -> bool {
    match form {
        Form::Text | Form::Network | Form::Date => value.is_string() || value.is_null(),
        Form::Int | Form::Count | Form::Id => value.is_i64() || value.is_u64() || value.is_null(),
        Form::Flag => value == 0 || value == 1,
        Form::Decimal => value.is_number() || value.is_null(),
        Form::Document | Form::Object => value.is_object(),
        Form::List => value.is_array(),
    }
}

fn check_row(action: &Action, reply: &ReplyShape, row: &Value) {
    let row = row.as_object().unwrap_or_else(|| panic!("{}: no object: {row}", at(action)));
    for (name, value) in row {
        let field = reply.fields.get(name).unwrap_or_else(|| panic!("{}: {name} is not declared", at(action)));
        assert!(fits(field.form, value), "{}: {name} is no {:?}: {value}", at(action), field.form);
    }
    let missing: BTreeSet<&str> =
        reply.fields.keys().map(String::as_str).filter(|name| !row.contains_key(*name)).collect();
    let left_out = LEFT_OUT.iter().find(|(name, _)| *name == at(action)).map_or(&[][..], |(_, fields)| fields);
    assert_eq!(missing, left_out.iter().copied().collect(), "{}: declared, and not in the answer", at(action));
}

/// Checks data that an envelope held.
fn check(surface: &Surface, action: &Action, answer: &Value) {
    let data = &manner::data(surface, answer);
    let has_totals = surface.envelope.success.has(Slot::Total);
    match action.reply.shape {
        Shape::Object => check_row(action, &action.reply, data),
        Shape::List => {
            let rows = data.as_array().unwrap_or_else(|| panic!("{}: no list: {answer}", at(action)));
            assert!(!rows.is_empty(), "{}: nothing to look at", at(action));
            let totals = answer["recordsTotal"].is_u64() && answer["recordsFiltered"].is_u64();
            assert_eq!(totals, has_totals, "{}: {answer}", at(action));
            rows.iter().for_each(|row| check_row(action, &action.reply, row));
        }
        Shape::None if has_totals => assert_eq!(data, &json!([]), "{}", at(action)),
        Shape::None => assert_eq!(answer, &json!({ "result": true }), "{}", at(action)),
        // Scripts know what it looks like (`xtream`).
        Shape::Any | Shape::Raw if surface.name == "xtream" => {}
        // Rows of whatever columns were asked for.
        Shape::Any if action.name == "mysql_query" => assert!(data.is_array(), "{answer}"),
        Shape::Any | Shape::Raw => panic!("{}: say here what this surface answers with", at(action)),
    }
}

async fn called(surface: &Surface, action: &Action, form: Vec<(String, String)>) {
    let (tenant, seller, line, things) = furnished().await;
    let mut form = one_of_each::about(action, &things, form);
    let is_of_logs = action.does.as_ref().is_some_and(|verb| host_engine::log::WORDS.contains(&verb.kind()));
    let mut _watching = None;
    if is_of_logs || action.name == "kill_connection" {
        let (seat, number) = panel_logs::happened(&tenant, &line).await;
        _watching = Some(seat);
        form.iter_mut().filter(|(name, _)| name == "activity_id").for_each(|(_, value)| value.clone_from(&number));
    }
    let mut _made = None;
    if action.name == "kill_pid" {
        let (pid, watcher) = on_air::with_process(&tenant, &line).await;
        _made = Some(watcher);
        form.iter_mut().filter(|(name, _)| name == "pid").for_each(|(_, value)| value.clone_from(&pid));
    }
    if action.name == "check_active_code" {
        let codes = tenant.admin().ok("get_activecodes", &[]).await;
        form = vec![("code".to_owned(), codes[0]["code"].as_str().unwrap().to_owned())];
    }
    if surface.is_panel() && action.reply.shape == Shape::Raw {
        let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (status, body) = tenant.admin().file(&action.name, &form).await;
        assert_eq!((status, body.is_empty()), (200, false), "{} {form:?}: {body}", at(action));
        return;
    }
    let document = tenant.panel.panel.runtime.snapshot(tenant.id).document(&surface.name, Told::All).unwrap();
    if surface.is_panel() {
        let key = if action.roles[0] == CallerRole::Admin { tenant.admin().key } else { seller.key };
        let (status, answer) = manner::asked(&manner::at(&tenant, surface, &key), surface, action, &form).await;
        documents::check(&document, &action.name, status, "application/json", &answer.to_string());
        if REFUSED.contains(&&*at(action)) {
            assert!(!manner::is_ok(&answer), "{} {form:?}: {answer}", at(action));
            return;
        }
        assert!(manner::is_ok(&answer), "{} {form:?}: {answer}", at(action));
        return check(surface, action, &answer);
    }
    let plain = |path: &str| !path.contains('{');
    let mount = surface.mounts.iter().find(|mount| plain(&mount.path)).unwrap();
    let url = format!("{}{}?{}&action={}", tenant.panel.url, mount.path, login(&line), action.name);
    let answer = tenant
        .panel
        .http
        .get(Url::parse_with_params(&url, &form).unwrap())
        .header(HOST, &tenant.host)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200, "{} {form:?}", at(action));
    let content_type = answer.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    let text = answer.text().await.unwrap();
    documents::check(&document, &action.name, 200, &content_type, &text);
    match action.reply.shape {
        Shape::Raw => assert_eq!(Some(content_type.as_str()), action.reply.content_type.as_deref(), "{}", at(action)),
        Shape::Any => assert_eq!(content_type, "application/json", "{}", at(action)),
        shape => panic!("{}: say here how {shape:?} is checked", at(action)),
    }
    if content_type == "application/json" {
        let document: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}: {text}", at(action)));
        assert!(document["user_info"]["auth"] != 0, "{}: {text}", at(action));
    }
    assert!(!text.is_empty(), "{}", at(action));
}

#[test]
fn every_example_works_and_its_answer_has_the_declared_shape() {
    run(async {
        let (tenant, ..) = furnished().await;
        let snapshot = tenant.panel.panel.runtime.snapshot(tenant.id);
        let mut run = 0;
        for route in snapshot.actions() {
            let action = Action::clone(&route.action);
            let entry = snapshot.surfaces().iter().find(|entry| entry.surface.name == action.surface).unwrap();
            assert!(!action.examples.is_empty(), "{} has no example", at(&action));
            for example in &action.examples {
                for name in example.parameters.keys() {
                    let known = |(own, parameter): (&String, &host_core::action::Parameter)| {
                        own == name || parameter.aliases.contains(name)
                    };
                    assert!(action.parameters.iter().any(known), "{}: its example names {name}", at(&action));
                }
                let form: Vec<_> = example.parameters.clone().into_iter().collect();
                called(&entry.surface, &action, form).await;
                run += 1;
            }
        }
        assert!(run > 40, "{run}");
        assert!(LEFT_OUT.iter().all(|(name, _)| snapshot.actions().iter().any(|route| at(&route.action) == *name)));
    });
}
