//! `linecard import …`: opens the file, watches how far it is read, hands entries to the engine.

use super::Watch;
use super::names::caller;
use crate::panel::Panel;
use anyhow::bail;
use host_core::import::{ImportError, LeftOut, PlaylistEntry};
use host_engine::import::{GuideOptions, PlaylistOptions, Progress};
use host_import::{Limits, Text, m3u, xmltv};
use serde_json::Value;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Imports a playlist, and returns the counts.
pub(super) async fn playlist(
    panel: &Panel,
    tenant: &str,
    file: &Path,
    options: PlaylistOptions,
    watch: impl Watch,
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let entries = Playlist(Watched::open(file, watch)?);
    let watch = Arc::clone(&entries.0.watch);
    let goes_on = move |_: Progress<'_>| watch.goes_on();
    let report = host_engine::import::playlist(&panel.engine, caller, &options, entries, goes_on).await?;
    completed(report, "what was imported so far stays")
}

/// Imports a guide, and returns the counts.
pub(super) async fn guide(
    panel: &Panel,
    tenant: &str,
    file: &Path,
    options: GuideOptions,
    watch: impl Watch,
) -> anyhow::Result<Value> {
    let caller = caller(panel, tenant).await?;
    let watched = Watched::open(file, watch)?;
    let watch = Arc::clone(&watched.watch);
    let goes_on = move |_: Progress<'_>| watch.goes_on();
    let items = xmltv::items(Text::from_reader(watched, Limits::default())?);
    let report = host_engine::import::guide(&panel.engine, caller, &options, items, goes_on).await?;
    completed(report, "the last good guide stays")
}

/// The report of an import that came to its end. One that did not is told as a failure, so that
/// no script takes it for the whole file.
fn completed(report: Value, kept: &str) -> anyhow::Result<Value> {
    if report["state"] != "cancelled" {
        return Ok(report);
    }
    let (source, read, counts) = (&report["source"], &report["read"], &report["counts"]);
    tracing::info!(%source, %read, %counts, "an import was cancelled");
    bail!("the import was cancelled after {read} entries, {kept} ({counts}); import the file again to complete it")
}

/// A playlist that can be read more than once: each clone begins at the beginning of the file.
struct Playlist<W>(Watched<W>);

impl<W> Clone for Playlist<W> {
    fn clone(&self) -> Playlist<W> {
        let Watched { file, total, watch, .. } = &self.0;
        Playlist(Watched { file: Arc::clone(file), done: 0, total: *total, watch: Arc::clone(watch) })
    }
}

impl<W: Watch> IntoIterator for Playlist<W> {
    type Item = Result<Result<PlaylistEntry, LeftOut>, ImportError>;
    type IntoIter = Box<dyn Iterator<Item = Self::Item>>;

    fn into_iter(self) -> Self::IntoIter {
        match Text::from_reader(self.0, Limits::default()) {
            Ok(text) => Box::new(m3u::entries(text)),
            Err(error) => Box::new(std::iter::once(Err(error))),
        }
    }
}

/// A file that says how far it has been read. The open file is shared and the place in it is
/// not: a file that is replaced meanwhile does not change what is read.
struct Watched<W> {
    file: Arc<File>,
    done: u64,
    total: u64,
    watch: Arc<W>,
}

impl<W: Watch> Watched<W> {
    fn open(path: &Path, watch: W) -> Result<Watched<W>, ImportError> {
        let unreadable = |error: std::io::Error| ImportError::Io(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(ImportError::Io(format!("{}: an import reads regular files only", path.display())));
        }
        Ok(Watched { file: Arc::new(file), done: 0, total: metadata.len(), watch: Arc::new(watch) })
    }
}

impl<W: Watch> Read for Watched<W> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if !self.watch.goes_on() {
            return Err(std::io::Error::other("the import was cancelled"));
        }
        let count = self.file.read_at(buffer, self.done)?;
        self.done += count as u64;
        self.watch.at(self.done, self.total);
        Ok(count)
    }
}
