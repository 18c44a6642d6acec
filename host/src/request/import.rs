//! `linecard import …`.

use super::context::Context;
use super::import_file::{Playlist, Watched};
use super::perform::{Perform, commands};
use super::value;
use crate::view::{self, View};
use anyhow::{Context as _, bail};
use clap::Args;
use host_core::caller::Caller;
use host_engine::import::{GuideOptions, PlaylistOptions, Progress};
use host_import::{Limits, Text, xmltv};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

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
    /// What every import is told.
    #[command(flatten)]
    #[serde(flatten)]
    pub from: FromFile,
    /// The bouquet that the file's streams go into, old and new; default the file's name.
    #[arg(long)]
    pub bouquet: Option<String>,
    /// Delete what this source had before and has no more.
    #[arg(long)]
    pub prune: bool,
}

impl Format for M3u {
    const STAYS: &'static str = "what was imported so far stays";

    fn from(&self) -> &FromFile {
        &self.from
    }

    async fn import(&self, context: &Context, caller: Caller) -> anyhow::Result<Value> {
        let options = PlaylistOptions {
            source: self.from.source(),
            bouquet: self.bouquet.clone().unwrap_or_else(|| self.from.file_name()),
            prune: self.prune,
            dry_run: self.from.dry_run,
        };
        let entries = Playlist(Watched::open(&self.from.file, &context.watch)?);
        let goes_on = |_: Progress<'_>| context.watch.goes_on();
        Ok(host_engine::import::playlist(context.engine(), caller, &options, entries, goes_on).await?)
    }
}

/// Import an XMLTV guide; it replaces the last one of its source when it is whole.
///
/// When the import fails or is cancelled, the last good guide stays and what was read of the new one is
/// dropped; run it again. A second import of the same source is refused while the first runs.
#[derive(Args, Serialize, Deserialize)]
pub struct Xmltv {
    /// What every import is told.
    #[command(flatten)]
    #[serde(flatten)]
    pub from: FromFile,
}

impl Format for Xmltv {
    const STAYS: &'static str = "the last good guide stays";

    fn from(&self) -> &FromFile {
        &self.from
    }

    async fn import(&self, context: &Context, caller: Caller) -> anyhow::Result<Value> {
        let options = GuideOptions { source: self.from.source(), dry_run: self.from.dry_run };
        let watched = Watched::open(&self.from.file, &context.watch)?;
        let items = xmltv::items(Text::from_reader(watched, Limits::default())?);
        let goes_on = |_: Progress<'_>| context.watch.goes_on();
        Ok(host_engine::import::guide(context.engine(), caller, &options, items, goes_on).await?)
    }
}

/// What every import is told.
#[derive(Args, Serialize, Deserialize)]
pub struct FromFile {
    /// The file, plain or gzip; not `-`, because it may be read more than once.
    #[arg(value_parser = value::file())]
    pub file: PathBuf,
    /// The tenant's name.
    #[arg(long)]
    pub tenant: String,
    /// Name of the source, by which the next import finds again what this one made; default the file's name.
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

impl FromFile {
    fn file_name(&self) -> String {
        self.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn source(&self) -> String {
        self.source.clone().unwrap_or_else(|| self.file_name())
    }
}

/// A format that is imported: what it adds to what every import does.
trait Format {
    /// What stays when it is cancelled, as it is told then.
    const STAYS: &'static str;

    fn from(&self) -> &FromFile;

    /// Imports the file to its end, or until the watch says that it is not to go on. Returns the engine's report.
    async fn import(&self, context: &Context, caller: Caller) -> anyhow::Result<Value>;
}

impl<T: Format> Perform for T {
    /// An import that did not come to its end is told as a failure, so that no script takes it for the whole file.
    async fn perform(&self, context: &Context) -> anyhow::Result<Value> {
        let caller = context.caller(&self.from().tenant).await?;
        let report = self.import(context, caller).await?;
        if report["state"] != "cancelled" {
            return Ok(report);
        }
        let (source, read, counts, stays) = (&report["source"], &report["read"], &report["counts"], T::STAYS);
        tracing::info!(%source, %read, %counts, "an import was cancelled");
        bail!("the import was cancelled after {read} entries, {stays} ({counts}); import the file again to complete it")
    }

    fn view(&self) -> View {
        view::import
    }

    /// Writes what was left out, where a file for it is named.
    fn finish(&self, value: &Value) -> anyhow::Result<()> {
        let Some(file) = &self.from().report else { return Ok(()) };
        std::fs::write(file, view::left_out(value))
            .with_context(|| format!("the import is done, but {} cannot be written", file.display()))
    }
}
