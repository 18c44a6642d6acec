//! The machine that this process runs on, behind the core's port: its load from the system, certificates from the doors,
//! and what can be dropped from the floors that keep it.

mod command;
mod disk;
mod sampler;

use command::Command;
use host_core::TenantId;
use host_core::port::{CertificateFacts, Clearing, Clock, Load, Machine, MachineError, Pending, Process, Space};
use host_http::Certificates;
use host_media::Media;
use host_runtime::Runtime;
use sampler::Sampler;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock, Weak};
use tokio::task::spawn_blocking;

/// This machine, and what this process keeps.
pub struct ThisMachine {
    sampler: Arc<Sampler>,
    /// What disks are used for, and where.
    folders: Vec<(&'static str, PathBuf)>,
    command: Command,
    /// Those of the doors, once there are some.
    certificates: OnceLock<Certificates>,
    media: Arc<Media>,
    /// The plugin host has the engine, which has this.
    runtime: Weak<Runtime>,
}

impl ThisMachine {
    /// With what disks are used for, and the operator's command for a reload, empty for none.
    pub(crate) fn new(
        clock: Arc<dyn Clock>,
        folders: Vec<(&'static str, PathBuf)>,
        command: Vec<String>,
        media: &Arc<Media>,
        runtime: &Arc<Runtime>,
    ) -> Arc<ThisMachine> {
        Arc::new(ThisMachine {
            sampler: Arc::new(Sampler::new(clock)),
            folders,
            command: Command::new(command),
            certificates: OnceLock::new(),
            media: Arc::clone(media),
            runtime: Arc::downgrade(runtime),
        })
    }

    /// Says which certificates clients are shown.
    pub(crate) fn shows(&self, certificates: Certificates) {
        let _ = self.certificates.set(certificates);
    }

    /// Looks at the system on a thread that may wait for it.
    fn look<'a, T: Send + 'static>(
        &self,
        look: impl FnOnce(&Sampler, &[(&'static str, PathBuf)]) -> T + Send + 'static,
    ) -> Pending<'a, T, MachineError> {
        let (sampler, folders) = (Arc::clone(&self.sampler), self.folders.clone());
        Pending::later(async move {
            let looked = spawn_blocking(move || look(&sampler, &folders)).await;
            looked.map_err(|_| MachineError("The machine could not be looked at.".to_owned()))
        })
    }

    fn runtime(&self) -> Result<Arc<Runtime>, MachineError> {
        self.runtime.upgrade().ok_or_else(|| MachineError("The panel is ending.".to_owned()))
    }
}

impl Machine for ThisMachine {
    fn load(&self) -> Pending<'_, Load, MachineError> {
        self.look(|sampler, folders| {
            let disk = folders.first().and_then(|(name, path)| disk::space(name, path));
            Load { disk: disk.map_or(0.0, |space| disk::used(&space)), ..sampler.load() }
        })
    }

    fn addresses(&self) -> Pending<'_, Vec<IpAddr>, MachineError> {
        self.look(|sampler, _| sampler.addresses())
    }

    fn spaces(&self) -> Pending<'_, Vec<Space>, MachineError> {
        self.look(|_, folders| folders.iter().filter_map(|(name, path)| disk::space(name, path)).collect())
    }

    fn processes(&self) -> Pending<'_, Vec<Process>, MachineError> {
        self.look(|_, _| sampler::processes())
    }

    fn certificates(&self) -> Pending<'_, Vec<CertificateFacts>, MachineError> {
        match self.certificates.get().cloned() {
            // Files may be read meanwhile.
            Some(certificates) => self.look(move |_, _| certificates.facts()),
            None => Pending::ready(Ok(Vec::new())),
        }
    }

    fn reload(&self, tenant: TenantId) -> Pending<'_, Vec<&'static str>, MachineError> {
        Pending::later(async move {
            let mut applied = Vec::new();
            if let Some(certificates) = self.certificates.get() {
                // Which files, the log says: a tenant's admin is no operator.
                certificates.reload().await.map_err(|error| {
                    tracing::warn!(%error, "the old certificate stays; correct the files and reload again");
                    MachineError("A certificate cannot be used, and the old one stays; the log says why.".to_owned())
                })?;
                applied.push("certificates");
            }
            self.runtime()?.refresh(tenant).await.map_err(|error| {
                tracing::warn!(%error, "the routes of a tenant could not be laid out anew");
                MachineError("The routes could not be laid out anew, and the old ones stay.".to_owned())
            })?;
            applied.push("routes");
            if self.command.run().await? {
                applied.push("command");
            }
            Ok(applied)
        })
    }

    fn clear(&self, tenant: TenantId, what: Clearing) -> Pending<'_, u64, MachineError> {
        Pending::later(async move {
            Ok(match what {
                Clearing::Bodies => self.runtime()?.drop_bodies(tenant),
                Clearing::Segments => self.media.clear(tenant),
                Clearing::Temporary => self.runtime()?.clear_temporary(tenant).await.map_err(|error| {
                    tracing::warn!(error, "temporary files could not be removed");
                    MachineError("Not all temporary files could be removed; the log says why.".to_owned())
                })?,
            })
        })
    }
}
