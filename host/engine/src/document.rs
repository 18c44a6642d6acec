//! Documents that come from outside: the optional fields of a verb, and the query of a list. Checks
//! names, types and who may send what.

use crate::Result;
use crate::shown;
use host_core::Refusal;
use host_core::caller::{CallerRole, Scope};
use host_core::object::{Kind, Object};
use host_core::port::{Filter, MAX_START, Page, Query};
use host_core::refusal::Code;
use ipnet::IpNet;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::net::IpAddr;

/// The optional fields of a verb.
pub(crate) struct Options<'a>(&'a Map<String, Value>);

impl<'a> Options<'a> {
    /// Refuses fields that the verb does not have, and those that the caller's role may not set.
    /// `fields` names each field and the least role that may send it.
    pub(crate) fn checked(
        map: &'a Map<String, Value>,
        fields: &[(&'static str, CallerRole)],
        role: CallerRole,
    ) -> Result<Options<'a>> {
        for name in map.keys() {
            match fields.iter().find(|(known, _)| known == name) {
                Some((_, least)) if role >= *least => {}
                Some(_) => {
                    let message = format!("{name} cannot be set by this caller.");
                    return Err(Refusal::field(Code::NotPermitted, name.clone(), message).into());
                }
                None => return Err(unknown(name, fields.iter().map(|(known, _)| *known)).into()),
            }
        }
        Ok(Options(map))
    }

    /// Whether the field was sent.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The field in its type; none when it was not sent.
    pub(crate) fn get<T: DeserializeOwned>(&self, name: &'static str) -> Result<Option<T>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        match T::deserialize(value) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(Refusal::field(Code::InvalidInput, name, format!("{name}: {error}")).into()),
        }
    }

    /// A text; none when it was not sent or is empty.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>> {
        Ok(self.get::<Option<String>>(name)?.flatten().filter(|text| !text.is_empty()))
    }

    /// A list of networks; bare addresses are networks of one.
    pub(crate) fn networks(&self, name: &'static str) -> Result<Option<Vec<IpNet>>> {
        let Some(texts) = self.get::<Vec<String>>(name)? else { return Ok(None) };
        let parse = |text: &String| {
            let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            net.ok_or_else(|| Refusal::field(Code::InvalidInput, name, "An address or a network, as 192.0.2.0/24."))
        };
        Ok(Some(texts.iter().map(parse).collect::<Result<_, Refusal>>()?))
    }
}

fn unknown(name: &str, known: impl Iterator<Item = &'static str>) -> Refusal {
    let known: Vec<_> = known.collect();
    Refusal::field(
        Code::InvalidInput,
        name.to_owned(),
        format!("There is no option {name}; there are {}.", known.join(", ")),
    )
}

/// The query of a list, `{"start","limit","search","after","fields"}` with further fields as `more` allows. The limit is 50 unless
/// sent, at least 1 and at most 1,000. `after` is the cursor of a page; with it there is no `start`.
pub(crate) fn query(kind: Kind, scope: Scope, map: &Map<String, Value>, more: &[&'static str]) -> Result<Query> {
    let number = |name: &'static str, other: u32| match map.get(name) {
        None | Some(Value::Null) => Ok(other),
        Some(value) => value
            .as_u64()
            .and_then(|number| u32::try_from(number).ok())
            .ok_or_else(|| Refusal::field(Code::InvalidInput, name, format!("{name} is a whole number from 0."))),
    };
    let known = ["start", "limit", "search", "after", shown::NAME];
    if let Some(name) = map.keys().find(|name| !known.iter().chain(more).any(|known| known == name)) {
        return Err(unknown(name, known.into_iter().chain(more.iter().copied())).into());
    }
    let search = match map.get("search") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text.clone()).filter(|text| !text.is_empty()),
        Some(_) => return Err(Refusal::field(Code::InvalidInput, "search", "search is a text.").into()),
    };
    let (start, limit) = (number("start", 0)?, number("limit", 50)?.clamp(1, 1_000));
    let cursor = match map.get("after") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) if text.parse::<u32>().is_ok() && start == 0 => text.parse().ok(),
        Some(_) => {
            let message = "after is the cursor of a page of this list, and goes with no start.";
            return Err(Refusal::field(Code::InvalidInput, "after", message).into());
        }
    };
    let filters = cursor.map(Filter::After).into_iter().collect();
    Ok(Query { filters, search, start, limit, ..Query::all(kind, scope) })
}

/// Refuses to skip more rows than can be skipped without a look at each.
pub(crate) fn skips_little(query: &Query) -> Result<()> {
    if query.start <= MAX_START || query.is_counted() {
        return Ok(());
    }
    let message = format!("start is at most {MAX_START} in a list with a search or filters; go on by the cursor.");
    Err(Refusal::field(Code::InvalidInput, "start", message).into())
}

/// Rows after which the others of a thread have their turn. A row costs microseconds, a thousand of them more than
/// a request's thread is to be held.
const ROWS: usize = 64;

/// Gives way to others after every few rows; `shown` is how many there are by now.
pub(crate) async fn give_way(shown: usize) {
    if shown.is_multiple_of(ROWS) {
        tokio::task::yield_now().await;
    }
}

/// The cursor of a page: text of its last row's id, none behind the last page.
pub(crate) fn cursor(page: &Page) -> Option<String> {
    page.last.map(|id| id.to_string())
}

/// A page as a document: `{"rows","total","matching","cursor"}`.
pub(crate) fn page(page: &Page, rows: Vec<Value>) -> Value {
    json!({ "rows": rows, "total": page.total, "matching": page.matching, "cursor": cursor(page) })
}

/// An object's document as a map.
pub(crate) fn fields(object: &Object) -> Map<String, Value> {
    match object.document() {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}
