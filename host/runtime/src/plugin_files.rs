//! The files of installed plugins, by digest: one that did not change is not read again.

use crate::Runtime;
use crate::file::{blocking, read};
use crate::health::{PluginHealth, PluginStatus};
use crate::known::Known;
use crate::load_error::LoadError;
use crate::loaded::LoadedPlugin;
use crate::package::Package;
use crate::package_error::PackageError;
use crate::tenant_plugins::{TenantPlugins, of_row};
use host_core::TenantId;
use host_core::plugin::InstalledPlugin;
use std::path::PathBuf;
use std::sync::Arc;

impl Runtime {
    /// The loaded plugin of a row, once nothing that it asks for is missing in its grant.
    pub(crate) async fn load_row(self: &Arc<Runtime>, row: &InstalledPlugin) -> Result<Arc<LoadedPlugin>, LoadError> {
        if !self.options.allow_unsigned {
            return Err(LoadError::Unsigned);
        }
        let known = self.known.lock().get(&row.digest).cloned();
        let (known, package) = match known {
            Some(known) => (known, None),
            None => {
                let package = self.package(&row.digest).await?;
                (self.remember(&package), Some(package))
            }
        };
        let missing = row.granted.missing(&known.asked, &known.digest);
        if !missing.is_empty() {
            return Err(LoadError::NotGranted(missing));
        }
        if let Some(loaded) = self.loaded(&row.digest) {
            return Ok(loaded);
        }
        let package = match package {
            Some(package) => package,
            None => self.package(&row.digest).await?,
        };
        self.load(package).await
    }

    /// What the installed file of a row asks for.
    pub(crate) async fn installed_file(&self, row: &InstalledPlugin) -> Result<Arc<Known>, LoadError> {
        let known = self.known.lock().get(&row.digest).cloned();
        match known {
            Some(known) => Ok(known),
            None => Ok(self.remember(&self.package(&row.digest).await?)),
        }
    }

    /// The version that waits beside a row's for its grant.
    pub(crate) async fn waiting_file(
        &self,
        tenant_plugins: &TenantPlugins,
        row: &InstalledPlugin,
    ) -> Option<Arc<Known>> {
        let found = tenant_plugins.waiting.lock().get(&row.name).cloned();
        if let Some(known) = found {
            return known;
        }
        let path = self.waiting_path(row.tenant, &row.name);
        let package = blocking(move || Ok(Package::read(read(&path)?)?)).await.ok();
        let known = package.map(|package| Arc::new(Known::of(&package)));
        tenant_plugins.waiting.lock().insert(row.name.clone(), known.clone());
        known
    }

    /// How that version is shown.
    pub(crate) async fn waiting(&self, tenant_plugins: &TenantPlugins, row: &InstalledPlugin) -> Option<PluginHealth> {
        let known = self.waiting_file(tenant_plugins, row).await?;
        let missing = row.granted.missing(&known.asked, &known.digest);
        let (version, digest) = (known.version.clone(), known.digest.clone());
        Some(PluginHealth { version, digest, ..of_row(row, PluginStatus::WaitingForGrant { missing }) })
    }

    pub(crate) fn remember(&self, package: &Package) -> Arc<Known> {
        let known = Arc::new(Known::of(package));
        self.known.lock().insert(known.digest.clone(), Arc::clone(&known));
        known
    }

    /// The installed file with a digest.
    async fn package(&self, digest: &str) -> Result<Package, LoadError> {
        let path = self.file(digest);
        let package = blocking(move || Ok(Package::read(read(&path)?)?)).await?;
        if package.digest_hex() != digest {
            return Err(LoadError::Package(PackageError::Incomplete("it is not the file that was installed")));
        }
        Ok(package)
    }

    /// Where a version waits for its grant.
    pub(crate) fn waiting_path(&self, tenant: TenantId, name: &str) -> PathBuf {
        self.waiting_folder(tenant).join(format!("{name}.wasm"))
    }

    pub(crate) fn waiting_folder(&self, tenant: TenantId) -> PathBuf {
        self.options.plugins_dir.join("waiting").join(tenant.0.to_string())
    }
}
