//! A mass edit of records of one kind.

use super::named;
use crate::record;
use crate::{Error, Result, Work};
use host_core::Refusal;
use host_core::caller::Scope;
use host_core::job::MassEdit;
use host_core::object::Kind;
use host_core::port::{Filter, Query};
use host_core::record::RecordKind;
use host_core::refusal::Code;

/// Of one plan: a stream with its sources is larger than a line.
const CHUNK: u32 = 100;

/// Refuses kinds of which many are not edited alike, and what the first that is chosen could not be set to.
pub(super) async fn check(work: &mut Work, word: &str, edit: &MassEdit) -> Result<()> {
    let kind = record::kind(work, word)?;
    if kind.stored_as() == Kind::Job || kind.is_of_process() {
        let message = format!("Records of the kind {word} are edited one by one.");
        return Err(Refusal::field(Code::InvalidInput, "kind", message).into());
    }
    if edit.fields.contains_key("version") {
        let message = "version is of one record alone; edit that record.";
        return Err(Refusal::field(Code::InvalidInput, "version", message).into());
    }
    let (ids, _) = next(work, kind, edit, 0).await?;
    for id in ids {
        match record::read(work, kind, id).await {
            Ok(first) => return record::changed(work, kind, &first, edit.fields.clone()).await.map(drop),
            // The first that is there says it for all.
            Err(Error::Refusal(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// The ids of the next records behind the last one that was done, and behind which one others come, if any do.
pub(super) async fn next(
    work: &mut Work,
    kind: RecordKind,
    edit: &MassEdit,
    last: u32,
) -> Result<(Vec<u32>, Option<u32>)> {
    if !edit.ids.is_empty() {
        return Ok(named(edit, last, CHUNK));
    }
    let mut query = Query { limit: CHUNK, search: edit.search.clone(), ..Query::all(kind.stored_as(), Scope::Tenant) };
    query.filters = record::of_kind(work, kind);
    query.filters.push(Filter::After(last));
    let page = work.list(query).await?;
    Ok((page.rows.iter().map(|row| row.key().number()).collect(), page.last))
}

/// Sets the fields of one record; answers what became of it. One that refuses stays as it is; one that is not there, or of
/// another kind, is none that was meant.
pub(super) async fn set(work: &mut Work, kind: RecordKind, id: u32, edit: &MassEdit) -> Result<Option<String>> {
    let before = match record::read(work, kind, id).await {
        Ok(before) => before,
        Err(Error::Refusal(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(match record::changed(work, kind, &before, edit.fields.clone()).await {
        Ok(changed) if changed.is_none(&before) => "unchanged".to_owned(),
        Ok(changed) => {
            record::put(work, kind, before, changed).await?;
            "changed".to_owned()
        }
        Err(Error::Refusal(refusal)) => format!("refused:{}", refusal.code.as_str()),
        Err(error) => return Err(error),
    }))
}
