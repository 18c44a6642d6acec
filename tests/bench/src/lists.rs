//! The list of 20,000 channels that every player fetches, sent from what is kept.

use crate::children::Server;
use crate::load::Ask;
use crate::nginx;
use crate::panel::{self, Size, credentials};
use crate::report::Report;
use anyhow::{Context, ensure};
use std::time::Duration;

/// Channels of the list.
pub(crate) const CHANNELS: u32 = 20_000;
/// Episodes of a long series.
const EPISODES: u32 = 500;
const REQUESTS: usize = 200;
/// Of answers that are small.
const MANY: usize = 5_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, native) = (folder.path().join("data"), folder.path().join("native"));
    panel::prepare(&data, Size { channels: CHANNELS, bouquets: 0 })?;
    let series = panel::with(&data, async |panel| panel::series(panel, panel::tenant(panel).await?, EPISODES).await)?;
    panel::copy(&data, &native)?;
    let (server, native) = (Server::panel(&data, false)?, Server::panel(&native, true)?);
    let path = format!("/player_api.php?{}&action=get_live_streams", credentials());
    let ask = |headers: &[&str]| Ask::get(server.address, &path, headers);
    let answer = ask(&[]).once()?;
    let entries = serde_json::from_slice::<Vec<serde_json::Value>>(&answer.body)?.len();
    ensure!(entries == CHANNELS as usize, "the list has {entries} channels");
    ensure!(
        answer.body == Ask::get(native.address, &path, &[]).once()?.body,
        "the plugin's list and the native one differ"
    );
    drop(native);
    let files = tempfile::tempdir()?;
    std::fs::write(files.path().join("list.json"), &answer.body)?;
    let (nginx, baseline) = (nginx::start(files.path())?, Server::baseline(&[])?);
    let sent = Ask::get(nginx.address, "/list.json", &[]);
    ensure!(sent.once()?.body == answer.body, "nginx sends other bytes");
    report.note(format!("The list of {CHANNELS} channels has {} bytes.", answer.body.len()));
    report.compare(
        "20,000 channels, identity",
        "nginx sendfile",
        Some(1.3),
        || ask(&[]).cpu(&server, REQUESTS),
        || sent.cpu(&nginx, REQUESTS),
    )?;
    let hello = Ask::get(baseline.address, "/hello", &[]);
    for (coding, goal) in [("zstd", 8.0), ("gzip", 12.0)] {
        let accept = format!("Accept-Encoding: {coding}");
        let coded = ask(&[&accept]).once()?;
        ensure!(coded.header("content-encoding") == Some(coding), "the list does not come as {coding}");
        ensure!(decoded(coding, &coded.body)? == answer.body, "the list in {coding} is another one");
        report.note(format!("In {coding} it has {} bytes.", coded.body.len()));
        report.compare(
            &format!("20,000 channels, {coding}"),
            "axum hello",
            Some(goal),
            || ask(&[&accept]).cpu(&server, MANY),
            || hello.cpu(&baseline, MANY),
        )?;
    }
    whole_document(report, &server, || hello.cpu(&baseline, MANY))?;
    long_series(report, &server, series, || hello.cpu(&baseline, MANY))?;
    let tag = answer.header("etag").context("the list has no ETag")?;
    let unchanged = format!("If-None-Match: {tag}");
    ensure!(ask(&[&unchanged]).once()?.status == 304, "the list's own ETag does not match");
    report.compare(
        "20,000 channels, 304",
        "axum hello",
        Some(1.5),
        || ask(&[&unchanged]).cpu(&server, MANY),
        || hello.cpu(&baseline, MANY),
    )
}

/// The document of old apps: the same channels, behind what is asked for each call.
fn whole_document(
    report: &mut Report,
    server: &Server,
    hello: impl FnMut() -> anyhow::Result<Duration>,
) -> anyhow::Result<()> {
    let path = format!("/panel_api.php?{}", credentials());
    let ask = || Ask::get(server.address, &path, &["Accept-Encoding: gzip"]);
    let answer = ask().once()?;
    ensure!(answer.header("content-encoding") == Some("gzip"), "the document does not come as gzip");
    let document: serde_json::Value = serde_json::from_slice(&decoded("gzip", &answer.body)?)?;
    let entries = document["available_channels"].as_object().map_or(0, |all| all.len());
    ensure!(entries == CHANNELS as usize, "the document has {entries} channels");
    report.compare("panel_api.php of 20,000 channels, gzip", "axum hello", None, || ask().cpu(server, MANY), hello)
}

/// A series with all its episodes.
fn long_series(
    report: &mut Report,
    server: &Server,
    series: u32,
    hello: impl FnMut() -> anyhow::Result<Duration>,
) -> anyhow::Result<()> {
    let path = format!("/player_api.php?{}&action=get_series_info&series_id={series}", credentials());
    let ask = || Ask::get(server.address, &path, &["Accept-Encoding: gzip"]);
    let answer = ask().once()?;
    ensure!(answer.header("content-encoding") == Some("gzip"), "the series does not come as gzip");
    let document: serde_json::Value = serde_json::from_slice(&decoded("gzip", &answer.body)?)?;
    let seasons = document["episodes"].as_object().context("no episodes")?;
    let entries: usize = seasons.values().map(|season| season.as_array().map_or(0, Vec::len)).sum();
    ensure!(entries == EPISODES as usize, "the series has {entries} episodes");
    report.compare("get_series_info of 500 episodes, gzip", "axum hello", None, || ask().cpu(server, MANY), hello)
}

/// What a packed body says.
pub(crate) fn decoded(coding: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut plain = Vec::new();
    match coding {
        "zstd" => plain = zstd::decode_all(body)?,
        _ => drop(std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(body), &mut plain)?),
    }
    Ok(plain)
}
