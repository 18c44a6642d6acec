//! `linecard import …`.

use super::context::Context;
use super::import_file::{Playlist, Watched};
use super::perform::{Perform, commands};
use super::value;
use crate::view::{self, View};
use anyhow::{Context as _, bail};
use clap::Args;
use host_engine::import::{GuideOptions, PlaylistOptions, Progress};
use host_import::{Limits, Text, xmltv};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::{Path, PathBuf};

commands! {
    /// Import playlists and guides.
    Import { M3u, Xmltv, }
}

/// Import an M3U playlist; running it again updates what it made.
///
/// An entry is a stream of the same source when it has the stream's address. At another
/// address it still is that stream when both have the same tvg-id (or both have none) and
/// the same name, when the source has no second such stream and the file no second such
/// entry, and when the stream's own address is nowhere in the file. Any other entry is added.
///
/// Fields that were edited by hand are kept. What is gone from the file stays, is counted as
/// missing, and goes with --prune. All streams of the file are put into the bouquet, each
/// time: to hide one, disable it instead of taking it out.
///
/// When the import is cancelled, because this command or the panel ends, what was imported so
/// far stays; running it again completes it.
#[derive(Args, Serialize, Deserialize)]
pub struct M3u {
    /// The file, plain or gzip; `-` is not allowed because it is read more than once.
    #[arg(value_parser = value::file())]
    pub file: PathBuf,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Name under which its entries are found again; default the file's name.
    #[arg(long)]
    pub source: Option<String>,
    /// The bouquet that the file's streams go into, old and new; default the file's name.
    #[arg(long)]
    pub bouquet: Option<String>,
    /// Delete what this source had before and has no more.
    #[arg(long)]
    pub prune: bool,
    /// Count what would happen, change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Write what is left out to this file: line, reason and name, a tab between them.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub report: Option<PathBuf>,
}

impl Perform for M3u {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let options = PlaylistOptions {
            source: self.source.clone().unwrap_or_else(|| name_of(&self.file)),
            bouquet: self.bouquet.clone().unwrap_or_else(|| name_of(&self.file)),
            prune: self.prune,
            dry_run: self.dry_run,
        };
        let entries = Playlist(Watched::open(&self.file, &context.watch)?);
        let goes_on = |_: Progress<'_>| context.watch.goes_on();
        let report = host_engine::import::playlist(context.engine(), caller, &options, entries, goes_on).await?;
        completed(report, "what was imported so far stays")
    }

    fn view(&self) -> View {
        view::import
    }

    fn finish(&self, value: &Value) -> anyhow::Result<()> {
        write_report(self.report.as_deref(), value)
    }
}

/// Import an XMLTV guide; it replaces the last one of its source when it is whole.
///
/// When the import fails or is cancelled, the last good guide stays and what was read of the new one is
/// dropped; run it again. A second import of the same source is refused while the first runs.
#[derive(Args, Serialize, Deserialize)]
pub struct Xmltv {
    /// The file, plain or gzip.
    #[arg(value_parser = value::file())]
    pub file: PathBuf,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// The guide source's name; default the file's name.
    #[arg(long)]
    pub source: Option<String>,
    /// Count what would happen, change nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Write what is left out to this file: line, reason and name, a tab between them.
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub report: Option<PathBuf>,
}

impl Perform for Xmltv {
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.tenant).await?;
        let source = self.source.clone().unwrap_or_else(|| name_of(&self.file));
        let options = GuideOptions { source, dry_run: self.dry_run };
        let watched = Watched::open(&self.file, &context.watch)?;
        let items = xmltv::items(Text::from_reader(watched, Limits::default())?);
        let goes_on = |_: Progress<'_>| context.watch.goes_on();
        let report = host_engine::import::guide(context.engine(), caller, &options, items, goes_on).await?;
        completed(report, "the last good guide stays")
    }

    fn view(&self) -> View {
        view::import
    }

    fn finish(&self, value: &Value) -> anyhow::Result<()> {
        write_report(self.report.as_deref(), value)
    }
}

/// The name of a file: what is imported from it is called so where nothing else is said.
fn name_of(file: &Path) -> String {
    file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
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

/// Writes what was left out, where a file for it is named.
fn write_report(file: Option<&Path>, value: &Value) -> anyhow::Result<()> {
    let Some(file) = file else { return Ok(()) };
    std::fs::write(file, view::left_out(value))
        .with_context(|| format!("the import is done, but {} cannot be written", file.display()))
}
