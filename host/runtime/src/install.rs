//! How a file becomes a tenant's plugin: checked, compiled and tried first, then kept by its digest, written into the
//! control database and swapped in. A version that asks for more than is granted waits beside the one that runs.

use crate::Runtime;
use crate::file::{blocking, remove, sweep, write};
use crate::health::PluginStatus;
use crate::known::Known;
use crate::load_error::LoadError;
use crate::package::Package;
use bytes::Bytes;
use host_core::TenantId;
use host_core::caller::Caller;
use host_core::grant::Grant;
use host_core::plugin::PluginSource;
use host_engine::Work;
use host_engine::plugin::{self, Added};
use serde::Serialize;
use std::collections::HashSet;
use std::sync::Arc;

/// What became of a file that was brought.
#[derive(Debug, Clone, Serialize)]
pub struct Installed {
    /// The plugin's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub digest: String,
    /// Whether it takes part now. While it waits for a grant, the version before it runs on.
    #[serde(flatten)]
    pub status: PluginStatus,
}

impl Runtime {
    /// Installs a plugin for the caller's tenant, or another version of one that it has. The
    /// same file again changes nothing.
    ///
    /// # Errors
    /// See [`LoadError`]; what ran before runs on.
    pub async fn install(self: &Arc<Runtime>, caller: Caller, bytes: Bytes) -> Result<Installed, LoadError> {
        if !self.options.allow_unsigned {
            return Err(LoadError::Unsigned);
        }
        let package = blocking(move || Ok(Package::read(bytes)?)).await?;
        self.bring(caller, package, false).await
    }

    /// Likewise, for a file that was read; `dropped` when the drop folder brings it.
    pub(crate) async fn bring(
        self: &Arc<Runtime>,
        caller: Caller,
        package: Package,
        dropped: bool,
    ) -> Result<Installed, LoadError> {
        let tenant = caller.tenant;
        let brought = Added {
            tenant,
            name: package.manifest.name.clone(),
            plugin_version: package.manifest.version.clone(),
            digest: package.digest_hex(),
            source: PluginSource::Foreign,
            granted: Grant::default(),
            dropped,
        };
        if self.is_shipped(&brought.name) {
            let message = format!("a shipped plugin is called {} too; give it another name", brought.name);
            return Err(LoadError::Clash(message));
        }
        let row = self.row(tenant, &brought.name).await?;
        // Holding it keeps the compiled plugin for the refresh below. Its trial run is not a call: it is given
        // nothing of the host.
        let loaded = self.load(package.clone()).await?;
        self.remember(&package);
        let granted = row.as_ref().map(|row| row.granted.clone()).unwrap_or_default();
        let missing = granted.missing(&loaded.asked, &brought.digest);
        let runs = row.as_ref().is_some_and(|row| row.digest != brought.digest) && self.runs(tenant, &brought.name);
        let waiting = self.waiting_path(tenant, &brought.name);
        let tenant_plugins = self.tenant_plugins(tenant);
        let files = self.files.lock().await;
        if runs && !missing.is_empty() {
            let known = Arc::new(Known::of(&package));
            blocking(move || Ok(write(&waiting, &package.bytes)?)).await?;
            tenant_plugins.waiting.lock().insert(brought.name.clone(), Some(known));
            self.refresh(tenant).await?;
            return Ok(told(brought, PluginStatus::WaitingForGrant { missing }));
        }
        let file = self.file(&brought.digest);
        blocking(move || {
            write(&file, &package.bytes)?;
            // Whatever waited is superseded.
            Ok(remove(&waiting)?)
        })
        .await?;
        tenant_plugins.waiting.lock().insert(brought.name.clone(), None);
        if row.as_ref().is_none_or(|row| row.digest != brought.digest) {
            let add = async |work: &mut Work| plugin::add(work, brought.clone()).await;
            self.engine.act_control(caller, "plugin add", add).await?;
        }
        self.refresh(tenant).await?;
        if let Some(before) = row.filter(|row| row.digest != brought.digest) {
            self.drop_unused(&before.digest).await?;
        }
        drop(files);
        let status = self.status(tenant, &brought);
        Ok(told(brought, status))
    }

    /// Takes a plugin out of the caller's tenant, with its files in the drop folder.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin.
    pub async fn remove(self: &Arc<Runtime>, caller: Caller, name: &str) -> Result<(), LoadError> {
        let tenant = caller.tenant;
        let _files = self.files.lock().await;
        let row = self.row(tenant, name).await?;
        let delete = async |work: &mut Work| plugin::remove(work, tenant, name).await;
        self.engine.act_control(caller, "plugin remove", delete).await?;
        remove(&self.waiting_path(tenant, name))?;
        self.tenant_plugins(tenant).waiting.lock().insert(name.to_owned(), None);
        self.remove_dropped(tenant, name).await?;
        self.refresh(tenant).await?;
        if let Some(row) = row {
            self.drop_unused(&row.digest).await?;
        }
        Ok(())
    }

    /// Removes the file with a digest when no tenant has it any more. The caller holds the files.
    async fn drop_unused(&self, digest: &str) -> Result<(), LoadError> {
        if !self.installed_digests().await?.contains(digest) {
            self.known.lock().remove(digest);
            remove(&self.file(digest))?;
        }
        Ok(())
    }

    /// Removes files of plugins that no tenant has any more, and what was compiled of them.
    pub(crate) async fn tidy(self: &Arc<Runtime>) -> Result<u64, LoadError> {
        let _files = self.files.lock().await;
        let digests = self.installed_digests().await?;
        let runtime = Arc::clone(self);
        blocking(move || {
            let is_installed = |name: &str| name.strip_suffix(".wasm").is_some_and(|digest| digests.contains(digest));
            let files = sweep(&runtime.options.plugins_dir, is_installed)?;
            let shipped = runtime.shipped.iter().map(|loaded| loaded.digest);
            let foreign = digests.iter().filter_map(|digest| hex::decode(digest).ok()?.try_into().ok());
            Ok(files + runtime.cache.keep_only(shipped.chain(foreign))?)
        })
        .await
    }

    /// The digests of all files that some tenant has.
    pub(crate) async fn installed_digests(&self) -> host_engine::Result<HashSet<String>> {
        Ok(self.engine.plugins().await?.into_iter().map(|plugin| plugin.digest).collect())
    }

    fn status(&self, tenant: TenantId, brought: &Added) -> PluginStatus {
        let health = self.health(tenant);
        let own = health.into_iter().filter(|health| health.digest == brought.digest && health.name == brought.name);
        own.map(|health| health.status).next().unwrap_or(PluginStatus::Disabled)
    }

    /// Whether some version of a plugin takes part in the tenant's routes.
    fn runs(&self, tenant: TenantId, name: &str) -> bool {
        self.snapshot(tenant).active().iter().any(|active| active.loaded.manifest.name == name)
    }
}

fn told(brought: Added, status: PluginStatus) -> Installed {
    Installed { name: brought.name, version: brought.plugin_version, digest: brought.digest, status }
}
