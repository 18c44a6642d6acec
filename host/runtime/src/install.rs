//! How a file becomes a tenant's plugin: checked, compiled and tried first, then kept by its digest, written into
//! the control database and swapped in. A version that asks for more than is granted waits beside the one that
//! runs. Knows nothing of where a file came from.

use crate::Runtime;
use crate::health::PluginStatus;
use crate::loaded::LoadError;
use crate::package::{MAX_FILE, Package};
use bytes::Bytes;
use host_core::TenantId;
use host_core::caller::Caller;
use host_core::grant::{Function, Grant};
use host_core::plugin::PluginSource;
use host_core::refusal::{Code, Refusal};
use host_engine::Work;
use host_engine::plugin::{self, Added};
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
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
        self.bring(caller, package).await
    }

    async fn bring(self: &Arc<Runtime>, caller: Caller, package: Package) -> Result<Installed, LoadError> {
        let tenant = caller.tenant;
        let brought = Added {
            tenant,
            name: package.manifest.name.clone(),
            plugin_version: package.manifest.version.clone(),
            digest: package.digest_hex(),
            source: PluginSource::Foreign,
            granted: Grant::default(),
        };
        if self.is_shipped(&brought.name) {
            let message = format!("a shipped plugin is called {} too; give it another name", brought.name);
            return Err(LoadError::Clash(message));
        }
        let row = self.row(tenant, &brought.name).await?;
        // Holding it keeps the compiled plugin for the refresh below.
        let loaded = self.load(package.clone()).await?;
        let granted = row.as_ref().map(|row| row.granted.clone()).unwrap_or_default();
        let missing = granted.missing(&loaded.asked);
        let runs = row.as_ref().is_some_and(|row| row.digest != brought.digest) && self.runs(tenant, &brought.name);
        let waiting = self.waiting_file(tenant, &brought.name);
        if runs && !missing.is_empty() {
            blocking(move || Ok(write(&waiting, &package.bytes)?)).await?;
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
        if row.is_none_or(|row| row.digest != brought.digest) {
            let add = async |work: &mut Work| plugin::add(work, brought.clone()).await;
            self.engine.act_control(caller, "plugin add", add).await?;
        }
        self.refresh(tenant).await?;
        let status = self.status(tenant, &brought);
        Ok(told(brought, status))
    }

    /// Grants a plugin what it asks for, or only these of it: `linecard:lines/lines.sell`,
    /// `records:stream:read`. A version that waited for it takes over at once. Answers what is
    /// granted now.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin, `invalid_input` for what it does not ask
    /// for, and when a waiting version does not load.
    pub async fn grant(self: &Arc<Runtime>, caller: Caller, name: &str, what: &[String]) -> Result<Grant, LoadError> {
        let tenant = caller.tenant;
        let asked = self.asked(tenant, name).await?;
        let chosen = if what.is_empty() { asked } else { parse(what)?.within(&asked)? };
        let grow = async |work: &mut Work| plugin::grant(work, tenant, name, &chosen).await;
        let granted = self.engine.act_control(caller.clone(), "plugin grant", grow).await?.granted;
        let waiting = self.waiting_file(tenant, name);
        if let Ok(package) = blocking(move || Ok(Package::read(read(&waiting)?)?)).await
            && granted.missing(&package.asked).is_empty()
        {
            self.bring(caller, package).await?;
        }
        self.refresh(tenant).await?;
        Ok(granted)
    }

    /// Takes grants back, all or only these. A plugin that asks for one of them ends at once.
    /// Answers what is granted now.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin, `invalid_input` for malformed entries.
    pub async fn revoke(self: &Arc<Runtime>, caller: Caller, name: &str, what: &[String]) -> Result<Grant, LoadError> {
        let tenant = caller.tenant;
        let less = parse(what)?.0;
        let less = (!what.is_empty()).then_some(&less);
        let shrink = async |work: &mut Work| plugin::revoke(work, tenant, name, less).await;
        let granted = self.engine.act_control(caller, "plugin revoke", shrink).await?.granted;
        self.refresh(tenant).await?;
        Ok(granted)
    }

    /// Takes a plugin out of the caller's tenant, with its files in the drop folder.
    ///
    /// # Errors
    /// `not_found` when the tenant has no such plugin.
    pub async fn remove(self: &Arc<Runtime>, caller: Caller, name: &str) -> Result<(), LoadError> {
        let tenant = caller.tenant;
        let delete = async |work: &mut Work| plugin::remove(work, tenant, name).await;
        self.engine.act_control(caller, "plugin remove", delete).await?;
        remove(&self.waiting_file(tenant, name))?;
        self.remove_dropped(tenant, name).await?;
        self.refresh(tenant).await?;
        Ok(())
    }

    /// What a plugin asks for: its installed version, and one that waits beside it.
    async fn asked(self: &Arc<Runtime>, tenant: TenantId, name: &str) -> Result<Grant, LoadError> {
        let row = self.row(tenant, name).await?;
        let row = row.ok_or_else(|| LoadError::Engine(Refusal::not_found("foreign plugin").into()))?;
        let (file, waiting) = (self.file(&row.digest), self.waiting_file(tenant, name));
        blocking(move || {
            let installed = Package::read(read(&file)?)?;
            Ok(match read(&waiting).ok().and_then(|bytes| Package::read(bytes).ok()) {
                Some(newer) => united(&installed.asked, &newer.asked),
                None => installed.asked,
            })
        })
        .await
    }

    fn status(&self, tenant: TenantId, brought: &Added) -> PluginStatus {
        let health = self.health(tenant);
        let own = health.into_iter().filter(|health| health.digest == brought.digest && health.name == brought.name);
        own.map(|health| health.status).next().unwrap_or(PluginStatus::Disabled)
    }

    /// Whether some version of a plugin takes part in the tenant's routes.
    fn runs(&self, tenant: TenantId, name: &str) -> bool {
        self.snapshot(tenant).placed().iter().any(|placed| placed.loaded.manifest.name == name)
    }

    /// Where a version waits for its grant.
    pub(crate) fn waiting_file(&self, tenant: TenantId, name: &str) -> PathBuf {
        self.waiting_folder(tenant).join(format!("{name}.wasm"))
    }

    pub(crate) fn waiting_folder(&self, tenant: TenantId) -> PathBuf {
        self.options.plugins_dir.join("waiting").join(tenant.0.to_string())
    }
}

fn told(brought: Added, status: PluginStatus) -> Installed {
    Installed { name: brought.name, version: brought.plugin_version, digest: brought.digest, status }
}

/// Runs file work and hashing off the threads that answer requests.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LoadError> + Send + 'static,
) -> Result<T, LoadError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(LoadError::Trial(error.to_string())))
}

/// A plugin file, never more of it than a plugin may have.
pub(crate) fn read(path: &Path) -> io::Result<Bytes> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes.into())
}

/// Writes beside, then renames: a file is whole or not there. The file beside has a name that nobody else uses,
/// because two tenants may bring the same plugin at once.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    // Only its owner may read it, and it goes when it cannot be kept.
    let mut file = tempfile::Builder::new().prefix(".").suffix(".new").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Removes a file; one that is not there is no error.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Functions and limits as an operator types them.
struct Chosen(Grant);

fn parse(what: &[String]) -> Result<Chosen, LoadError> {
    let mut grant = Grant::default();
    for entry in what {
        if entry.contains('/') {
            grant.functions.insert(Function(entry.clone()));
        } else if let Some((capability, limit)) = entry.split_once(':') {
            grant.limits.entry(capability.to_owned()).or_default().insert(limit.to_owned());
        } else {
            return Err(invalid(format!("{entry} is neither a function nor CAPABILITY:LIMIT.")));
        }
    }
    Ok(Chosen(grant))
}

impl Chosen {
    fn within(self, asked: &Grant) -> Result<Grant, LoadError> {
        let more = asked.missing(&self.0);
        if more.is_empty() { Ok(self.0) } else { Err(invalid(format!("It does not ask for {}.", more.join(", ")))) }
    }
}

fn invalid(message: String) -> LoadError {
    LoadError::Engine(Refusal::field(Code::InvalidInput, "what", message).into())
}

fn united(one: &Grant, other: &Grant) -> Grant {
    let mut all = one.clone();
    all.functions.extend(other.functions.iter().cloned());
    for (capability, limits) in &other.limits {
        all.limits.entry(capability.clone()).or_default().extend(limits.iter().cloned());
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn the_same_file_is_written_by_many_at_once_and_is_whole_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let (path, bytes) = (folder.path().join("plugins/digest.wasm"), vec![7; 1 << 20]);
        for _ in 0..20 {
            let together = Barrier::new(4);
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        together.wait();
                        write(&path, &bytes).unwrap();
                    });
                }
            });
            assert!(fs::read(&path).unwrap() == bytes);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
    }
}
