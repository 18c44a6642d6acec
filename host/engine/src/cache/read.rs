//! Reads through the cache.

use super::memory::AsNamed;
use crate::{Engine, Result};
use host_core::block::{BLOCK, Blocked};
use host_core::document::Document;
use host_core::line::Line;
use host_core::plan::Database;
use host_core::port::Filter;
use host_core::settings::{SETTINGS, Settings};
use host_core::tenant::{Quotas, Tenant};
use host_core::unique::Unique;
use host_core::user::{Role, User};
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
        let settings: Option<Settings> = self.row(Database::Tenant(tenant), SETTINGS).await?;
        let settings = Arc::new(settings.unwrap_or_default());
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
        let Some(row) = self.row::<User>(Database::Tenant(tenant), user).await? else { return Ok(None) };
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
        let Some(line) = self.row_of::<Line>(Database::Tenant(tenant), unique).await? else { return Ok(None) };
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
        let rows = self.rows(Database::Tenant(tenant), vec![Filter::Collection(BLOCK.word.to_owned())]).await?;
        let blocks = Arc::new(rows.iter().filter_map(|row: &Document| Blocked::of(&row.fields)).collect::<Vec<_>>());
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
        let tenant: Option<Tenant> = self.row(Database::Control, tenant).await?;
        Ok(tenant.map(|tenant| tenant.quotas).unwrap_or_default())
    }
}
