//! `linecard import …`: opens the file, watches how far it is read, hands entries to the engine.

use super::Watch;
use super::names::caller;
use crate::panel::Panel;
use host_core::import::ImportError;
use host_engine::import::{GuideOptions, PlaylistOptions};
use host_import::{Limits, Text, m3u, xmltv};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Imports a playlist; answers the counts.
pub(super) async fn playlist(
    panel: &Panel,
    tenant: &str,
    file: &Path,
    options: PlaylistOptions,
    watch: impl Watch,
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let text = Text::from_reader(Watched::open(file, watch)?, Limits::default())?;
    Ok(host_engine::import::playlist(&panel.engine, caller, &options, m3u::entries(text), |_| true).await?)
}

/// Imports a guide; answers the counts.
pub(super) async fn guide(
    panel: &Panel,
    tenant: &str,
    file: &Path,
    options: GuideOptions,
    watch: impl Watch,
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let text = Text::from_reader(Watched::open(file, watch)?, Limits::default())?;
    Ok(host_engine::import::guide(&panel.engine, caller, &options, xmltv::items(text), |_| true).await?)
}

/// A file that says how far it has been read.
struct Watched<W> {
    file: File,
    done: u64,
    total: u64,
    watch: W,
}

impl<W: Watch> Watched<W> {
    fn open(path: &Path, watch: W) -> Result<Watched<W>, ImportError> {
        let unreadable = |error: std::io::Error| ImportError::Io(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(ImportError::Io(format!("{}: an import reads regular files only", path.display())));
        }
        Ok(Watched { file, done: 0, total: metadata.len(), watch })
    }
}

impl<W: Watch> Read for Watched<W> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.done += count as u64;
        (self.watch)(self.done, self.total);
        Ok(count)
    }
}
