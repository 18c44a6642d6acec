//! Lists records of a kind.

use super::{beside, is_readable, visible_fields};
use crate::air;
use crate::shown::Shown;
use crate::{Result, Work, document};
use host_core::caller::{CallerRole, Scope};
use host_core::category::CategoryKind;
use host_core::field_list::{Chosen, FieldList};
use host_core::object::{Kind, Object};
use host_core::port::Filter;
use host_core::record::{Reading, RecordKind};
use host_core::refusal::Code;
use host_core::stream::{Stream, StreamKind};
use host_core::{CategoryId, Refusal, SeriesId};
use serde::Deserialize;
use serde_json::{Map, Value};

/// A page: `query` is `{"start","limit","search","after","fields"}`, for streams also `kinds` (unless those of one kind are
/// listed), for streams and series `category`, for episodes `series`, for categories `kind`.
/// Rows of bouquets have their counts and first members, those of groups their packages, for admins.
///
/// # Errors
/// `invalid_input` for an unknown kind or a malformed query, `not_permitted` for kinds that the
/// caller may not list.
pub async fn list(work: &mut Work, kind: &str, query: &Map<String, Value>) -> Result<Value> {
    let kind = super::kind(work, kind)?;
    if work.caller().role() < CallerRole::Admin && (!is_readable(work, kind) || kind.resellers() != Reading::Lists) {
        return Err(Refusal::new(Code::NotPermitted, "This caller may not list records of this kind.").into());
    }
    let stored = kind.stored_as();
    let more: &[&'static str] = match kind {
        RecordKind::Typed(Kind::Stream) => &["kinds", "category"],
        RecordKind::Streams(StreamKind::Episode) => &["category", "series"],
        RecordKind::Streams(_) | RecordKind::Typed(Kind::Series) => &["category"],
        RecordKind::Typed(Kind::Category) => &["kind"],
        RecordKind::Plain(plain) => &plain.filters().collect::<Vec<_>>(),
        _ => &[],
    };
    let (shown, mut rows) = (Shown::of(query)?, document::query(stored, Scope::Tenant, query, more)?);
    if stored == Kind::Stream {
        // What a stream does is told by what is wanted of it, too.
        rows.fields = shown.chosen(Stream::LIST).and(Chosen::of(Stream::LIST, ["wanted"]));
    }
    rows.filters.extend(of_kind(work, kind));
    if let RecordKind::Plain(plain) = kind {
        rows.filters.extend(plain.filters().filter_map(|name| asked_for(query, name)));
    }
    if let Some(asked) = field::<Vec<StreamKind>>(query, "kinds")?.filter(|kinds| !kinds.is_empty()) {
        let kinds = StreamKind::ALL.into_iter().filter(|kind| asked.contains(kind)).collect();
        rows.filters.push(Filter::StreamKinds(kinds));
    }
    if let Some(category) = field::<CategoryId>(query, "category")?.filter(|category| category.0 != 0) {
        rows.filters.push(Filter::Category(category));
    }
    if let Some(series) = field::<SeriesId>(query, "series")?.filter(|series| series.0 != 0) {
        rows.filters.push(Filter::Episodes(series));
    }
    if stored == Kind::Category
        && let Some(list) = field::<CategoryKind>(query, "kind")?
    {
        rows.filters.push(Filter::CategoryKind(list));
    }
    let page = work.list(rows).await?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for row in &page.rows {
        let mut fields = visible_fields(work, kind, row);
        if let (Object::Stream(stream), true, CallerRole::Admin) = (row, shown.has("servers"), work.caller().role()) {
            fields.insert("servers".to_owned(), air::servers(work, stream));
        }
        if stored != Kind::Document {
            shown.trim(&mut fields);
        }
        rows.push(fields);
        document::give_way(rows.len()).await;
    }
    beside::show_all(work, kind, &mut rows).await?;
    rows.iter_mut().for_each(|fields| shown.trim(fields));
    Ok(document::page(&page, rows.into_iter().map(Value::Object).collect()))
}

/// The documents that have the value of a field which is asked for, if one is.
fn asked_for(query: &Map<String, Value>, name: &'static str) -> Option<Filter> {
    let value = match query.get(name)? {
        Value::Null => return None,
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Some(Filter::DocumentField(name, value))
}

fn field<'a, T: Deserialize<'a>>(query: &'a Map<String, Value>, name: &'static str) -> Result<Option<T>> {
    match query.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match T::deserialize(value) {
            Ok(value) => Ok(Some(value)),
            Err(error) => Err(Refusal::field(Code::InvalidInput, name, format!("{name}: {error}")).into()),
        },
    }
}

/// Which of the rows in a kind's storage are of the kind.
pub(crate) fn of_kind(work: &Work, kind: RecordKind) -> Vec<Filter> {
    match kind {
        RecordKind::Plain(plain) => vec![Filter::Collection(plain.word.to_owned())],
        RecordKind::Part(part) => {
            vec![Filter::Collection(part.of.word.to_owned()), Filter::DocumentField(part.field, part.value.to_owned())]
        }
        RecordKind::Streams(kind) => vec![Filter::StreamKinds(vec![kind])],
        RecordKind::Typed(_) if kind.is_of_process() => vec![Filter::Tenant(work.caller().tenant)],
        RecordKind::Typed(_) => Vec::new(),
    }
}
