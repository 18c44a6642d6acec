//! What is read on every request and changes seldom: settings and block lists of tenants.
//! Knows how each is made stale: settings by the catalogue generation, blocks by their effect.

use crate::{Engine, Result};
use host_core::TenantId;
use host_core::block::Blocked;
use host_core::caller::Scope;
use host_core::object::{Key, Kind, Object};
use host_core::plan::Place;
use host_core::port::{Filter, Query};
use host_core::settings::{SETTINGS, Settings};
use host_core::tenant::Quotas;
use parking_lot::RwLock;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

type ByTenant<T> = RwLock<HashMap<TenantId, (u64, Arc<T>)>>;

#[derive(Default)]
pub(crate) struct Cache {
    settings: ByTenant<Settings>,
    blocks: ByTenant<Vec<Blocked>>,
    block_epoch: AtomicU64,
}

impl Cache {
    /// Block lists are read again from here on. What was being read meanwhile is not kept.
    pub(crate) fn forget_blocks(&self, tenant: TenantId) {
        self.block_epoch.fetch_add(1, Ordering::AcqRel);
        self.blocks.write().remove(&tenant);
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.forget_blocks(tenant);
        self.settings.write().remove(&tenant);
    }
}

impl Engine {
    /// The tenant's settings as of its catalogue generation.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn settings(&self, tenant: TenantId) -> Result<Arc<Settings>> {
        let generation = self.store().catalogue_generation(tenant);
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

    /// What the tenant's block lists turn away.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn blocked(&self, tenant: TenantId) -> Result<Arc<Vec<Blocked>>> {
        let epoch = self.cache.block_epoch.load(Ordering::Acquire);
        if let Some((_, blocks)) = self.cache.blocks.read().get(&tenant) {
            return Ok(Arc::clone(blocks));
        }
        let mut blocks = Vec::new();
        let mut query = Query::all(Kind::Block, Scope::Tenant);
        loop {
            let page = self.store().list(Place::Tenant(tenant), query.clone()).await?;
            let last = page.rows.last().map(|row| row.key().number());
            let full = page.rows.len() >= query.limit as usize;
            blocks.extend(page.rows.into_iter().filter_map(|row| match row {
                Object::Block(block) => Some(block.blocked),
                _ => None,
            }));
            match last {
                Some(last) if full => query.filters = vec![Filter::After(last)],
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
}

impl Engine {
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
