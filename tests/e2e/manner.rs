//! In which manner a panel surface is asked for an action, and what of its answer says how it went: for the tests that are
//! made from the descriptions of all surfaces.

use crate::panel::TestTenant;
use crate::visitor::Visitor;
use host_core::action::{Action, Selector, Surface};
use serde_json::{Value, json};

/// Someone with a key at a panel surface.
pub fn at(tenant: &TestTenant, surface: &Surface, key: &str) -> Visitor {
    let path = &surface.mounts[0].path;
    let code = tenant.made[format!("{}_access_code", surface.name)].as_str();
    assert!(!path.contains("{code}") || code.is_some(), "{}: say here which access code opens it", surface.name);
    let url = format!("{}{}", tenant.panel.url, path.replace("{code}", code.unwrap_or_default()));
    tenant.admin().at(&url).with_key(key)
}

/// How the action is named in the first parameter of the surface's selector, and what the others hold.
pub fn named<'a>(surface: &'a Surface, action: &'a Action) -> (&'a str, Vec<(&'a str, &'a str)>) {
    let Some(Selector::Parameters { names }) = surface.selector.as_ref().filter(|selector| selector.names().len() > 1)
    else {
        return (&action.name, Vec::new());
    };
    let dots = names.len() - 1;
    let name = action.aliases.iter().find(|name| name.matches('.').count() == dots);
    let mut words = name.unwrap_or_else(|| panic!("{} has no name of {} words", action.name, names.len())).split('.');
    (words.next().unwrap_or_default(), names.iter().skip(1).map(String::as_str).zip(words).collect())
}

/// Asks for the action; status and body.
pub async fn asked(visitor: &Visitor, surface: &Surface, action: &Action, form: &[(String, String)]) -> (u16, Value) {
    let (name, mut all) = named(surface, action);
    all.extend(form.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    visitor.answer(name, &all, &[]).await
}

/// Whether the answer is a success.
pub fn is_ok(answer: &Value) -> bool {
    match answer["status"].as_str() {
        Some(status) => status == "STATUS_SUCCESS",
        None => answer["result"] != false,
    }
}

/// Whether its caller is told that they may not.
pub fn is_not_permitted(answer: &Value) -> bool {
    answer["status"] == "STATUS_NO_PERMISSIONS" || answer["error"] == "NOT PERMITTED"
}

/// Whether its caller is told that their key is none, and nothing else.
pub fn is_without_key(answer: &Value) -> bool {
    let said = |text: &str| *answer == json!({ "result": false, "0": text, "error": text });
    let no_key = answer["status"] == "STATUS_FAILURE" && answer["error"] == "Invalid API key.";
    (no_key && answer["data"] == json!([])) || said("KEY WRONG") || said("IP FORBIDDEN")
}

/// What the action answered, without what its surface wraps around it.
pub fn data(surface: &Surface, answer: &Value) -> Value {
    if surface.envelope.success.has(host_core::action::Slot::Total) {
        return answer["data"].clone();
    }
    let Some(members) = answer.as_object() else { return answer.clone() };
    let mut members = members.clone();
    members.remove("result");
    match members.keys().collect::<Vec<_>>().as_slice() {
        [one] if members[*one].is_object() => members[*one].clone(),
        _ => Value::Object(members),
    }
}
