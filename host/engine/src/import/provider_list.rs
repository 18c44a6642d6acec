//! What a provider lists, as documents: put in chunks where they are others than those that are there, and dropped when a
//! whole list no longer has them.

use super::job::Running;
use super::tally::Tally;
use crate::{Engine, Error, Result, Work};
use futures_util::StreamExt;
use host_core::caller::{Caller, Scope};
use host_core::document::Document;
use host_core::import::ImportError;
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::port::{Filter, ProviderItems, Query};
use host_core::provider::{Facts, Listed, PROVIDER_STREAM, ProviderItem};
use host_core::time::Unix;
use host_core::unique::Unique;
use host_core::{DocumentId, TenantId};
use serde_json::{Map, Value, json};
use std::collections::HashSet;
use std::sync::Arc;

/// Rows of one plan.
const CHUNK: usize = 500;

/// What one plan takes of a list.
pub(super) struct Piece {
    pub(super) facts: Option<Facts>,
    pub(super) rows: Vec<Listed>,
    pub(super) ended: Option<Result<(), ImportError>>,
}

impl Piece {
    pub(super) async fn read(items: &mut ProviderItems) -> Piece {
        let mut piece = Piece { facts: None, rows: Vec::new(), ended: None };
        while piece.rows.len() < CHUNK {
            match items.next().await {
                None => {
                    piece.ended = Some(Ok(()));
                    break;
                }
                Some(Err(error)) => {
                    piece.ended = Some(Err(error));
                    break;
                }
                Some(Ok(ProviderItem::Account(facts))) => piece.facts = Some(facts),
                Some(Ok(ProviderItem::Listed(row))) => piece.rows.push(row),
            }
        }
        piece
    }
}

/// The fields of a row's document.
fn fields(provider: DocumentId, row: &Listed) -> Map<String, Value> {
    let said = json!({
        "provider": provider.0, "kind": row.kind, "remote": row.remote, "name": row.name, "icon": row.icon,
        "category": row.category, "guide_channel": row.guide_channel, "added_at": row.added_at,
        "extension": row.extension,
    });
    match said {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// Puts rows, and returns their ids; one that is there already costs no write.
pub(super) async fn put(
    work: &mut Work,
    provider: DocumentId,
    rows: &[Listed],
    tally: &mut Tally,
) -> Result<Vec<DocumentId>> {
    let mut ids = Vec::with_capacity(rows.len());
    for row in rows {
        let new = Document { fields: fields(provider, row), ..PROVIDER_STREAM.blank(0, Unix(0)) };
        let new = PROVIDER_STREAM.indexed(new)?;
        let key = new.indexed.keys.iter().next().map(|(name, value)| (name.clone(), value.clone()));
        let (name, value) = key.ok_or_else(|| Error::Invalid("a row of a provider has a key".into()))?;
        let unique = Unique::DocumentKey(PROVIDER_STREAM.word.to_owned(), name, value);
        ids.push(match work.find::<Document>(unique).await? {
            Some(known) if known.fields == new.fields => {
                tally.add("unchanged", 1);
                known.id
            }
            Some(known) => {
                tally.add("changed", 1);
                let before = PROVIDER_STREAM.indexed(known)?;
                work.update(&before, Document { id: before.id, version: before.version, ..new });
                before.id
            }
            None => {
                tally.add("added", 1);
                let id = DocumentId(work.next_id(Kind::Document).await?);
                work.insert(Document { id, ..new });
                id
            }
        });
    }
    Ok(ids)
}

/// Drops the rows of a provider that its whole list has not.
pub(super) async fn prune(running: &mut Running, provider: DocumentId, seen: &HashSet<DocumentId>) -> Result<()> {
    let (engine, tenant) = (Arc::clone(&running.engine), running.caller.tenant);
    let mut after = None;
    loop {
        let page = page(&engine, tenant, provider, after).await?;
        let gone: Vec<DocumentId> = page.iter().copied().filter(|id| !seen.contains(id)).collect();
        if !gone.is_empty() {
            let drop = async |work: &mut Work, tally: &mut Tally| {
                tally.add("missing", gone.len() as u64);
                drop_rows(work, &gone).await
            };
            running.chunk(0, drop).await?;
        }
        match page.last() {
            Some(last) => after = Some(last.0),
            None => return Ok(()),
        }
    }
}

/// Drops the whole list of a provider that is gone.
pub(super) async fn drop_list(engine: &Arc<Engine>, tenant: TenantId, provider: DocumentId) -> Result<()> {
    loop {
        let page = page(engine, tenant, provider, None).await?;
        if page.is_empty() {
            return Ok(());
        }
        let verb = async |work: &mut Work| drop_rows(work, &page).await;
        engine.act(Caller::system(tenant, ""), "drop provider", verb).await?;
    }
}

async fn drop_rows(work: &mut Work, ids: &[DocumentId]) -> Result<()> {
    for id in ids {
        if let Some(row) = work.know::<Document>(*id).await?.filter(|row| row.collection == PROVIDER_STREAM.word) {
            let row = PROVIDER_STREAM.indexed(row)?;
            work.delete(&row);
        }
    }
    Ok(())
}

/// Some rows of a provider, in order of their ids.
async fn page(engine: &Engine, tenant: TenantId, provider: DocumentId, after: Option<u32>) -> Result<Vec<DocumentId>> {
    let mut filters = vec![
        Filter::Collection(PROVIDER_STREAM.word.to_owned()),
        Filter::DocumentField("provider", provider.0.to_string()),
    ];
    filters.extend(after.map(Filter::After));
    let query = Query { filters, limit: CHUNK as u32, ..Query::all(Kind::Document, Scope::Tenant) };
    let page = engine.store().list(Database::Tenant(tenant), query).await?;
    let id = |row: &Object| match row {
        Object::Document(document) => Some(document.id),
        _ => None,
    };
    Ok(page.rows.iter().filter_map(id).collect())
}
