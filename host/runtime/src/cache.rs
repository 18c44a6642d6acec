//! The cache of compiled plugins: a folder of the panel's user only, each entry under a keyed digest. Any doubt about
//! an entry means compiling again. The only place that loads native code.
#![allow(unsafe_code)]

use crate::compile::{CompileError, Compiler};
use crate::package::Package;
use host_core::TenantId;
use host_core::secret::Mac;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, DirBuilder};
use std::hash::{Hash, Hasher};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::PathBuf;
use std::sync::Arc;
use wasmtime::Engine;
use wasmtime::component::Component;

/// Keys of the process itself belong to no tenant.
const PROCESS: TenantId = TenantId(0);

/// Where compiled plugins are kept.
pub(crate) struct Cache {
    folder: PathBuf,
    host: Arc<host_engine::Engine>,
    compiler: Compiler,
    /// The engine's settings and version: code for others is another entry.
    machine: [u8; 32],
}

impl Cache {
    /// Opens the folder, making it when it is missing.
    ///
    /// # Errors
    /// When it cannot be made, or someone else can write to it.
    pub(crate) fn open(
        folder: PathBuf,
        engine: &Engine,
        host: Arc<host_engine::Engine>,
        compiler: Compiler,
    ) -> io::Result<Cache> {
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let found = fs::metadata(&folder)?;
        if found.mode() & 0o077 != 0 || found.uid() != rustix::process::geteuid().as_raw() {
            let message = format!("{} must belong to this user alone; run chmod 700 on it", folder.display());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        }
        let mut hasher = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Cache { folder, host, compiler, machine: hasher.0.finalize().into() })
    }

    /// A plugin's component, from the cache or compiled now.
    pub(crate) async fn component(
        &self,
        engine: &Engine,
        package: &Package,
        shipped: bool,
    ) -> Result<Component, CompileError> {
        // The limit may be lower than when the entry was made.
        self.compiler.admit(package)?;
        let name = self.name(&package.digest);
        let path = self.folder.join(hex::encode(name));
        if let Some(code) = fs::read(&path).ok().and_then(|entry| self.verified(&name, entry))
            && let Some(component) = load(engine, &code)
        {
            return Ok(component);
        }
        let code = self.compiler.compile(&package.bytes, shipped).await?;
        if let Err(error) = self.keep(&path, &name, &code) {
            tracing::warn!(%error, path = %path.display(), "a compiled plugin cannot be kept; it will be compiled again");
        }
        load(engine, &code).ok_or_else(|| CompileError::Failed("the compiler's settings are not this host's".into()))
    }

    /// Removes all entries but those of these files: of plugins that nobody has, and of older engines.
    pub(crate) fn keep_only(&self, digests: impl Iterator<Item = [u8; 32]>) -> io::Result<u64> {
        let names: HashSet<String> = digests.map(|digest| hex::encode(self.name(&digest))).collect();
        crate::file::sweep(&self.folder, |name| names.contains(name))
    }

    /// The key of an entry: file, engine settings, wasmtime's version (part of the settings' hash).
    fn name(&self, digest: &[u8; 32]) -> [u8; 32] {
        Sha256::new().chain_update(digest).chain_update(self.machine).finalize().into()
    }

    fn mac(&self, name: &[u8; 32], code: &[u8]) -> Mac {
        let content = Sha256::digest(code);
        self.host.keyring().mac(PROCESS, "compiled-plugin", &[name.as_slice(), content.as_slice()].concat())
    }

    /// The code of an entry whose digest is right.
    fn verified(&self, name: &[u8; 32], mut entry: Vec<u8>) -> Option<Vec<u8>> {
        let (mac, code) = entry.split_first_chunk::<32>()?;
        if Mac(*mac) != self.mac(name, code) {
            tracing::warn!("an entry of the plugin cache is damaged or was tampered with; compiling again");
            return None;
        }
        entry.drain(..32);
        Some(entry)
    }

    /// Writes of_row, then renames: an entry is whole or not there.
    fn keep(&self, path: &std::path::Path, name: &[u8; 32], code: &[u8]) -> io::Result<()> {
        crate::file::write(path, &[&self.mac(name, code).0, code].concat())
    }
}

fn load(engine: &Engine, code: &[u8]) -> Option<Component> {
    // SAFETY: `deserialize` runs whatever native code it is given. `code` is either what our own compiler has
    // just answered for a validated component, or an entry whose HMAC under a key that only the host has was
    // checked over exactly these bytes, in memory, after they were read. Nothing from outside gets here.
    match unsafe { Component::deserialize(engine, code) } {
        Ok(component) => Some(component),
        Err(error) => {
            tracing::warn!(%error, "compiled code does not fit this host");
            None
        }
    }
}

/// Feeds wasmtime's settings into a digest that is the same in every process.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest = self.0.clone().finalize();
        digest.first_chunk::<8>().map_or(0, |first| u64::from_le_bytes(*first))
    }
}
