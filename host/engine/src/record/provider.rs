//! What a change of a provider means for when its list is fetched, and what rows of a list say where they play.

use crate::import::{PROVIDER_JOB, account, call_off_job, wanted};
use crate::{Result, Work};
use host_core::caller::CallerRole;
use host_core::document::Document;
use host_core::event::Effect;
use host_core::object::Object;
use host_core::provider::{PROVIDER, PROVIDER_STREAM, is_fetched, same_account};
use host_core::record::RecordKind;
use host_core::refusal::Code;
use host_core::{DocumentId, JobId, Refusal};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// The provider that an object is.
fn provider(object: Option<&Object>) -> Option<&Document> {
    match object {
        Some(Object::Document(document)) if document.collection == PROVIDER.word => Some(document),
        _ => None,
    }
}

fn job(provider: &Document) -> Option<JobId> {
    let id = provider.fields.get("job").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
    id.filter(|id| *id > 0).map(JobId)
}

/// Asks for a fetch where one is wanted or the account is another, and calls off what is fetched no more.
///
/// # Errors
/// `invalid_input` where a fetch is wanted of a provider that is off.
pub(super) async fn settle(work: &mut Work, before: Option<&Object>, after: &mut Object, reload: bool) -> Result<()> {
    let before = provider(before);
    let Object::Document(now) = after else { return Ok(()) };
    if now.collection != PROVIDER.word {
        return Ok(());
    }
    let was_fetched = before.is_some_and(|before| is_fetched(&before.fields));
    if !is_fetched(&now.fields) {
        if reload {
            let message = "This provider is off; switch it on first.";
            return Err(Refusal::field(Code::InvalidInput, "id", message).into());
        }
        now.fields.insert("due_at".to_owned(), Value::Null);
        if let Some(before) = before.filter(|_| was_fetched) {
            call_off_job(work, job(before)).await?;
        }
    } else if reload || !was_fetched || before.is_none_or(|before| !same_account(&before.fields, &now.fields)) {
        let name = now.fields.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let asked = wanted(work, job(now), PROVIDER_JOB, &name).await?;
        now.fields.insert("job".to_owned(), asked.0.into());
        now.fields.insert("due_at".to_owned(), work.now().0.into());
    } else {
        return Ok(());
    }
    work.effect(Effect::ScheduleProvider { provider: now.id });
    Ok(())
}

/// Calls off the fetch of a provider that goes; its list goes too.
pub(super) async fn delete(work: &mut Work, object: &Object) -> Result<()> {
    let Some(gone) = provider(Some(object)) else { return Ok(()) };
    call_off_job(work, job(gone)).await?;
    work.effect(Effect::ScheduleProvider { provider: gone.id });
    Ok(())
}

/// Adds where they play to rows of providers' lists. The address holds the account's password, so it is for admins alone,
/// and stored nowhere but sealed.
pub(super) async fn show_addresses(work: &Work, kind: RecordKind, rows: &mut [Map<String, Value>]) -> Result<()> {
    let is_list = matches!(kind, RecordKind::Plain(plain) if plain.word == PROVIDER_STREAM.word);
    if !is_list || work.caller().role() != CallerRole::Admin {
        return Ok(());
    }
    let mut accounts = HashMap::new();
    for row in rows {
        let number = |name: &str| row.get(name).and_then(Value::as_u64).unwrap_or(0);
        let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
        let (provider, remote) = (DocumentId(u32::try_from(number("provider")).unwrap_or(0)), number("remote"));
        if let std::collections::hash_map::Entry::Vacant(free) = accounts.entry(provider) {
            let found: Option<Document> = work.engine().row(work.database(), provider).await?;
            let found = found.filter(|found| found.collection == PROVIDER.word);
            free.insert(found.map(|found| account(work.engine(), work.caller().tenant, &found)));
        }
        let account = accounts.get(&provider).and_then(Option::as_ref);
        let address = account.and_then(|account| account.address(text("kind"), remote, text("extension")));
        row.insert("address".to_owned(), address.unwrap_or_default().into());
    }
    Ok(())
}
