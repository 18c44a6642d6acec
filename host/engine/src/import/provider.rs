//! Fetches the lists of providers when they are due, by turns as guides are fetched. How a fetch ended, what the provider
//! says of the account, and when the next one is due stand in the provider's document.

use super::fetch::{MOST_REASON, SUSPENDED};
use super::job::{Running, unreadable};
use super::provider_list::{Piece, drop_list, prune, put};
use super::schedule::AGAIN;
use crate::record::sealed;
use crate::{Engine, Error, Result, Work};
use host_core::caller::Caller;
use host_core::document::Document;
use host_core::job::JobState;
use host_core::plan::Database;
use host_core::port::{Filter, ProviderFeed, ProviderItems};
use host_core::provider::{Account, Facts, MOST_LISTED, PROVIDER, due_again, is_fetched, same_account};
use host_core::refusal::Code;
use host_core::secret::Secret;
use host_core::time::Unix;
use host_core::{DocumentId, JobId, Refusal, TenantId};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Notify;

/// The kind of its job.
pub(crate) const JOB: &str = "fetch_provider";

/// The fetch of one provider's list, which nobody else fetches meanwhile. Dropping it gives the turn back.
pub struct ProviderTurn {
    engine: Arc<Engine>,
    tenant: TenantId,
    provider: DocumentId,
    stop: Arc<Notify>,
}

impl Drop for ProviderTurn {
    fn drop(&mut self) {
        self.engine.due.providers.end((self.tenant, self.provider));
    }
}

/// What a whole list came to.
#[derive(Default)]
struct Fetched {
    facts: Facts,
    /// Live, movies, series.
    counts: [u32; 3],
}

/// When a provider is due by its document.
fn due_at(provider: &Document) -> Option<Unix> {
    provider.fields.get("due_at").and_then(Value::as_i64).map(Unix)
}

impl Engine {
    /// A provider that is due, unless as many as may be are being fetched. To be asked every second, until there is none.
    pub fn take_provider_turn(self: &Arc<Self>, now: Unix) -> Option<ProviderTurn> {
        let ((tenant, provider), stop) = self.due.providers.take(now)?;
        Some(ProviderTurn { engine: Arc::clone(self), tenant, provider, stop })
    }

    /// Looks when a provider is due. One that is gone has a last turn, which drops its list.
    pub(crate) async fn schedule_provider(&self, tenant: TenantId, provider: DocumentId) -> Result<()> {
        match self.provider(tenant, provider).await? {
            Some(row) => self.due.providers.schedule(tenant, provider, due_at(&row)),
            None => {
                self.due.providers.stop(tenant, provider);
                self.due.providers.schedule(tenant, provider, Some(self.clock().now()));
            }
        }
        Ok(())
    }

    /// Looks when each provider of a tenant is due, as a start does.
    pub(crate) async fn schedule_providers(&self, tenant: TenantId) -> Result<()> {
        let of_kind = vec![Filter::Collection(PROVIDER.word.to_owned())];
        for provider in self.rows::<Document>(Database::Tenant(tenant), of_kind).await? {
            self.due.providers.schedule(tenant, provider.id, due_at(&provider));
        }
        Ok(())
    }

    async fn provider(&self, tenant: TenantId, id: DocumentId) -> Result<Option<Document>> {
        let found: Option<Document> = self.row(Database::Tenant(tenant), id).await?;
        Ok(found.filter(|found| found.collection == PROVIDER.word))
    }
}

/// The account that a provider's document says, for addresses of what it lists.
pub(crate) fn account(engine: &Engine, tenant: TenantId, provider: &Document) -> Account {
    let password = sealed::open(engine, tenant, provider, &PROVIDER, "password");
    Account::of(&provider.fields, &password.unwrap_or_else(|| Secret::new("")))
}

impl ProviderTurn {
    /// Fetches the list to its end, or until the provider is fetched no more. Where it cannot be read, what was listed
    /// before stays.
    ///
    /// # Errors
    /// When storage fails; the provider is due again in a minute.
    pub async fn fetch(self, feed: &dyn ProviderFeed) -> Result<()> {
        tokio::select! {
            biased;
            () = self.stop.notified() => Ok(()),
            outcome = self.run(feed) => outcome,
        }
    }

    async fn run(&self, feed: &dyn ProviderFeed) -> Result<()> {
        let (engine, tenant, now) = (&self.engine, self.tenant, self.engine.clock().now());
        let due = &engine.due.providers;
        if !engine.is_open(tenant).await? {
            due.put_off((tenant, self.provider), now.plus(SUSPENDED));
            return Ok(());
        }
        let Some(provider) = engine.provider(tenant, self.provider).await? else {
            drop_list(engine, tenant, self.provider).await?;
            due.stop(tenant, self.provider);
            return Ok(());
        };
        if !is_fetched(&provider.fields) || due_at(&provider).is_none_or(|due| due > now) {
            due.schedule(tenant, self.provider, due_at(&provider));
            return Ok(());
        }
        let items = feed.listed(&account(engine, tenant, &provider));
        match self.import(&provider, items).await {
            Ok(fetched) => self.note(&provider, Ok(fetched)).await,
            // Another fetch of it runs: this one has not been tried.
            Err(Error::Refusal(refusal)) if refusal.code == Code::Conflict => {
                due.put_off((tenant, self.provider), now.plus(AGAIN));
                Ok(())
            }
            Err(Error::Refusal(refusal)) => {
                let reason = refusal.message.chars().take(MOST_REASON).collect();
                self.note(&provider, Err(reason)).await
            }
            Err(error) => Err(error),
        }
    }

    /// Reads the list as a job, in chunks.
    async fn import(&self, provider: &Document, items: ProviderItems) -> Result<Fetched> {
        let caller = Caller::system(self.tenant, "");
        let name = provider.fields.get("name").and_then(Value::as_str).unwrap_or_default();
        let job = provider.fields.get("job").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let subject = (name, job.map(JobId));
        let mut running = Running::begin(&self.engine, caller, ("fetch provider", JOB), subject, false).await?;
        let fetched = self.read(&mut running, items).await;
        let (outcome, fetched) = match fetched {
            Ok(fetched) => (Ok(JobState::Done), Some(fetched)),
            Err(error) => (Err(error), None),
        };
        running.end(outcome, json!({})).await?;
        fetched.ok_or_else(|| Error::Invalid("a fetch that ended well has a list".into()))
    }

    async fn read(&self, running: &mut Running, mut items: ProviderItems) -> Result<Fetched> {
        let (mut fetched, mut seen) = (Fetched::default(), HashSet::new());
        loop {
            let piece = Piece::read(&mut items).await;
            if let Some(facts) = piece.facts {
                fetched.facts = facts;
            }
            let rows = &piece.rows;
            let provider = self.provider;
            let ids =
                running.chunk(rows.len() as u64, async |work, tally| put(work, provider, rows, tally).await).await?;
            for (row, id) in rows.iter().zip(ids) {
                if seen.insert(id)
                    && let Some(count) = ["live", "movie", "series"].iter().position(|kind| *kind == row.kind)
                    && let Some(count) = fetched.counts.get_mut(count)
                {
                    *count += 1;
                }
            }
            if seen.len() > MOST_LISTED as usize {
                let message =
                    format!("The provider lists more than {MOST_LISTED} things; what was listed before stays.");
                return Err(Refusal::new(Code::TooLarge, message).into());
            }
            match piece.ended {
                Some(Ok(())) => break,
                Some(Err(error)) => return Err(unreadable(&error)),
                None => {}
            }
        }
        prune(running, self.provider, &seen).await?;
        Ok(fetched)
    }

    /// Notes how the fetch ended, and when the next one is due.
    async fn note(&self, fetched: &Document, outcome: Result<Fetched, String>) -> Result<()> {
        let (engine, tenant) = (&self.engine, self.tenant);
        if let Err(reason) = &outcome {
            tracing::info!(%tenant, provider = %self.provider, reason, "a provider could not be read; its last list stays");
        }
        let mut chance = [0; 4];
        engine.entropy().fill(&mut chance);
        let chance = u32::from_le_bytes(chance);
        let verb = async |work: &mut Work| {
            let Some(before) = work.know::<Document>(self.provider).await? else { return Ok(None) };
            let before = PROVIDER.indexed(before)?;
            let mut after = before.clone();
            let now = work.now();
            let is_wanted = same_account(&before.fields, &fetched.fields);
            let mut set = |name: &str, value: Value| drop(after.fields.insert(name.to_owned(), value));
            let failures = match &outcome {
                Ok(fetched) => {
                    told(fetched, now, &mut set);
                    0
                }
                Err(_) => before.fields.get("failures").and_then(Value::as_u64).unwrap_or(0).saturating_add(1),
            };
            set("error", outcome.as_ref().err().cloned().unwrap_or_default().into());
            set("tried_at", now.0.into());
            set("failures", failures.into());
            let due = match (is_fetched(&before.fields), is_wanted) {
                (false, _) => Value::Null,
                // What was fetched is not what is wanted by now.
                (true, false) => now.0.into(),
                (true, true) => due_again(&before.fields, now, failures, chance).0.into(),
            };
            set("due_at", due);
            let due_at = due_at(&after);
            work.update(&before, after);
            Ok(due_at)
        };
        let due = engine.act(Caller::system(tenant, ""), "fetch provider", verb).await?;
        engine.due.providers.schedule(tenant, self.provider, due);
        Ok(())
    }
}

/// What a provider said of an account, and how much it lists.
fn told(fetched: &Fetched, now: Unix, set: &mut impl FnMut(&str, Value)) {
    let Fetched { facts, counts: [live, movies, series] } = fetched;
    set("status", facts.status.clone().into());
    set("expires_at", facts.expires_at.into());
    set("max_connections", facts.max_connections.into());
    set("active_connections", facts.active_connections.into());
    set("live", (*live).into());
    set("movies", (*movies).into());
    set("series", (*series).into());
    set("changed_at", now.0.into());
}
