//! The page of connections that run, of ten thousand of them.

use crate::children::Server;
use crate::load::Ask;
use crate::panel::{self, PASSWORD, Size};
use crate::report::Report;
use anyhow::{Context, ensure};
use serde_json::Value;

/// Connections: sessions of HLS, which need no socket between two requests.
const CONNECTIONS: u32 = 10_000;
/// Over as many sockets they are begun.
const SOCKETS: usize = 32;
const PAGES: usize = 1_000;
const HELLOS: usize = 20_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let admin = panel::prepare(&data, Size { channels: 1, bouquets: 0 })?;
    panel::with(&data, async |panel| {
        let tenant = panel::tenant(panel).await?;
        panel::viewers(panel, tenant, admin.reseller, CONNECTIONS).await
    })?;
    let (server, baseline) = (Server::panel(&data, false)?, Server::baseline(&[])?);
    let (path, key) = (&admin.path, &admin.key);
    let page = Ask::get(server.address, &format!("{path}?api_key={key}&action=live_connections&limit=50"), &[]);
    let hello = Ask::get(baseline.address, "/hello", &[]);
    let streams = Ask::get(server.address, &format!("{path}?api_key={key}&action=get_streams"), &[]).once()?;
    let streams: Value = serde_json::from_slice(&streams.body)?;
    let channel = streams["data"][0]["id"].as_u64().context("no channel")?;
    let begin = |number: usize| {
        let username = panel::customer(u32::try_from(number).unwrap_or(0) % CONNECTIONS + 1);
        Ask::get(server.address, &format!("/live/{username}/{PASSWORD}/{channel}.m3u8"), &[]).text()
    };
    report.compare(
        "page 1 of 10,000 live connections",
        "a hello",
        Some(20.0),
        || {
            // They are silent from now on, and last for some seconds.
            page.cpu_over(&server, CONNECTIONS as usize, SOCKETS, begin)?;
            let spent = page.cpu_over(&server, PAGES, SOCKETS, |_| page.text())?;
            let answer: Value = serde_json::from_slice(&page.once()?.body)?;
            ensure!(answer["recordsTotal"].as_u64() > Some(9_000), "they have ended: {}", answer["recordsTotal"]);
            Ok(spent)
        },
        || hello.cpu_over(&baseline, HELLOS, SOCKETS, |_| hello.text()),
    )
}
