//! Plugins: how they are doing, who answers an action, what a file says of itself.

use super::fields::{counted, items, moment, number, text};
use super::table;
use serde_json::Value;
use std::fmt::Write as _;

/// `linecard plugin list`.
pub(crate) fn list(value: &Value) -> String {
    let plugins = value.as_array().map_or(&[][..], Vec::as_slice);
    table::rows(
        ["plugin", "version", "origin", "state", "answered", "refused", "faults", "what to know"],
        plugins.iter().map(|plugin| {
            let calls = plugin.get("calls").unwrap_or(&Value::Null);
            [
                text(plugin, "name").to_owned(),
                text(plugin, "version").to_owned(),
                text(plugin, "source").to_owned(),
                state(plugin),
                number(calls, "answered").to_string(),
                number(calls, "refused").to_string(),
                number(calls, "faults").to_string(),
                to_know(plugin),
            ]
        }),
    )
}

/// The status in words; of an active plugin, a breaker that is not closed.
fn state(plugin: &Value) -> String {
    let breaker = plugin.get("breaker").map(|breaker| text(breaker, "state")).unwrap_or_default();
    match (text(plugin, "status"), breaker) {
        ("active", "" | "closed") => "active".into(),
        ("active", breaker) => format!("active, breaker {breaker}"),
        (status, _) => status.replace('_', " "),
    }
}

/// What keeps a plugin from answering.
fn to_know(plugin: &Value) -> String {
    match items(plugin, "missing") {
        [] => text(plugin, "reason").to_owned(),
        missing => format!("asks for:\n{}", lines(missing)),
    }
}

/// `linecard plugin explain`: the action as a page.
pub(crate) fn explain(value: &Value) -> String {
    let description = value.get("description").unwrap_or(&Value::Null);
    let origin = if value.get("shipped") == Some(&Value::Bool(true)) { "shipped" } else { "foreign" };
    let mut page = format!("{}: {}\n", text(value, "action"), text(description, "summary"));
    let by = format!("{} {} ({origin})", text(value, "plugin"), text(value, "version"));
    let _ = writeln!(page, "\nanswered by   {by}");
    if let Some(replaced) = value.get("replaces").and_then(Value::as_str) {
        let _ = writeln!(page, "in place of   {replaced}");
    }
    let _ = writeln!(page, "digest        {}", text(value, "digest"));
    let _ = writeln!(page, "kind          {} ({} budget)", text(description, "kind"), text(description, "budget"));
    for (label, field) in
        [("callers", "roles"), ("also named", "aliases"), ("also for", "also_for"), ("refuses", "refuses")]
    {
        let words = words(items(description, field));
        if !words.is_empty() {
            let _ = writeln!(page, "{label:<13} {words}");
        }
    }
    let granted = value.get("granted").map(granted).unwrap_or_default();
    let _ = writeln!(page, "may call      {granted}");
    if let Some(table) = parameters(description) {
        let _ = write!(page, "\nparameters\n{table}\n");
    }
    if let Some(table) = fields(description) {
        let _ = write!(page, "\nreply\n{table}\n");
    }
    page.truncate(page.trim_end().len());
    page
}

fn words(values: &[Value]) -> String {
    values.iter().map(table::cell).collect::<Vec<_>>().join(", ")
}

fn granted(grant: &Value) -> String {
    match items(grant, "functions") {
        [] => "nothing of the host".into(),
        functions => words(functions),
    }
}

fn parameters(description: &Value) -> Option<String> {
    let parameters = description.get("parameters")?.as_object().filter(|all| !all.is_empty())?;
    let rows = parameters.iter().map(|(name, parameter)| {
        let needed = if parameter.get("required") == Some(&Value::Bool(true)) { "needed" } else { "" };
        let form = match text(parameter, "of") {
            "" => text(parameter, "type").to_owned(),
            of => format!("{} of {of}", text(parameter, "type")),
        };
        [name.clone(), form, needed.into(), bounds(parameter), text(parameter, "summary").to_owned()]
    });
    Some(table::rows(["name", "type", "", "bounds", "what it is"], rows))
}

/// What values a parameter takes, in words.
fn bounds(parameter: &Value) -> String {
    let bound = |field: &str, word: &str| {
        let value = parameter.get(field).filter(|value| !value.is_null())?;
        Some(format!("{word} {}", table::cell(value)))
    };
    let choice = match items(parameter, "one_of") {
        [] => None,
        choices => Some(words(choices)),
    };
    let role = match text(parameter, "role") {
        "" => None,
        role => Some(format!("only {role}s")),
    };
    let all = [choice, bound("min", "from"), bound("max", "to"), bound("default", "otherwise"), role];
    all.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn fields(description: &Value) -> Option<String> {
    let reply = description.get("reply")?;
    let fields = reply.get("fields")?.as_object().filter(|all| !all.is_empty())?;
    let rows = fields.iter().map(|(name, field)| {
        let role = match text(field, "role") {
            "" => String::new(),
            role => format!("only {role}s"),
        };
        [name.clone(), text(field, "type").to_owned(), role]
    });
    Some(table::rows(["field", "type", "who sees it"], rows))
}

/// `linecard plugin inspect`.
pub(crate) fn inspect(value: &Value) -> String {
    let actions = items(value, "actions");
    let head = table::pairs([
        ("plugin", format!("{} {}", text(value, "name"), text(value, "version"))),
        ("digest", text(value, "digest").to_owned()),
        ("size", format!("{} bytes", number(value, "bytes"))),
        ("owns the surfaces", words(items(value, "surfaces"))),
        ("asks for", lines(items(value, "imports"))),
    ]);
    format!("{head}\n\nanswers {}\n{}", counted(actions.len() as u64, "action"), lines(actions))
}

fn lines(values: &[Value]) -> String {
    values.iter().map(table::cell).collect::<Vec<_>>().join("\n")
}

/// `linecard plugin logs`: a line for each, the oldest first.
pub(crate) fn logs(value: &Value) -> String {
    let lines = value.as_array().map_or(&[][..], Vec::as_slice);
    if lines.is_empty() {
        return "the plugin wrote nothing since it was loaded".into();
    }
    let line = |line: &Value| {
        let at = line.get("at").map(moment).unwrap_or_default();
        format!("{at} {:<5} {} {}", text(line, "level"), text(line, "request"), text(line, "message"))
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}
