//! Files of the tenants' drop folders on their way to becoming plugins. The watcher finds them; `install` takes them
//! in.

use crate::Runtime;
use crate::file::{blocking, read, remove};
use crate::health::{PluginHealth, PluginStatus};
use crate::install::Installed;
use crate::load_error::LoadError;
use crate::package::Package;
use crate::watch::Nomination;
use host_core::TenantId;
use host_core::caller::Caller;
use host_core::plugin::PluginSource;
use host_engine::Work;
use host_engine::plugin;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the watcher is told of a nomination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It was taken in, or never will be as it is.
    Settled,
    /// What stood in its way may pass: nominate it again.
    Again,
}

impl Runtime {
    /// Takes in what the watcher found. Whatever is wrong with a file is kept for the health view; it changes
    /// nothing else.
    pub async fn nominated(self: &Arc<Runtime>, nomination: Nomination) -> Outcome {
        let (Nomination::Ready { tenant: name, path } | Nomination::Gone { tenant: name, path }) = &nomination;
        let tenant = match self.engine.tenant_named(name).await {
            Ok(Some(tenant)) => tenant.id,
            Ok(None) => {
                tracing::debug!(folder = name, "a drop folder belongs to no tenant yet");
                return Outcome::Again;
            }
            Err(error) => {
                tracing::error!(%error, "a drop folder's tenant cannot be looked up");
                return Outcome::Again;
            }
        };
        self.note_dropped(tenant, path.clone(), None);
        if matches!(nomination, Nomination::Gone { .. }) {
            return Outcome::Settled;
        }
        match self.take_dropped(tenant, path).await {
            Ok(Some(Installed { name, version, status, .. })) => {
                tracing::info!(tenant = tenant.0, plugin = name, version, ?status, "a dropped plugin was taken in");
                Outcome::Settled
            }
            Ok(None) => Outcome::Settled,
            Err(error) => {
                tracing::warn!(tenant = tenant.0, path = %path.display(), %error, "a dropped file is no plugin");
                self.note_dropped(tenant, path.clone(), Some(failed(path, error.to_string())));
                if error.is_passing() { Outcome::Again } else { Outcome::Settled }
            }
        }
    }

    /// Takes in a file, once: what an operator put in its place since then stays there.
    async fn take_dropped(self: &Arc<Runtime>, tenant: TenantId, path: &Path) -> Result<Option<Installed>, LoadError> {
        if !self.options.allow_unsigned {
            return Err(LoadError::Unsigned);
        }
        let caller = Caller::system(tenant, "drop-folder");
        let file = path.to_owned();
        let package = blocking(move || Ok(Package::read(read(&file)?)?)).await?;
        let (name, digest) = (package.manifest.name.clone(), package.digest_hex());
        if let Some(row) = self.row(tenant, &name).await? {
            if row.nominated.contains(&digest) {
                return Ok(None);
            }
            if is_older(&package.manifest.version, &row.plugin_version) {
                let message = format!(
                    "version {} is older than the installed {}; use `linecard plugin add` to go back",
                    package.manifest.version, row.plugin_version
                );
                // Its time is over, also when an operator goes back further and the panel starts again.
                self.nominate(caller, &name, &digest).await?;
                return Err(LoadError::Clash(message));
            }
        }
        let installed = self.bring(caller.clone(), package, true).await?;
        // One that waits for a grant, or that an operator had brought before.
        let is_noted = self.row(tenant, &name).await?.is_none_or(|row| row.nominated.contains(&digest));
        if !is_noted {
            self.nominate(caller, &name, &digest).await?;
        }
        Ok(Some(installed))
    }

    /// Remembers that the drop folder has brought a file, so that it does not a second time.
    async fn nominate(self: &Arc<Runtime>, caller: Caller, name: &str, digest: &str) -> Result<(), LoadError> {
        let tenant = caller.tenant;
        let nominate = async |work: &mut Work| plugin::nominate(work, tenant, name, digest).await;
        self.engine.act_control(caller, "plugin nominate", nominate).await?;
        Ok(())
    }

    /// Removes the dropped files of a plugin, so that the next scan does not bring it back.
    pub(crate) async fn remove_dropped(self: &Arc<Runtime>, tenant: TenantId, name: &str) -> Result<(), LoadError> {
        let Some(folder) = self.drop_folder(tenant).await? else { return Ok(()) };
        let name = name.to_owned();
        blocking(move || {
            let Ok(files) = std::fs::read_dir(folder) else { return Ok(()) };
            for path in files.flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
                let named = |package: Package| package.manifest.name == name;
                if read(&path).ok().and_then(|bytes| Package::read(bytes).ok()).is_some_and(named) {
                    remove(&path)?;
                }
            }
            Ok(())
        })
        .await
    }

    async fn drop_folder(&self, tenant: TenantId) -> io::Result<Option<PathBuf>> {
        let own = self.engine.tenant(tenant).await.map_err(io::Error::other)?;
        Ok(own.map(|tenant| self.options.tenants_dir.join(tenant.name).join("plugins")))
    }
}

/// Whether a `MAJOR.MINOR.PATCH` version is older than another; what has another form is not compared.
fn is_older(version: &str, than: &str) -> bool {
    let numbers = |text: &str| text.split('.').map(str::parse::<u32>).collect::<Result<Vec<_>, _>>().ok();
    matches!((numbers(version), numbers(than)), (Some(one), Some(other)) if one < other)
}

fn failed(path: &Path, reason: String) -> PluginHealth {
    PluginHealth {
        name: path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        version: String::new(),
        digest: String::new(),
        source: PluginSource::Foreign,
        status: PluginStatus::Failed { reason },
        breaker: None,
        tripped: Vec::new(),
        calls: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert!(is_older("1.9.0", "1.10.0"));
        assert!(!is_older("1.10.0", "1.9.0"));
        assert!(!is_older("1.0.0", "1.0.0"));
        assert!(!is_older("beta", "1.0.0"));
    }
}
