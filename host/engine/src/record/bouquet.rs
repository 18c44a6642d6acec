//! A bouquet's members: part of its document, kept beside its row. A document shows and sets short
//! lists whole; of a long one it shows the first, and [`super::members`] edits it.

use crate::overlay::Edit;
use crate::{Result, Work};
use host_core::bouquet::Member;
use host_core::caller::CallerRole;
use host_core::event::Effect;
use host_core::object::{Key, Object};
use host_core::port::BouquetMember;
use host_core::refusal::Code;
use host_core::series::Series;
use host_core::stream::StreamKind;
use host_core::{BouquetId, Refusal, StreamId};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, HashMap, HashSet};

/// The name of the field.
pub(super) const FIELD: &str = "members";
/// The field that says how many there are, by kind.
const COUNTS: &str = "counts";
/// Most members of a list that is set or edited in one document.
const MOST: usize = 10_000;
/// Most members that the document of a bouquet shows.
pub(super) const SHOWN: usize = 1_000;
/// Most members that a page of bouquets shows.
const SHOWN_IN_ALL: usize = 10_000;
const PIECE: usize = 1_024;

/// Takes the members out of a document, checked: each once, each there, no episodes.
pub(super) async fn take(work: &mut Work, document: &mut Map<String, Value>) -> Result<Option<Vec<Member>>> {
    let Some(value) = document.remove(FIELD) else { return Ok(None) };
    if work.caller().role() < CallerRole::Admin {
        return Err(refuse(FIELD, "members cannot be set by this caller.".into()).into());
    }
    list(work, FIELD, value).await.map(Some)
}

/// A list of members out of a document, checked: each once, each there, no episodes.
pub(super) async fn list(work: &mut Work, field: &'static str, value: Value) -> Result<Vec<Member>> {
    let members = parsed(field, value)?;
    check(work, field, &members).await?;
    Ok(members)
}

/// A list of members out of a document, each once.
pub(super) fn parsed(field: &'static str, value: Value) -> Result<Vec<Member>, Refusal> {
    let members: Vec<Member> = serde_json::from_value(value)
        .map_err(|_| refuse(field, format!(r#"{field} is a list of {{"stream":ID}} and {{"series":ID}}."#)))?;
    if members.len() > MOST {
        let message = format!("{field} has at most {MOST} members; change a longer list with edit-members.");
        return Err(Refusal::field(Code::TooLarge, field, message));
    }
    let mut seen = HashSet::with_capacity(members.len());
    Ok(members.into_iter().filter(|member| seen.insert(*member)).collect())
}

async fn check(work: &mut Work, field: &'static str, members: &[Member]) -> Result<()> {
    let mut streams: Vec<StreamId> = Vec::new();
    for member in members {
        match member {
            Member::Stream(id) => streams.push(*id),
            Member::Series(id) => {
                if work.know::<Series>(*id).await?.is_none() {
                    return Err(refuse(field, format!("There is no series {id}.")).into());
                }
            }
        }
    }
    for piece in streams.chunks(PIECE) {
        let mut found: HashSet<StreamId> = HashSet::with_capacity(piece.len());
        for stream in work.engine().store().streams(work.caller().tenant, piece.to_vec()).await? {
            if stream.kind == StreamKind::Episode {
                return Err(refuse(field, format!("{} is an episode; add its series.", stream.id)).into());
            }
            found.insert(stream.id);
        }
        for id in piece {
            // What this plan makes or deletes is not so in the store yet.
            let own = work.overlay.row(Key::Stream(*id)).map(|row| row.is_some());
            if !own.unwrap_or_else(|| found.contains(id)) {
                return Err(refuse(field, format!("There is no stream {id}.")).into());
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

/// Adds the first members and the counts to a bouquet's document, for admins.
pub(super) async fn show(work: &Work, bouquet: BouquetId, fields: &mut Map<String, Value>) -> Result<()> {
    if work.caller().role() < CallerRole::Admin {
        return Ok(());
    }
    let edits = work.overlay.members(bouquet);
    // As many more are read as may be taken out of the first ones.
    let more: usize = edits.iter().map(|edit| edit.named().len()).sum();
    let limit = SHOWN + more;
    let (mut members, mut known) = (Vec::new(), HashMap::new());
    if !edits.first().is_some_and(Edit::is_set) {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let page = work.engine().store().members_page(work.caller().tenant, bouquet, None, limit).await?;
        members.extend(page.iter().map(|held| held.member));
        known.extend(page.iter().map(|held| (held.member, held.kind)));
    }
    let is_whole = members.len() < limit;
    edits.iter().for_each(|edit| edit.apply(&mut members, is_whole));
    let counts = counts(work, bouquet).await?;
    members.truncate(SHOWN);
    let added: Vec<Member> = members.iter().copied().filter(|member| !known.contains_key(member)).collect();
    let kinds = kinds(work, &added).await?;
    let shown = members.iter().map(|member| {
        let kind = match member {
            Member::Stream(id) => known.get(member).copied().flatten().or(kinds.get(id).copied()),
            Member::Series(_) => None,
        };
        member_document(&BouquetMember { bouquet, member: *member, kind })
    });
    fields.insert(FIELD.to_owned(), shown.collect());
    fields.insert(COUNTS.to_owned(), json!(counts));
    Ok(())
}

/// Adds the first members and the counts to the documents of a page of bouquets, for admins.
pub(super) async fn show_all(work: &Work, rows: &mut [Map<String, Value>]) -> Result<()> {
    if work.caller().role() < CallerRole::Admin {
        return Ok(());
    }
    let id = |row: &Map<String, Value>| row.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
    let (store, tenant) = (work.engine().store(), work.caller().tenant);
    let mut counts: HashMap<u32, BTreeMap<&'static str, u32>> = HashMap::new();
    for counted in store.member_counts(tenant, rows.iter().filter_map(id).map(BouquetId).collect()).await? {
        counts.entry(counted.bouquet.0).or_default().insert(word(counted.kind), counted.members);
    }
    let mut left = SHOWN_IN_ALL;
    for row in rows {
        let Some(bouquet) = id(row) else { continue };
        let limit = u32::try_from(left.min(SHOWN)).unwrap_or(0);
        let page = store.members_page(tenant, BouquetId(bouquet), None, limit).await?;
        left -= page.len().min(left);
        row.insert(FIELD.to_owned(), page.iter().map(member_document).collect());
        row.insert(COUNTS.to_owned(), json!(counts.remove(&bouquet).unwrap_or_default()));
    }
    Ok(())
}

/// A member as documents show it.
pub(super) fn member_document(shown: &BouquetMember) -> Value {
    match shown.member {
        Member::Stream(id) => json!({ "stream": id, "kind": shown.kind }),
        Member::Series(id) => json!({ "series": id }),
    }
}

/// How many members a bouquet has of each kind, as the plan leaves it.
pub(super) async fn counts(work: &Work, bouquet: BouquetId) -> Result<BTreeMap<&'static str, u32>> {
    let (store, tenant) = (work.engine().store(), work.caller().tenant);
    let edits = work.overlay.members(bouquet);
    let mut counts: BTreeMap<&'static str, u32> = BTreeMap::new();
    let mut known: HashMap<Member, bool> = HashMap::new();
    let is_set = edits.first().is_some_and(Edit::is_set);
    if !is_set {
        for counted in store.member_counts(tenant, vec![bouquet]).await? {
            counts.insert(word(counted.kind), counted.members);
        }
    }
    for edit in edits {
        let kinds = kinds(work, edit.named()).await?;
        let comes = !matches!(edit, Edit::Remove(_));
        for member in edit.named() {
            let was = match known.insert(*member, comes) {
                Some(was) => was,
                None => !is_set && store.holds(tenant, bouquet, *member).await?,
            };
            let kind = match member {
                Member::Stream(id) => word(kinds.get(id).copied()),
                Member::Series(_) => word(None),
            };
            let count = counts.entry(kind).or_default();
            *count = match (was, comes) {
                (false, true) => *count + 1,
                (true, false) => count.saturating_sub(1),
                _ => *count,
            };
        }
    }
    counts.retain(|_, count| *count > 0);
    Ok(counts)
}

/// A kind's word in counts.
fn word(kind: Option<StreamKind>) -> &'static str {
    kind.map_or("series", StreamKind::word)
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

pub(super) fn refuse(field: &'static str, message: String) -> Refusal {
    Refusal::field(Code::InvalidInput, field, message)
}
