//! Schemas of values: what may be sent for a parameter, what a field of a reply shows.

use crate::action::{DEFAULT_LIMIT, Field, Form, MAX_ITEMS, MAX_TEXT, Parameter, Written, most_rows};
use crate::caller::CallerRole;
use serde_json::{Map, Value, json};

/// Of an amount: at most four decimal places.
const DECIMAL: &str = r"^-?\d{1,14}(\.\d{1,4})?$";

/// A day, unix seconds as text, or never.
const DATE: &str = r"^(\d{4}-\d{2}-\d{2}|\d{1,12}|[Nn][Ee][Vv][Ee][Rr])$";
/// The last second of the year 9999.
const LAST_SECOND: i64 = 253_402_300_799;

/// What a parameter is sent as; `rows` is said of those that ask for a page of a list.
pub(super) fn of_parameter(name: &str, parameter: &Parameter, asks_for_page: bool) -> Value {
    let mut schema = match parameter.form {
        Form::List => list(parameter),
        Form::Object => of_members(parameter),
        form => scalar(form, parameter),
    };
    if let Some(default) = &parameter.default {
        schema.insert("default".into(), default.clone());
    }
    if asks_for_page {
        page(name, parameter, &mut schema);
    }
    if parameter.clears {
        schema.remove("minLength");
        if let Some(Value::Array(choices)) = schema.get_mut("enum") {
            choices.push("".into());
        }
    }
    if parameter.nullable {
        may_be_null(&mut schema);
    }
    let text = said_of(parameter);
    if !text.is_empty() {
        schema.insert("description".into(), text.into());
    }
    Value::Object(schema)
}

/// Never refused: what does not fit counts as not sent, and what is too much as the most.
fn page(name: &str, parameter: &Parameter, schema: &mut Map<String, Value>) {
    schema.remove("maximum");
    schema.insert("minimum".into(), 0.into());
    if name == "limit" {
        let most = most_rows(parameter);
        schema.entry("default").or_insert_with(|| DEFAULT_LIMIT.min(most).into());
    } else {
        schema.entry("default").or_insert_with(|| 0.into());
    }
}

/// The members of an object as its schema.
fn of_members(parameter: &Parameter) -> Map<String, Value> {
    let properties = parameter.members.iter().map(|(name, member)| (name.clone(), of_parameter(name, member, false)));
    let properties: Map<_, _> = properties.collect();
    let required: Vec<_> =
        parameter.members.iter().filter(|(_, member)| member.required).map(|(name, _)| name).collect();
    let mut schema = map(json!({ "type": "object", "properties": properties }));
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

fn list(parameter: &Parameter) -> Map<String, Value> {
    let of = parameter.of.unwrap_or(Form::Text);
    let mut items = match of {
        Form::Object => of_members(parameter),
        Form::Text => map(json!({ "type": "string", "maxLength": MAX_TEXT })),
        // `max` is how many there may be.
        of => between(of, parameter.min, None).unwrap_or_else(|| plain(of)),
    };
    if !parameter.one_of.is_empty() {
        items.insert("enum".into(), json!(parameter.one_of));
    }
    let most = parameter.max.unwrap_or(MAX_ITEMS as i64);
    let mut schema = map(json!({ "type": "array", "items": items, "maxItems": most }));
    if parameter.required && !parameter.clears {
        schema.insert("minItems".into(), 1.into());
    }
    schema
}

fn scalar(form: Form, parameter: &Parameter) -> Map<String, Value> {
    if form == Form::Text {
        return text(parameter);
    }
    if let Some(fixed) = parameter.fixed {
        return map(json!({ "type": "integer", "const": fixed }));
    }
    let most = parameter.max.filter(|_| !parameter.capped);
    between(form, parameter.min, most).unwrap_or_else(|| plain(form))
}

/// A value of a type that has no bounds of its own parameter.
fn plain(form: Form) -> Map<String, Value> {
    map(match form {
        Form::Flag => json!({ "type": "boolean" }),
        Form::Decimal => json!({ "type": "string", "pattern": DECIMAL }),
        Form::Date => json!({ "type": ["string", "integer"], "pattern": DATE, "minimum": 0, "maximum": LAST_SECOND }),
        Form::Network => json!({ "type": "string", "minLength": 2, "maxLength": 49 }),
        Form::Int | Form::Count | Form::Id => json!({ "type": "integer" }),
        Form::Text => json!({ "type": "string" }),
        Form::Document | Form::Object | Form::List => json!({ "type": "object" }),
    })
}

/// A whole number within its type and these bounds; none for what is no whole number.
fn between(form: Form, least: Option<i64>, most: Option<i64>) -> Option<Map<String, Value>> {
    let (own_least, own_most) = form.range()?.into_inner();
    let least = least.map_or(own_least, |least| least.max(own_least));
    let most = most.map_or(own_most, |most| most.min(own_most));
    Some(map(json!({ "type": "integer", "minimum": least, "maximum": most })))
}

fn text(parameter: &Parameter) -> Map<String, Value> {
    let most = parameter.max.unwrap_or(MAX_TEXT as i64);
    // An empty text counts as not sent.
    let least = parameter.min.unwrap_or(0).max(i64::from(parameter.required));
    let mut schema = map(json!({ "type": "string", "maxLength": most }));
    if least > 0 {
        schema.insert("minLength".into(), least.into());
    }
    if !parameter.one_of.is_empty() {
        schema.insert("enum".into(), json!(parameter.one_of));
    }
    schema
}

/// What is to be said of a parameter in words.
pub(super) fn said_of(parameter: &Parameter) -> String {
    let mut said: Vec<String> = Vec::new();
    said.extend(Some(parameter.summary.clone()).filter(|summary| !summary.is_empty()));
    match parameter.form {
        Form::Decimal => said.push("An amount with at most four decimal places.".into()),
        Form::Date => said.push("`YYYY-MM-DD`, unix seconds, or `never`.".into()),
        Form::Network => said.push("An address or a network: `192.0.2.7`, `192.0.2.0/24`.".into()),
        _ => {}
    }
    if parameter.form == Form::Decimal {
        let bound = |word: &str, bound: Option<i64>| bound.map(|bound| format!("{word} {bound}."));
        said.extend(bound("At least", parameter.min).into_iter().chain(bound("At most", parameter.max)));
    }
    if let Some(most) = parameter.max.filter(|_| parameter.capped) {
        said.push(format!("More than {most} counts as {most}."));
    }
    if parameter.lenient {
        said.push("What does not fit counts as not sent.".into());
    }
    match (parameter.clears, parameter.nullable) {
        (_, true) => said.push("Sent empty it is null.".into()),
        (true, false) => said.push("Sent empty it clears the field.".into()),
        (false, false) => {}
    }
    if parameter.flat {
        said.push("Its members may stand beside it too.".into());
    }
    if !parameter.aliases.is_empty() {
        said.push(format!("Also called {}.", quoted(&parameter.aliases)));
    }
    said.extend(parameter.role.map(|role| format!("Only for {}.", callers(role))));
    said.extend(parameter.code.as_ref().map(|code| format!("Refused as `{code}`.")));
    said.join(" ")
}

/// What a field of a reply shows. `is_held` says that the host writes the rows; else the guest did, which has more ways to
/// write a value.
pub(super) fn of_field(field: &Field, is_held: bool) -> Value {
    let mut schema = match (field.fixed, field.written) {
        (Some(fixed), _) => map(json!({ "type": "integer", "const": fixed })),
        (None, Some(Written::Date)) => map(json!({ "type": ["string", "null"], "format": "date" })),
        (None, Some(Written::Datetime)) => {
            map(json!({ "type": ["string", "null"], "pattern": r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$" }))
        }
        (None, Some(Written::Months | Written::Unit) | None) if is_held => held(field),
        (None, _) => free(field),
    };
    if field.nullable {
        may_be_null(&mut schema);
    }
    let mut said = Vec::from_iter(Some(field.summary.clone()).filter(|summary| !summary.is_empty()));
    if field.form == Form::Date {
        said.push("Unix seconds; null is never.".into());
    }
    said.extend(field.role.map(|role| format!("Only {} see it.", callers(role))));
    if !said.is_empty() {
        schema.insert("description".into(), said.join(" ").into());
    }
    if let Some(role) = field.role {
        schema.insert("x-role".into(), json!(role));
    }
    Value::Object(schema)
}

/// A row: its fields and no others.
pub(super) fn of_fields<'f>(fields: impl IntoIterator<Item = (&'f String, &'f Field)>, is_held: bool) -> Value {
    let properties = fields.into_iter().map(|(name, field)| (name.clone(), of_field(field, is_held)));
    json!({ "type": "object", "properties": properties.collect::<Map<_, _>>(), "additionalProperties": false })
}

/// As `host/core/src/action/row/cell.rs` writes it.
fn held(field: &Field) -> Map<String, Value> {
    map(match field.form {
        Form::Text | Form::Network => json!({ "type": "string" }),
        Form::Int | Form::Count | Form::Id => json!({ "type": "integer" }),
        // Words of its own may be other numbers.
        Form::Flag if !field.words.is_empty() => json!({ "type": "integer" }),
        Form::Flag => json!({ "type": "integer", "enum": [0, 1] }),
        Form::Decimal => json!({ "type": "number" }),
        Form::Date => json!({ "type": ["integer", "null"] }),
        Form::Document | Form::Object => within(field, json!({ "type": ["object", "null"] }), true),
        Form::List => within(field, json!({ "type": "array", "items": {} }), true),
    })
}

/// As guests write it: a flag as 0 and 1 or as JSON has it, an amount as a number or a text.
fn free(field: &Field) -> Map<String, Value> {
    map(match field.form {
        Form::Text | Form::Network => json!({ "type": ["string", "null"] }),
        Form::Int | Form::Count | Form::Id => json!({ "type": ["integer", "null"] }),
        Form::Flag => json!({ "type": ["integer", "boolean", "null"] }),
        Form::Decimal => json!({ "type": ["number", "string", "null"] }),
        Form::Date => json!({ "type": ["integer", "string", "null"] }),
        Form::Document | Form::Object => within(field, json!({ "type": ["object", "null"] }), false),
        Form::List => within(field, json!({ "type": ["array", "null"], "items": {} }), false),
    })
}

/// An object or list with what is known of its members.
fn within(field: &Field, mut schema: Value, is_held: bool) -> Value {
    if field.members.is_empty() {
        return schema;
    }
    let row = of_fields(&field.members, is_held);
    let Some(known) = schema.as_object_mut() else { return schema };
    match (field.form, row) {
        (Form::List, row) => drop(known.insert("items".into(), row)),
        (_, Value::Object(row)) => {
            known.extend(row.into_iter().filter(|(name, _)| name != "type"));
        }
        _ => {}
    }
    schema
}

/// Lets a schema be null as well.
pub(super) fn may_be_null(schema: &mut Map<String, Value>) {
    match schema.get_mut("type") {
        Some(Value::Array(types)) if !types.contains(&"null".into()) => types.push("null".into()),
        Some(Value::String(one)) => {
            let types = json!([one, "null"]);
            schema.insert("type".into(), types);
        }
        _ => {}
    }
    if let Some(Value::Array(choices)) = schema.get_mut("enum") {
        choices.push(Value::Null);
    }
}

/// Who sees or sends it.
pub(super) fn callers(role: CallerRole) -> &'static str {
    match role {
        CallerRole::Stranger => "everybody",
        CallerRole::Line => "lines",
        CallerRole::Reseller => "resellers and admins",
        CallerRole::Admin => "admins",
    }
}

/// `` `a`, `b` ``.
pub(super) fn quoted<'n>(names: impl IntoIterator<Item = &'n String>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The members of an object that was just written.
fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
