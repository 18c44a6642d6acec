//! The guide of 2,000 channels and two weeks of half hours: made once when nothing is kept, then sent from its
//! file, as it is and unpacked.

use crate::children::Server;
use crate::cpu;
use crate::load::Ask;
use crate::memory;
use crate::nginx;
use crate::panel::{self, Size, credentials};
use crate::report::Report;
use anyhow::ensure;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use host_core::TenantId;
use host_core::caller::Caller;
use host_core::guide::{GuideChannel, Programme};
use host_core::import::GuideItem;
use host_core::time::Unix;
use host_engine::import::GuideOptions;
use linecard::panel::Panel;
use std::io::Write;
use std::time::Duration;

/// Channels of the guide.
pub(crate) const CHANNELS: u32 = 2_000;
/// Days of it.
pub(crate) const DAYS: i64 = 14;
const HALF_HOUR: i64 = 1_800;
/// Downloads of one turn; of the text, which is ten times as large, one for each connection.
const FILES: usize = 40;
const TEXTS: usize = 8;
/// The level at which the panel compresses guides.
const GZIP: u32 = 4;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    panel::prepare(&data, Size { channels: CHANNELS, bouquets: 0 })?;
    panel::with(&data, async |panel| import(panel, panel::tenant(panel).await?).await)?;
    let server = Server::panel(&data, false)?;
    let path = |back| format!("/xmltv.php?{}&next_days={DAYS}&prev_days={back}", credentials());
    let ask = |back| Ask::get(server.address, &path(back), &["Accept-Encoding: gzip"]);
    ensure!(ask_once(&server, "/player_api.php")? < 500, "the panel does not answer");
    let mut grown = Grown { pid: server.pid(), idle: memory::of_process(server.pid())?, said: String::new() };
    let file = grown.by("making and sending it", || ask(0).once())?;
    ensure!(file.header("content-encoding") == Some("gzip"), "the guide does not come in gzip");
    let text = unpacked(&file.body)?;
    let megabytes = u32::try_from(text.len() >> 20)?.max(1);
    // Other days back are another key, and the same content: there are no programmes of yesterday.
    let mut back = 0;
    report.compare(
        "a guide made and sent, per MB of text",
        "the same text compressed alike",
        None,
        || {
            back += 1;
            Ok(ask(back).cpu_over(&server, 1, 1, |_| ask(back).text())? / megabytes)
        },
        || Ok(cpu_of(|| packed(&text))? / megabytes),
    )?;
    let files = tempfile::tempdir()?;
    std::fs::write(files.path().join("epg.xml.gz"), &file.body)?;
    grown.by("eight downloads of its file at once", || ask(0).cpu(&server, TEXTS))?;
    let nginx = nginx::start(files.path())?;
    let sent = Ask::get(nginx.address, "/epg.xml.gz", &[]);
    report.compare(
        "the guide's file",
        "nginx sendfile",
        None,
        || ask(0).cpu(&server, FILES),
        || sent.cpu(&nginx, FILES),
    )?;
    let plain = Ask::get(server.address, &path(0), &[]);
    grown.by("unpacking it for eight at once", || plain.cpu(&server, TEXTS))?;
    report.note(format!(
        "The guide of {CHANNELS} channels and {DAYS} days has {} bytes, its file {}. Memory above the {} MiB of the \
         idle panel: {}.",
        text.len(),
        file.body.len(),
        grown.idle >> 10,
        grown.said,
    ));
    report.compare(
        "the guide unpacked on the way, per MB",
        "its file unpacked, kept nowhere",
        None,
        || Ok(plain.cpu(&server, TEXTS)? / megabytes),
        || Ok(cpu_of(|| drained(&file.body))? / megabytes),
    )
}

fn ask_once(server: &Server, path: &str) -> anyhow::Result<u16> {
    Ok(Ask::get(server.address, path, &[]).once()?.status)
}

fn cpu_of(work: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let before = cpu::of_this_thread();
    work()?;
    Ok(cpu::of_this_thread() - before)
}

/// What a panel's memory grew by, above what it had when it was idle.
struct Grown {
    pid: u32,
    idle: u64,
    said: String,
}

impl Grown {
    fn by<T>(&mut self, what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
        let (done, peak) = memory::peak(self.pid, work)?;
        let comma = if self.said.is_empty() { "" } else { ", " };
        self.said += &format!("{comma}{what} {} MiB", peak.saturating_sub(self.idle) >> 10);
        Ok(done)
    }
}

fn unpacked(file: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut GzDecoder::new(file), &mut text)?;
    Ok(text)
}

/// Unpacks it and keeps nothing: room for the whole text would cost as much as the unpacking.
fn drained(file: &[u8]) -> anyhow::Result<()> {
    std::io::copy(&mut GzDecoder::new(file), &mut std::io::sink())?;
    Ok(())
}

fn packed(text: &[u8]) -> anyhow::Result<()> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(GZIP));
    gzip.write_all(text)?;
    std::hint::black_box(gzip.finish()?);
    Ok(())
}

/// Gives every channel of a tenant its programmes, as `linecard import xmltv` does; there are
/// [`CHANNELS`] of them.
pub(crate) async fn import(panel: &Panel, tenant: TenantId) -> anyhow::Result<()> {
    let now = panel.engine.clock().now().0;
    let items = (1..=CHANNELS).flat_map(|number| {
        let id = format!("regional.news.{number}.uk");
        let channel = GuideChannel { id: id.clone(), name: format!("Regional News {number}"), icon: String::new() };
        let programme = move |place: i64| Programme {
            id: 0,
            channel: id.clone(),
            start: Unix(now + place * HALF_HOUR),
            stop: Unix(now + (place + 1) * HALF_HOUR),
            title: format!("Regional News at {place}"),
            description: format!("{place} stories of region {number}, told at the length that guides have. ").repeat(5),
            language: "en".into(),
        };
        let programmes = (0..DAYS * 86_400 / HALF_HOUR).map(programme);
        std::iter::once(GuideItem::Channel(channel)).chain(programmes.map(GuideItem::Programme))
    });
    let items = items.map(|item| Ok(Ok(item)));
    let options = GuideOptions { source: "bench".into(), dry_run: false };
    let caller = Caller::system(tenant, "bench");
    host_engine::import::guide(&panel.engine, caller, &options, items, |_| true).await?;
    Ok(())
}
