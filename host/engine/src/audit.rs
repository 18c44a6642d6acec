//! Audit rows out of a plan's own rows: who changed what, with secrets named and never shown. The store adds them
//! to the hash chain.

use crate::overlay::{Overlay, Row};
use crate::{Error, Result};
use host_core::JobId;
use host_core::audit::{AuditEntry, MOVED};
use host_core::caller::Caller;
use host_core::difference::difference;
use host_core::guide::GuideSource;
use host_core::object::{Key, Kind, Object};
use host_core::stream::{Origin, Stream};
use host_core::time::Unix;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What stands in the place of a changed secret.
const CHANGED: &str = "changed";

/// One row per touched row of the plan.
pub(crate) fn rows(overlay: &Overlay, caller: &Caller, action: &str, now: Unix) -> Vec<AuditEntry> {
    audited(overlay)
        .filter_map(|(key, row)| {
            let (before, after) = sides(row)?;
            Some(entry(caller, action, now, Some(key), before, after))
        })
        .collect()
}

/// Puts what is noted of credits into the row of what they were moved for: one deed is one row.
pub(crate) fn put_together(rows: &mut Vec<AuditEntry>, notes: Vec<AuditEntry>) {
    for mut note in notes {
        let moved = note.after.as_object_mut().and_then(|after| after.remove(MOVED));
        let Some(moved) = moved else {
            rows.push(note);
            continue;
        };
        let of_same = rows.iter_mut().find(|row| row.object.is_some() && row.object == note.object);
        match of_same.and_then(|row| row.after.as_object_mut()).filter(|after| !after.contains_key(MOVED)) {
            Some(after) => drop(after.insert(MOVED.to_owned(), moved)),
            None => rows.push(AuditEntry { after: json!({ MOVED: moved }), ..note }),
        }
    }
}

/// One row for all rows that a piece of a job has touched: how many of each kind were `created`,
/// `changed` and `deleted`, and a SHA-256 `digest` over what each of them would have shown: a new or
/// deleted one its document, a changed one both sides. None for a piece that touched nothing.
pub(crate) fn of_piece(
    overlay: &Overlay,
    caller: &Caller,
    action: &str,
    now: Unix,
    job: JobId,
) -> Result<Option<AuditEntry>> {
    let mut counts: BTreeMap<&str, BTreeMap<&str, u64>> = BTreeMap::new();
    let (mut digest, mut line) = (Sha256::new(), Vec::new());
    for (key, row) in audited(overlay) {
        line.clear();
        let (done, written) = match (&row.before, &row.after) {
            (None, None) => continue,
            (None, Some(new)) => ("created", bare(new).write_document(&mut line)),
            (Some(old), None) => ("deleted", bare(old).write_document(&mut line)),
            (Some(_), Some(_)) => ("changed", serde_json::to_writer(&mut line, &sides(row))),
        };
        written.map_err(|error| Error::Invalid(error.to_string()))?;
        *counts.entry(key.kind().as_str()).or_default().entry(done).or_default() += 1;
        digest.update(format!("{done} {key} "));
        line.push(b'\n');
        digest.update(&line);
    }
    let after = json!({ "rows": counts, "digest": hex::encode(digest.finalize()) });
    Ok((!counts.is_empty()).then(|| entry(caller, action, now, Some(Key::Job(job)), json!({}), after)))
}

/// What leaves a trace: a job's progress is its own record and leaves none.
fn audited(overlay: &Overlay) -> impl Iterator<Item = (Key, &Row)> {
    overlay.touched().filter(|(key, row)| !matches!(key.kind(), Kind::Job | Kind::BoxEvent) || row.before.is_none())
}

/// One row.
pub(crate) fn entry(
    caller: &Caller,
    action: &str,
    now: Unix,
    object: Option<Key>,
    before: Value,
    after: Value,
) -> AuditEntry {
    AuditEntry {
        at: now,
        actor: caller.user(),
        key_prefix: caller.key_prefix.clone(),
        address: caller.address.map(|address| address.to_string()),
        action: action.to_owned(),
        object,
        before,
        after,
        request: caller.request.to_string(),
    }
}

/// What a touched row looks like before and after; none for one that was made and removed again.
pub(crate) fn sides(row: &Row) -> Option<(Value, Value)> {
    match (&row.before, &row.after) {
        (None, None) => None,
        (None, Some(new)) => Some((json!({}), document_without_secrets(new))),
        (Some(old), None) => Some((document_without_secrets(old), json!({}))),
        (Some(old), Some(new)) => {
            let (before, mut after) = differs(old, new);
            name_secrets(old, new, &mut after);
            name_package(old, new, &mut after);
            name_collection(new, &mut after);
            Some((before.into(), after.into()))
        }
    }
}

/// The document of an object without what must not be shown. A stream's addresses hold the
/// credentials of its source, and so do those of a guide.
fn document_without_secrets(object: &Object) -> Value {
    let mut document = object.document();
    if let (Object::Document(shown), Value::Object(fields)) = (object, &mut document) {
        fields.retain(|name, _| !shown.indexed.secrets.contains(name));
        name_collection(object, fields);
    }
    if let (Object::GuideSource(_), Value::Object(fields)) = (object, &mut document) {
        fields.retain(|name, _| !["url", "headers"].contains(&name.as_str()));
    }
    if let (Object::Stream(_), Value::Object(fields)) = (object, &mut document) {
        fields.remove("sources");
        if let Some(Value::Object(origin)) = fields.get_mut("origin") {
            origin.remove("url");
        }
    }
    document
}

/// The fields in which two states of one thing differ.
fn differs(old: &Object, new: &Object) -> (Map<String, Value>, Map<String, Value>) {
    // Of what could not be told apart, all is shown.
    let whole = |object| document_without_secrets(object).as_object().cloned().unwrap_or_default();
    difference(&written(old), &written(new)).unwrap_or_else(|_| (whole(old), whole(new)))
}

/// A document without what must not be shown, as JSON.
fn written(object: &Object) -> String {
    let mut text = Vec::with_capacity(1_024);
    let written = bare(object).write_document(&mut text).map(|()| String::from_utf8(text));
    written.ok().and_then(Result::ok).unwrap_or_default()
}

/// Likewise, before it is a document; nothing is made of it that takes longer to make than to write.
fn bare(object: &Object) -> Cow<'_, Object> {
    if let Object::Document(document) = object {
        let mut shown = document.clone();
        shown.fields.retain(|name, _| !document.indexed.secrets.contains(name));
        return Cow::Owned(Object::Document(shown));
    }
    if let Object::GuideSource(source) = object {
        let shown = GuideSource { url: String::new(), headers: BTreeMap::new(), ..source.clone() };
        return Cow::Owned(Object::GuideSource(shown));
    }
    let Object::Stream(stream) = object else { return Cow::Borrowed(object) };
    let origin = stream.origin.clone().map(|origin| Origin { url: String::new(), ..origin });
    Cow::Owned(Object::Stream(Stream { sources: Vec::new(), origin, ..stream.clone() }))
}

/// Says by which package the term of a line changed, also where the line had it before.
fn name_package(old: &Object, new: &Object, after: &mut Map<String, Value>) {
    if let (Object::Line(old), Object::Line(new)) = (old, new)
        && old.expiry != new.expiry
        && let Some(package) = new.package
    {
        after.insert("package".to_owned(), json!(package));
    }
}

/// Says in which collection a document is: its key does not.
fn name_collection(object: &Object, fields: &mut Map<String, Value>) {
    if let Object::Document(document) = object {
        fields.entry("collection").or_insert_with(|| document.collection.clone().into());
    }
}

fn name_secrets(old: &Object, new: &Object, after: &mut Map<String, Value>) {
    if let (Object::Document(old), Object::Document(new)) = (old, new) {
        let secrets = new.indexed.secrets.iter().filter(|name| old.fields.get(*name) != new.fields.get(*name));
        after.extend(secrets.map(|name| (name.clone(), Value::from(CHANGED))));
    }
    let changed = match (old, new) {
        (Object::Line(old), Object::Line(new)) => (old.password_mac != new.password_mac).then_some("password"),
        (Object::User(old), Object::User(new)) => (old.password != new.password).then_some("password"),
        (Object::Session(old), Object::Session(new)) => (old.digest != new.digest).then_some("token"),
        (Object::Stream(old), Object::Stream(new)) => (old.sources != new.sources).then_some("sources"),
        (Object::GuideSource(old), Object::GuideSource(new)) => {
            (old.url != new.url || old.headers != new.headers).then_some("url")
        }
        _ => None,
    };
    if let Some(name) = changed {
        after.insert(name.to_owned(), CHANGED.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::category::Category;
    use host_core::source::Source;
    use host_core::stream::Stream;
    use host_core::{CategoryId, StreamId, TenantId};

    const JOB: JobId = JobId(7);

    fn stream(id: u32, name: &str) -> Object {
        let headers = [("Cookie".to_owned(), "secret".to_owned())].into();
        let sources = vec![Source { headers, ..Source::from("http://tv.example.org/secret/1.ts") }];
        Object::Stream(Stream { id: StreamId(id), name: name.into(), sources, ..Stream::default() })
    }

    fn piece(rows: Vec<(Option<Object>, Option<Object>)>) -> Option<AuditEntry> {
        let mut overlay = Overlay::default();
        for (before, after) in rows {
            let key = before.as_ref().or(after.as_ref()).map(Object::key).unwrap();
            overlay.put(key, before, after);
        }
        of_piece(&overlay, &Caller::system(TenantId(1), "r"), "import m3u", Unix(5), JOB).unwrap()
    }

    #[test]
    fn a_piece_of_a_job_is_one_row_with_what_it_did_to_how_many() {
        let category = Object::Category(Category { id: CategoryId(1), name: "News".into(), ..Category::default() });
        let row = piece(vec![
            (None, Some(stream(1, "a"))),
            (None, Some(stream(2, "b"))),
            (Some(stream(3, "c")), Some(stream(3, "d"))),
            (Some(stream(4, "e")), None),
            (None, Some(category)),
        ])
        .unwrap();
        assert_eq!((row.object, row.action.as_str()), (Some(Key::Job(JOB)), "import m3u"));
        let rows = json!({ "stream": { "created": 2, "changed": 1, "deleted": 1 }, "category": { "created": 1 } });
        assert_eq!(row.after["rows"], rows);
        assert!(!row.after.to_string().contains("secret"));
    }

    #[test]
    fn a_stream_with_other_headers_for_its_source_says_that_and_not_which() {
        let Object::Stream(before) = stream(1, "a") else { panic!("no stream") };
        let mut after = before.clone();
        after.sources[0].headers = [("Cookie".to_owned(), "secret too".to_owned())].into();
        let row = Row { before: Some(Object::Stream(before)), after: Some(Object::Stream(after)) };
        assert_eq!(sides(&row), Some((json!({}), json!({ "sources": "changed" }))));
    }

    #[test]
    fn its_digest_tells_pieces_apart_and_one_that_did_nothing_leaves_no_row() {
        let digest = |name| piece(vec![(None, Some(stream(1, name)))]).unwrap().after["digest"].clone();
        assert_eq!(digest("a"), digest("a"));
        assert_ne!(digest("a"), digest("b"));
        assert_eq!(piece(vec![]), None);
    }

    #[test]
    fn where_a_guide_is_fetched_from_is_not_told() {
        let new = GuideSource::new(1, "epg".into(), Unix(0));
        let before = GuideSource { url: "http://h/secret".into(), ..new };
        let headers = [("Cookie".to_owned(), "secret".to_owned())].into();
        let after = GuideSource { headers, days: 7, ..before.clone() };
        let row = |before: &GuideSource, after: &GuideSource| {
            let [before, after] = [before, after].map(|it| Object::GuideSource(it.clone()));
            sides(&Row { before: Some(before), after: Some(after) })
        };
        let (before, after) = row(&before, &after).unwrap();
        assert_eq!((before["days"].clone(), after), (json!(0), json!({ "days": 7, "url": "changed" })));
    }
}
