//! The call as one JSON text, written straight down: one string crosses to the guest, and no tree is built.

use crate::body::build::BodyBuild;
use crate::body::key::role;
use crate::call::Call;
use crate::route::Route;
use host_core::action::Dependency;
use host_core::time::Unix;
use serde_json::{Map, Value};
use std::fmt::Write;

/// The call document of `wit/plugin/plugin.wit`. In a build it holds only what the cache rule names; the rest is
/// there and empty.
pub(crate) fn write(call: &Call, route: &Route, now: Unix, build: Option<&BodyBuild>) -> String {
    let (caller, request) = (&call.caller, &call.request);
    let shown = build.is_none();
    let host = build.is_none_or(|build| build.depends(Dependency::Host));
    let mut text = String::with_capacity(512);
    text.push_str("{\"surface\":");
    quote(&mut text, &route.action.surface);
    text.push_str(",\"action\":");
    quote(&mut text, &route.action.name);
    if let Some(name) = call.asked_name.as_deref().filter(|_| shown) {
        text.push_str(",\"asked\":");
        quote(&mut text, name);
    }
    if route.action.does.is_some() {
        let (id, fields) = route.action.asked(&call.parameters);
        let _ = write!(text, ",\"does\":{{\"id\":{id},\"fields\":");
        object(&mut text, &fields);
        text.push_str("},\"parameters\":{}");
    } else {
        text.push_str(",\"parameters\":");
        object(&mut text, &call.parameters);
    }
    // A cached body is kept under its settings, so that a build may see them.
    if let Some(settings) = route.settings.text() {
        text.push_str(",\"settings\":");
        text.push_str(settings);
    }
    text.push_str(",\"caller\":{\"role\":\"");
    text.push_str(role(caller.role()));
    text.push_str("\",\"user\":");
    number(&mut text, caller.user().filter(|_| shown).map(|id| id.0));
    text.push_str(",\"line\":");
    number(&mut text, caller.line().filter(|_| shown).map(|id| id.0));
    text.push_str("},\"request\":{\"id\":");
    quote(&mut text, if shown { &caller.request } else { "" });
    text.push_str(",\"scheme\":");
    quote(&mut text, if host { &request.scheme } else { "" });
    text.push_str(",\"host\":");
    quote(&mut text, if host { &request.host } else { "" });
    // Writing to a string cannot fail.
    let _ = write!(text, ",\"port\":{},\"address\":\"", if host { request.port } else { 0 });
    if shown {
        let _ = write!(text, "{}", request.address);
    }
    text.push_str("\",\"agent\":");
    quote(&mut text, if shown { &request.agent } else { "" });
    let _ = write!(text, ",\"now\":{}}},\"dry_run\":{}}}", now.0, call.dry_run);
    text
}

fn object(text: &mut String, fields: &Map<String, Value>) {
    match serde_json::to_string(fields) {
        Ok(fields) => text.push_str(&fields),
        Err(_) => text.push_str("{}"),
    }
}

fn number(text: &mut String, number: Option<u32>) {
    match number {
        Some(number) => {
            let _ = write!(text, "{number}");
        }
        None => text.push_str("null"),
    }
}

/// A JSON string. Most need no escape and are copied.
fn quote(text: &mut String, value: &str) {
    if value.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        text.push('"');
        text.push_str(value);
        text.push('"');
    } else {
        text.push_str(&serde_json::Value::from(value).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting_is_json() {
        for value in ["", "plain é", "a\"b\\c\nd\u{1}"] {
            let mut text = String::new();
            quote(&mut text, value);
            assert_eq!(serde_json::from_str::<String>(&text).unwrap(), value);
        }
    }
}
