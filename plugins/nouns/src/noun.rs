//! A noun: how a surface shows a kind and what may be sent for it, a row for each field.

use crate::table::{put, text};
use toml::{Table, Value};

/// A noun of the file.
pub(crate) struct Noun {
    /// Its name there.
    pub(crate) name: String,
    kind: String,
    rows: Vec<Row>,
}

/// One field.
struct Row {
    name: String,
    /// What replies show, unless it is hidden.
    column: Option<Table>,
    /// What may be sent.
    parameter: Table,
    /// Whether it names the row, in every verb that is about one.
    is_key: bool,
    /// Whether no two rows have the same value, so that a mass edit does not set it.
    is_alone: bool,
    /// The verbs in which it may be sent, each with what is otherwise there.
    on: Vec<(String, Table)>,
}

/// The verbs on a kind, and the shape of what each answers. A switch is an edit that says what it always sets.
const VERBS: [(&str, &str); 10] = [
    ("list", "list"),
    ("get", "object"),
    ("create", "object"),
    ("sell", "object"),
    ("edit", "object"),
    ("switch", "none"),
    ("convert", "object"),
    ("new_code", "object"),
    ("mass_edit", "object"),
    ("delete", "none"),
];
/// The verbs that are about one row.
const OF_ONE: [&str; 6] = ["get", "edit", "switch", "convert", "new_code", "delete"];
/// The verbs that answer with another kind than they are about.
const ANSWERS: [(&str, &str); 2] = [("convert", "line"), ("mass_edit", "job")];
/// The keys that only a column has.
const OF_COLUMN: [&str; 4] = ["and", "or", "nullable", "role"];
/// How a column writes a term, and a parameter reads one; other values of `as` are a column's.
const OF_TERMS: [&str; 2] = ["months", "unit"];
/// The keys that only a parameter has.
const OF_PARAMETER: [&str; 16] = [
    "sets", "not", "required", "clears", "of", "aliases", "one_of", "min", "max", "default", "lenient", "capped",
    "nothing", "listed", "code", "summary",
];
/// The keys of a parameter that say what it sets.
const OF_COMMON: [&str; 7] = ["sets", "nothing", "words", "listed", "as", "is", "not"];

/// Reads `[noun.line]`.
pub(crate) fn read((name, noun): (String, Value)) -> Result<Noun, String> {
    let at = |wrong: &str| format!("[noun.{name}]: {wrong}");
    let Value::Table(mut noun) = noun else { return Err(at("it is a table")) };
    let Some(Value::String(kind)) = noun.remove("kind") else { return Err(at("it names its `kind`")) };
    noun.remove("title");
    let Some(Value::Table(fields)) = noun.remove("fields") else { return Err(at("it has a table of `fields`")) };
    let row = |(field, row): (String, Value)| row_of(&field, row).map_err(|wrong| at(&format!("{field}: {wrong}")));
    let rows = fields.into_iter().map(row).collect::<Result<_, _>>()?;
    Ok(Noun { name, kind, rows })
}

fn row_of(name: &str, row: Value) -> Result<Row, String> {
    let Value::Table(mut row) = row else { return Err("a field is a table".into()) };
    let form = row.remove("type").ok_or("it has a `type`")?;
    let (mut column, mut parameter) = (Table::new(), Table::new());
    column.insert("type".into(), row.remove("shown").unwrap_or_else(|| form.clone()));
    parameter.insert("type".into(), form);
    if let Some(field) = row.remove("field") {
        column.insert("of".into(), field.clone());
        parameter.insert("sets".into(), field);
    }
    if let Some(Value::Table(words)) = row.remove("words") {
        let turned = words.iter().filter_map(|(own, shown)| Some((shown.as_str()?.to_owned(), own.clone().into())));
        parameter.insert("words".into(), Value::Table(turned.collect()));
        column.insert("words".into(), Value::Table(words));
    }
    for both in ["fixed", "is"] {
        if let Some(value) = row.remove(both) {
            column.insert(both.into(), value.clone());
            parameter.insert(both.into(), value);
        }
    }
    if let Some(written) = row.remove("as") {
        if written.as_str().is_some_and(|written| OF_TERMS.contains(&written)) {
            parameter.insert("as".into(), written.clone());
        }
        column.insert("as".into(), written);
    }
    let mut is = |key: &str| row.remove(key).is_some_and(|value| value.as_bool() == Some(true));
    let (is_key, is_hidden, is_alone) = (is("key"), is("hidden"), is("alone"));
    let on = verbs_of(&mut row)?;
    for (key, value) in row {
        match key.as_str() {
            of if OF_COLUMN.contains(&of) => drop(column.insert(key, value)),
            of if OF_PARAMETER.contains(&of) => drop(parameter.insert(key, value)),
            _ => return Err(format!("a field has no `{key}`")),
        }
    }
    Ok(Row { name: name.to_owned(), column: (!is_hidden).then_some(column), parameter, is_key, is_alone, on })
}

/// The verbs in which a field may be sent: those of `on`, and those that say something of their own.
fn verbs_of(row: &mut Table) -> Result<Vec<(String, Table)>, String> {
    let named = match row.remove("on") {
        None => Vec::new(),
        Some(Value::Array(verbs)) => verbs,
        Some(_) => return Err("`on` is a list of verbs".into()),
    };
    let mut verbs = Vec::new();
    for (verb, _) in VERBS {
        let own = match row.remove(verb) {
            None => None,
            Some(Value::Table(own)) => Some(own),
            Some(_) => return Err(format!("`{verb}` is a table: what is otherwise there")),
        };
        if own.is_some() || named.iter().any(|named| named.as_str() == Some(verb)) {
            verbs.push((verb.to_owned(), own.unwrap_or_default()));
        }
    }
    let unknown = named.iter().find(|named| VERBS.iter().all(|(verb, _)| named.as_str() != Some(verb)));
    unknown.map_or(Ok(verbs), |verb| Err(format!("`on` names {verb}, which is no verb")))
}

impl Noun {
    /// The columns that replies show.
    pub(crate) fn columns(&self) -> Table {
        let shown = self.rows.iter().filter_map(|row| Some((row.name.clone(), row.column.clone()?.into())));
        shown.collect()
    }

    /// Spells out an action on this noun: one that `does` a verb, or one of the author's own that `takes` what a
    /// verb takes.
    pub(crate) fn spell_out(&self, action: &mut Table) -> Result<(), String> {
        if let Some(verb) = text(action.remove("takes"), "takes")? {
            let mut parameters = self.parameters(known(&verb)?.0);
            for (_, parameter) in parameters.iter_mut() {
                let parameter = parameter.as_table_mut();
                parameter
                    .into_iter()
                    .for_each(|parameter| OF_COMMON.iter().for_each(|key| drop(parameter.remove(*key))));
            }
            put(action, parameters);
            return Ok(());
        }
        let verb = text(action.remove("does"), "does")?.ok_or("an action on a noun `does` or `takes` a verb")?;
        let (verb, shape) = known(&verb)?;
        if (verb == "switch") != action.contains_key("sets") && verb != "list" {
            return Err("a switch says what it `sets`, and nothing but a switch or a list does".into());
        }
        if let Some(sets) = action.remove("sets") {
            action.insert("always".into(), sets);
        }
        let does = if verb == "switch" { "edit" } else { verb };
        action.insert("does".into(), Table::from_iter([(does.to_owned(), self.kind.clone().into())]).into());
        let kind = if matches!(verb, "list" | "get") { "read" } else { "write" };
        action.entry("kind").or_insert_with(|| kind.into());
        put(action, self.parameters(verb));
        let reply = action.entry("reply").or_insert_with(|| Table::new().into());
        let reply = reply.as_table_mut().ok_or("`reply` is a table")?;
        // A switch that says what it answers with shows the row.
        let shape = if verb == "switch" && reply.contains_key("fields") { "object" } else { shape };
        reply.insert("shape".into(), shape.into());
        if shape != "none" {
            let of = ANSWERS.iter().find(|(known, _)| *known == verb).map_or(self.kind.as_str(), |(_, of)| of);
            reply.insert("of".into(), of.into());
            reply.entry("fields").or_insert_with(|| self.name.clone().into());
        }
        Ok(())
    }

    /// What may be sent in a verb.
    fn parameters(&self, verb: &str) -> Table {
        let mut parameters = Table::new();
        for row in &self.rows {
            let own = row.on.iter().find(|(on, _)| on == verb);
            // A mass edit takes what an edit takes.
            let as_one = || row.on.iter().find(|(on, _)| verb == "mass_edit" && on == "edit" && !row.is_alone);
            let own = own.or_else(as_one).map(|(_, own)| own.clone());
            let names_the_row = row.is_key && OF_ONE.contains(&verb);
            let required = Table::from_iter([("required".to_owned(), true.into())]);
            let Some(own) = own.or(names_the_row.then_some(required)) else { continue };
            let mut parameter = row.parameter.clone();
            parameter.extend(own);
            parameters.insert(row.name.clone(), parameter.into());
        }
        parameters
    }
}

fn known(verb: &str) -> Result<(&'static str, &'static str), String> {
    let known = VERBS.into_iter().find(|(known, _)| *known == verb);
    known.ok_or_else(|| {
        let verbs: Vec<_> = VERBS.iter().map(|(verb, _)| *verb).collect();
        format!("`{verb}` is no verb: {}", verbs.join(", "))
    })
}
