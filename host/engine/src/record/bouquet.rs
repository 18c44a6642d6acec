//! A bouquet's members: part of its document, kept beside its row.

use crate::{Result, Work};
use host_core::bouquet::Member;
use host_core::caller::CallerRole;
use host_core::refusal::Code;
use host_core::series::Series;
use host_core::stream::StreamKind;
use host_core::{BouquetId, Refusal, StreamId};
use serde_json::{Map, Value};
use std::collections::HashSet;

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
            // A stream of this plan is not in the store yet.
            let own = work.overlay.row(host_core::object::Key::Stream(*id)).is_some_and(|row| row.is_some());
            if !found.contains(id) && !own {
                return Err(refuse(format!("There is no stream {id}.")).into());
            }
        }
    }
    Ok(())
}

/// Adds the members to a bouquet's document, for admins.
pub(super) async fn show(work: &Work, bouquet: BouquetId, fields: &mut Map<String, Value>) -> Result<()> {
    if work.caller().role() >= CallerRole::Admin {
        let members = work.members(bouquet).await?;
        fields.insert(FIELD.to_owned(), serde_json::to_value(members).unwrap_or_default());
    }
    Ok(())
}

fn refuse(message: String) -> Refusal {
    Refusal::field(Code::InvalidInput, FIELD, message)
}
