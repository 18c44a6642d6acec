//! A bouquet's members: part of its document, kept beside its row.

use crate::{Result, Work};
use host_core::bouquet::Member;
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::object::{Key, Object};
use host_core::refusal::Code;
use host_core::series::Series;
use host_core::stream::StreamKind;
use host_core::{BouquetId, Refusal, StreamId};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// The name of the field.
const FIELD: &str = "members";
const PIECE: usize = 1_024;

/// Takes the members out of a document, checked: each once, each there, no episodes.
pub(super) async fn take(work: &mut Work, document: &mut Map<String, Value>) -> Result<Option<Vec<Member>>> {
    let Some(value) = document.remove(FIELD) else { return Ok(None) };
    if work.caller().role() < CallerRole::Admin {
        return Err(refuse("members cannot be set by this caller.".into()).into());
    }
    let members: Vec<Member> = serde_json::from_value(value)
        .map_err(|_| refuse(r#"members is a list of {"stream":ID} and {"series":ID}."#.into()))?;
    let mut seen = HashSet::with_capacity(members.len());
    let members: Vec<Member> = members.into_iter().filter(|member| seen.insert(*member)).collect();
    check(work, &members).await?;
    Ok(Some(members))
}

async fn check(work: &mut Work, members: &[Member]) -> Result<()> {
    let mut streams: Vec<StreamId> = Vec::new();
    for member in members {
        match member {
            Member::Stream(id) => streams.push(*id),
            Member::Series(id) => {
                if work.know::<Series>(*id).await?.is_none() {
                    return Err(refuse(format!("There is no series {id}.")).into());
                }
            }
        }
    }
    for piece in streams.chunks(PIECE) {
        let mut found: HashSet<StreamId> = HashSet::with_capacity(piece.len());
        for stream in work.engine().store().streams(work.caller().tenant, piece.to_vec()).await? {
            if stream.kind == StreamKind::Episode {
                return Err(refuse(format!("{} is an episode; add its series.", stream.id)).into());
            }
            found.insert(stream.id);
        }
        for id in piece {
            // What this plan makes or deletes is not so in the store yet.
            let own = work.overlay.row(Key::Stream(*id)).map(|row| row.is_some());
            if !own.unwrap_or_else(|| found.contains(id)) {
                return Err(refuse(format!("There is no stream {id}.")).into());
            }
        }
    }
    Ok(())
}

/// Asks for a look at running connections when the bouquet loses members: some may be watched.
pub(super) async fn check_taken(work: &mut Work, bouquet: BouquetId, left: &[Member]) -> Result<()> {
    let left: HashSet<&Member> = left.iter().collect();
    if !work.members(bouquet).await?.iter().all(|member| left.contains(member)) {
        work.effect(Effect::CheckConnections);
    }
    Ok(())
}

/// Adds the members to a bouquet's document, for admins.
pub(super) async fn show(work: &Work, bouquet: BouquetId, fields: &mut Map<String, Value>) -> Result<()> {
    if work.caller().role() >= CallerRole::Admin {
        let members = work.members(bouquet).await?;
        let kinds = kinds(work, &members).await?;
        let shown = members.iter().map(|member| match member {
            Member::Stream(id) => json!({ "stream": id, "kind": kinds.get(id) }),
            Member::Series(id) => json!({ "series": id }),
        });
        fields.insert(FIELD.to_owned(), shown.collect());
    }
    Ok(())
}

/// Adds the members to the documents of a page of bouquets, for admins: one read for all of them.
pub(super) async fn show_all(work: &Work, rows: &mut [Map<String, Value>]) -> Result<()> {
    if work.caller().role() < CallerRole::Admin {
        return Ok(());
    }
    let id = |row: &Map<String, Value>| row.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
    let bouquets = rows.iter().filter_map(id).map(BouquetId).collect();
    let mut members: HashMap<u32, Vec<Value>> = HashMap::new();
    for held in work.engine().store().members_of(work.caller().tenant, bouquets).await? {
        let shown = match held.member {
            Member::Stream(id) => json!({ "stream": id, "kind": held.kind }),
            Member::Series(id) => json!({ "series": id }),
        };
        members.entry(held.bouquet.0).or_default().push(shown);
    }
    for row in rows {
        let own = id(row).and_then(|id| members.remove(&id)).unwrap_or_default();
        row.insert(FIELD.to_owned(), own.into());
    }
    Ok(())
}

/// The kinds of the members that are streams.
async fn kinds(work: &Work, members: &[Member]) -> Result<HashMap<StreamId, StreamKind>> {
    let mut kinds = HashMap::with_capacity(members.len());
    let mut stored: Vec<StreamId> = Vec::with_capacity(members.len());
    for member in members {
        let Member::Stream(id) = member else { continue };
        // A stream of this plan is not in the store yet.
        match work.overlay.row(Key::Stream(*id)) {
            Some(Some(Object::Stream(stream))) => drop(kinds.insert(*id, stream.kind)),
            _ => stored.push(*id),
        }
    }
    for piece in stored.chunks(PIECE) {
        let streams = work.engine().store().streams(work.caller().tenant, piece.to_vec()).await?;
        kinds.extend(streams.iter().map(|stream| (stream.id, stream.kind)));
    }
    Ok(kinds)
}

fn refuse(message: String) -> Refusal {
    Refusal::field(Code::InvalidInput, FIELD, message)
}
