//! Building the list of 20,000 channels when nothing is kept: through the plugin, and by hand with
//! serde from the same rows, with the same digest and codings.

use crate::cpu;
use crate::lists::CHANNELS;
use crate::panel::{self, Size};
use crate::ready::Ready;
use crate::report::Report;
use anyhow::{Context, ensure};
use flate2::Compression;
use flate2::write::GzEncoder;
use host_core::StreamId;
use host_core::line::Line;
use host_core::stream::{Stream, StreamKind};
use host_runtime::Reply;
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

/// Lists of one turn: each for a bouquet set of its own, so that none is kept yet.
const BUILDS: u32 = 5;
/// Rows of one read, as the catalogue reads them.
const PIECE: usize = 256;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let viewers = (report.rounds + 1) * BUILDS * 2;
    panel::prepare(&data, Size { channels: CHANNELS, bouquets: viewers })?;
    let ready = Ready::open(&data)?;
    let (line, _) = ready.call(panel::USERNAME)?;
    let by_hand = ready.tokio.block_on(rows(&ready, &line))?;
    ensure!(through_the_plugin(&ready, 0)? == by_hand, "the plugin's list and the one made by hand differ");
    let mut viewer = 1;
    let mut plugin = || {
        let spent =
            cpu_of(|| (viewer..viewer + BUILDS).try_for_each(|viewer| through_the_plugin(&ready, viewer).map(drop)))?;
        viewer += BUILDS;
        Ok(spent / BUILDS)
    };
    let hand =
        || Ok(cpu_of(|| (0..BUILDS).try_for_each(|_| kept(ready.tokio.block_on(rows(&ready, &line))?)))? / BUILDS);
    report.compare("20,000 channels, built on a miss", "serde by hand, kept alike", Some(2.5), &mut plugin, hand)?;
    // The codings cost both sides the same and hide the difference: once more without them.
    let codings = || anyhow::Ok(cpu_of(|| (0..BUILDS).try_for_each(|_| kept(by_hand.clone())))? / BUILDS);
    let without = |spent: Duration| anyhow::Ok(spent.saturating_sub(codings()?));
    report.compare(
        "the same without digest and codings",
        "serde by hand",
        Some(2.5),
        || without(plugin()?),
        || Ok(cpu_of(|| (0..BUILDS).try_for_each(|_| ready.tokio.block_on(rows(&ready, &line)).map(drop)))? / BUILDS),
    )
}

fn cpu_of(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let before = cpu::of_this_process();
    work()?;
    Ok(cpu::of_this_process() - before)
}

fn through_the_plugin(ready: &Ready, viewer: u32) -> anyhow::Result<Vec<u8>> {
    let (_, mut call) = ready.call(&format!("viewer{viewer}"))?;
    for (name, parameter) in &ready.route("get_live_streams")?.action.parameters {
        call.parameters.extend(parameter.default.clone().map(|default| (name.clone(), default)));
    }
    match ready.tokio.block_on(ready.answer(ready.route("get_live_streams")?, call))? {
        Reply::Body(body) => Ok(body.identity().into()),
        Reply::Data { .. } => anyhow::bail!("the list is no body"),
    }
}

/// A row as players read it.
#[derive(Serialize)]
struct Row<'a> {
    num: usize,
    name: &'a str,
    stream_type: &'static str,
    stream_id: u32,
    stream_icon: &'a str,
    epg_channel_id: &'a str,
    added: String,
    category_id: String,
    category_ids: Vec<u32>,
    custom_sid: &'a str,
    tv_archive: u8,
    direct_source: &'static str,
    tv_archive_duration: u16,
    thumbnail: &'static str,
}

async fn rows(ready: &Ready, line: &Arc<Line>) -> anyhow::Result<Vec<u8>> {
    let (store, tenant) = (ready.engine().store(), ready.tenant());
    let kinds = vec![StreamKind::Live, StreamKind::CreatedChannel, StreamKind::Radio];
    let ids: Vec<StreamId> = store.catalogue(tenant, line.bouquets.clone(), kinds, None).await?;
    let mut text = vec![b'['];
    let mut number = 0;
    for ids in ids.chunks(PIECE) {
        for stream in store.streams(tenant, ids.to_vec()).await? {
            number += 1;
            if number > 1 {
                text.push(b',');
            }
            serde_json::to_writer(&mut text, &row(number, &stream)?)?;
        }
    }
    text.push(b']');
    Ok(text)
}

fn row(number: usize, stream: &Stream) -> anyhow::Result<Row<'_>> {
    let category = stream.categories.first().context("a channel without category")?;
    Ok(Row {
        num: number,
        name: &stream.name,
        stream_type: "live",
        stream_id: stream.id.0,
        stream_icon: &stream.icon,
        epg_channel_id: &stream.guide_channel,
        added: stream.added_at.0.to_string(),
        category_id: category.0.to_string(),
        category_ids: stream.categories.iter().map(|category| category.0).collect(),
        custom_sid: &stream.custom_sid,
        tv_archive: u8::from(stream.archive_days > 0),
        direct_source: "",
        tv_archive_duration: stream.archive_days,
        thumbnail: "",
    })
}

/// What keeping a body costs besides making it.
fn kept(body: Vec<u8>) -> anyhow::Result<()> {
    let digest = Sha256::digest(&body);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(&body)?;
    let coded = (gzip.finish()?, zstd::encode_all(&body[..], 3)?);
    std::hint::black_box((digest, coded));
    Ok(())
}
