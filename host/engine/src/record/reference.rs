//! What a record names must be there; what names a record keeps it from being deleted.

use crate::{Result, Work, zone};
use host_core::caller::Scope;
use host_core::document::Document;
use host_core::object::{Key, Kind, Object};
use host_core::plan::Guard;
use host_core::refusal::Code;
use host_core::transcode::TRANSCODE_PROFILE;
use host_core::{DocumentId, Refusal};
use std::collections::HashSet;

/// Refuses a record that names something that is not there.
pub(super) async fn check(work: &mut Work, object: &Object) -> Result<()> {
    if let Object::Settings(settings) = object {
        zone::check(&settings.timezone)?;
    }
    for (field, key) in object.references() {
        if work.read(Scope::Tenant, key).await?.is_none() {
            return Err(missing(field, &key.to_string()).into());
        }
    }
    if let Object::Stream(stream) = object
        && let Some(profile) = stream.profile
    {
        let found = work.know::<Document>(profile).await?;
        if found.is_none_or(|document| document.collection != TRANSCODE_PROFILE.word) {
            return Err(missing("profile", &format!("{} {profile}", TRANSCODE_PROFILE.word)).into());
        }
    }
    let Object::Document(document) = object else { return Ok(()) };
    for (field, word, id) in &document.indexed.references {
        let is_there = match work.engine().kinds().plain(word) {
            Some(plain) => match work.know::<Document>(DocumentId(*id)).await? {
                Some(other) => other.collection == plain.word,
                None => false,
            },
            None => match Kind::of_word(word) {
                Some(kind) => work.read(Scope::Tenant, Key::new(kind, *id)).await?.is_some(),
                None => false,
            },
        };
        if !is_there {
            return Err(missing(field, &format!("{word} {id}")).into());
        }
    }
    Ok(())
}

fn missing(field: &'static str, what: &str) -> Refusal {
    Refusal::field(Code::InvalidInput, field, format!("There is no {what}."))
}

/// Documents that may refer to one thing that is deleted.
const MOST: u32 = 1_000;

/// Lets go of a thing that is being deleted, by what each document that refers to it says of that: the deletion is
/// refused, the field is emptied, or the document goes too.
pub(crate) async fn let_go(work: &mut Work, word: &'static str, id: u32) -> Result<()> {
    let mut gone = vec![(word, id)];
    while let Some((word, id)) = gone.pop() {
        let (count, committed) =
            work.engine().store().referring(work.caller().tenant, word.to_owned(), id, MOST + 1).await?;
        work.guard(Guard::ReferredBy(word, id, count));
        if count > MOST {
            let message = format!("More than {MOST} documents refer to this {word}; delete some of them first.");
            return Err(Refusal::new(Code::InUse, message).into());
        }
        let mut referring: Vec<Document> = Vec::with_capacity(committed.len());
        for document in committed {
            // As the plan leaves them.
            referring.extend(work.know::<Document>(document.id).await?);
        }
        let known: HashSet<_> = referring.iter().map(|document| document.id).collect();
        referring.extend(work.overlay.documents().filter(|document| !known.contains(&document.id)).cloned());
        for document in referring {
            let Some(plain) = work.engine().kinds().plain(&document.collection) else { continue };
            let before = plain.indexed(document)?;
            if !before.indexed.references.iter().any(|(_, to, number)| to == word && *number == id) {
                continue;
            }
            match plain.without(before.clone(), word, id)? {
                Some(kept) => work.update(&before, kept),
                None => {
                    work.delete(&before);
                    gone.push((plain.word, before.id.0));
                }
            }
            if let Some(effect) = &plain.effect {
                work.effect(effect.clone());
            }
        }
    }
    Ok(())
}

/// Refuses the deletion of a record that something still uses, and holds it to that until commit.
pub(super) async fn check_unused(work: &mut Work, object: &Object) -> Result<()> {
    let key = object.key();
    if let Some(user) = work.engine().store().named_by(work.database(), key).await? {
        let user = match (key.kind(), user) {
            (Kind::Series, Kind::Stream) => "an episode".to_owned(),
            (_, user) => format!("a {}", user.as_str()),
        };
        let message = format!("The {} is still used by {user}.", key.kind().as_str());
        return Err(Refusal::new(Code::InUse, message).into());
    }
    work.guard(Guard::Unnamed(key));
    Ok(())
}
