//! A movie's file over plain HTTP/1.1, whole and in ranges of a mebibyte, against nginx with `sendfile`.

use crate::children::Server;
use crate::load::Ask;
use crate::nginx;
use crate::panel::{self, PASSWORD, Size, USERNAME, fields};
use crate::report::Report;
use anyhow::ensure;
use host_core::BouquetId;
use host_core::caller::Caller;
use host_engine::Work;
use serde_json::{Map, Value, json};
use std::path::Path;
use std::time::Duration;

const MEBIBYTE: usize = 1 << 20;
/// Length of the file, in mebibytes.
const LENGTH: usize = 64;
/// Downloads of one turn.
const WHOLE: usize = 40;
/// Ranges of one turn.
const RANGES: usize = 2_000;
const CONNECTIONS: usize = 8;
/// What sending may cost.
const GOAL: f64 = 1.3;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    panel::prepare(&data, Size { channels: 0, bouquets: 1 })?;
    let movie = film(&data)?;
    let (server, nginx) = (Server::panel(&data, false)?, nginx::start(&panel::films(&data))?);
    let ours = format!("/movie/{USERNAME}/{PASSWORD}/{movie}.mp4");
    same(&server, &nginx, &ours)?;
    let whole = |server: &Server, path: &str| Ask::get(server.address, path, &[]).cpu(server, WHOLE);
    report.compare(
        "a movie's file of 64 MiB",
        "nginx sendfile",
        Some(GOAL),
        || whole(&server, &ours),
        || whole(&nginx, "/film.mp4"),
    )?;
    report.compare(
        "a range of 1 MiB of it",
        "nginx sendfile",
        Some(GOAL),
        || ranges(&server, &ours),
        || ranges(&nginx, "/film.mp4"),
    )
}

/// Puts the file on the shelf and the movie into the line's own bouquet; the movie's id.
fn film(data: &Path) -> anyhow::Result<u32> {
    let films = panel::films(data);
    std::fs::create_dir_all(&films)?;
    // No two neighbouring mebibytes are alike, so that a range from the wrong place is noticed.
    let bytes: Vec<u8> = (0..LENGTH * MEBIBYTE).map(|at| (at ^ (at >> 8) ^ (at >> 20)) as u8).collect();
    std::fs::write(films.join("film.mp4"), bytes)?;
    let movie = json!({ "kind": "movie", "name": "Film", "container": "mp4", "sources": ["file:film.mp4"] });
    let movie = fields(movie);
    panel::with(data, async |panel| {
        let add = async |work: &mut Work| {
            let movie = id(&host_engine::record::create(work, "stream", &movie).await?);
            let bouquets = host_engine::record::list(work, "bouquet", &Map::new()).await?;
            let bouquet = BouquetId(bouquets.pointer("/rows/0").map(id).unwrap_or_default());
            let added = fields(json!({ "add": [{ "stream": movie }] }));
            host_engine::record::edit_members(work, bouquet, &added).await?;
            Ok(movie)
        };
        let caller = Caller::system(panel::tenant(panel).await?, "bench");
        Ok(panel.engine.act(caller, "bench", add).await?)
    })
}

/// The id of a record's view; 0, which none has, without one.
fn id(view: &Value) -> u32 {
    view.get("id").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok()).unwrap_or_default()
}

/// Both send the same bytes.
fn same(server: &Server, nginx: &Server, path: &str) -> anyhow::Result<()> {
    for (header, status) in [(None, 200), (Some(range(3)), 206)] {
        let headers: Vec<&str> = header.as_deref().into_iter().collect();
        let ours = Ask::get(server.address, path, &headers).once()?;
        let theirs = Ask::get(nginx.address, "/film.mp4", &headers).once()?;
        ensure!(ours.status == status && theirs.status == status, "{} and {}", ours.status, theirs.status);
        ensure!(ours.body == theirs.body, "the panel's bytes and nginx's differ");
    }
    Ok(())
}

/// The header that asks for one mebibyte. Those of neighbouring numbers lie apart, as when somebody seeks.
fn range(number: usize) -> String {
    let first = number * 7 % LENGTH * MEBIBYTE;
    format!("Range: bytes={first}-{}", first + MEBIBYTE - 1)
}

fn ranges(server: &Server, path: &str) -> anyhow::Result<Duration> {
    let text = |number| Ask::get(server.address, path, &[&range(number)]).text();
    Ask::get(server.address, path, &[]).cpu_over(server, RANGES, CONNECTIONS, text)
}
