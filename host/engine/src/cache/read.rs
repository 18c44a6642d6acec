//! Reads through the cache.

use super::memory::AsNamed;
use crate::{Engine, Result};
use host_core::block::{BLOCK, Blocked};
use host_core::caller::Scope;
use host_core::line::Line;
use host_core::object::{Key, Kind, Object, Unique};
use host_core::plan::Place;
use host_core::port::{Filter, Query};
use host_core::settings::{SETTINGS, Settings};
use host_core::tenant::Quotas;
use host_core::user::Role;
use host_core::{TenantId, UserId};
use std::sync::Arc;
use std::sync::atomic::Ordering;

impl Engine {
    /// The tenant's settings as of their generation.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn settings(&self, tenant: TenantId) -> Result<Arc<Settings>> {
        let generation = self.store().settings_generation(tenant);
        if let Some((of, settings)) = self.cache.settings.read().get(&tenant)
            && *of == generation
        {
            return Ok(Arc::clone(settings));
        }
        let row = self.store().get(Place::Tenant(tenant), Scope::Tenant, Key::Settings(SETTINGS)).await?;
        let settings = Arc::new(match row {
            Some(Object::Settings(settings)) => settings,
            _ => Settings::default(),
        });
        self.cache.settings.write().insert(tenant, (generation, Arc::clone(&settings)));
        Ok(settings)
    }

    /// What a user is; none when there is no such user.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn role(&self, tenant: TenantId, user: UserId) -> Result<Option<Role>> {
        if let Some(role) = self.cache.roles.get(&(tenant, user)) {
            return Ok(Some(role));
        }
        let row = self.store().get(Place::Tenant(tenant), Scope::Tenant, Key::User(user)).await?;
        let Some(Object::User(row)) = row else { return Ok(None) };
        self.cache.roles.insert((tenant, user), row.role);
        Ok(Some(row.role))
    }

    /// The line with a user name, if it is in memory as it is now.
    pub(crate) fn kept_line(&self, tenant: TenantId, username: &str) -> Option<Arc<Line>> {
        let (of, line) = self.cache.lines.get(&AsNamed(tenant, username))?;
        (of >= self.store().line_generation(tenant, Some(line.id))).then_some(line)
    }

    /// The line with a user name, read and kept from now on. A name that is nobody's is not kept:
    /// guessing must not push lines out.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn read_line(&self, tenant: TenantId, username: &str) -> Result<Option<Arc<Line>>> {
        // Asked first: what is found afterwards is at least as new.
        let generation = self.store().line_generation(tenant, None);
        let unique = Unique::LineUsername(username.to_owned());
        let Some(Object::Line(line)) = self.store().find(Place::Tenant(tenant), unique).await? else {
            return Ok(None);
        };
        let line = Arc::new(line);
        self.cache.lines.insert((tenant, username.into()), (generation, Arc::clone(&line)));
        Ok(Some(line))
    }

    /// What the tenant's block lists turn away.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn blocked(&self, tenant: TenantId) -> Result<Arc<Vec<Blocked>>> {
        if let Some(blocks) = self.cache.kept_blocks(tenant) {
            return Ok(blocks);
        }
        // One read for all: after a change, or a start, every player of the tenant asks at once.
        let reads = Arc::clone(self.cache.block_reads.lock().entry(tenant).or_default());
        let _reading = reads.lock().await;
        if let Some(blocks) = self.cache.kept_blocks(tenant) {
            return Ok(blocks);
        }
        let epoch = self.cache.block_epoch.load(Ordering::Acquire);
        let mut blocks = Vec::new();
        let mut query = Query::all(Kind::Document, Scope::Tenant);
        query.filters = vec![Filter::Collection(BLOCK.word.to_owned())];
        loop {
            let page = self.store().list(Place::Tenant(tenant), query.clone()).await?;
            let last = page.rows.last().map(|row| row.key().number());
            let full = page.rows.len() >= query.limit as usize;
            blocks.extend(page.rows.into_iter().filter_map(|row| match row {
                Object::Document(block) => Blocked::of(&block.fields),
                _ => None,
            }));
            match last {
                Some(last) if full => {
                    query.filters = vec![Filter::Collection(BLOCK.word.to_owned()), Filter::After(last)];
                }
                _ => break,
            }
        }
        let blocks = Arc::new(blocks);
        let mut kept = self.cache.blocks.write();
        if self.cache.block_epoch.load(Ordering::Acquire) == epoch {
            kept.insert(tenant, (epoch, Arc::clone(&blocks)));
        }
        Ok(blocks)
    }

    /// What a tenant may use.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn quotas(&self, tenant: TenantId) -> Result<Quotas> {
        match self.store().get(Place::Control, Scope::Tenant, Key::Tenant(tenant)).await? {
            Some(Object::Tenant(tenant)) => Ok(tenant.quotas),
            _ => Ok(Quotas::default()),
        }
    }
}
