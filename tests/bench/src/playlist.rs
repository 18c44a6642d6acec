//! A playlist of 50,000 entries with the caller's credentials in every address.

use crate::children::Server;
use crate::lists::decoded;
use crate::load::Ask;
use crate::panel::{self, Size, credentials};
use crate::report::Report;
use anyhow::ensure;
use std::time::Duration;

const ENTRIES: u32 = 50_000;
const REQUESTS: usize = 100;
/// Of the packed one.
const PACKED_REQUESTS: usize = 2_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, native) = (folder.path().join("data"), folder.path().join("native"));
    panel::prepare(&data, Size { channels: ENTRIES, bouquets: 0 })?;
    panel::copy(&data, &native)?;
    let path = format!("/get.php?{}&type=m3u_plus&output=ts", credentials());
    let ask = |server: &Server| Ask::get(server.address, &path, &[]);
    let server = Server::panel(&data, false)?;
    let answer = ask(&server).once()?;
    let entries = answer.body.windows(8).filter(|window| window == b"#EXTINF:").count();
    ensure!(entries == ENTRIES as usize, "the playlist has {entries} entries");
    {
        let native = Server::panel(&native, true)?;
        ensure!(answer.body == ask(&native).once()?.body, "the plugin's playlist and the native one differ");
    }
    let file = folder.path().join("playlist.m3u");
    std::fs::write(&file, &answer.body)?;
    let baseline = Server::baseline(&[&file])?;
    let fixed = Ask::get(baseline.address, "/0", &[]);
    report.note(format!("The playlist of {ENTRIES} entries has {} bytes.", answer.body.len()));
    report.compare(
        "m3u_plus, credentials in every address",
        "a fixed body of its size",
        Some(1.6),
        || ask(&server).cpu(&server, REQUESTS),
        || fixed.cpu(&baseline, REQUESTS),
    )?;
    let packed = Ask::get(server.address, &path, &["Accept-Encoding: gzip"]);
    let file = loop {
        // It is packed when it is asked for again.
        let answer = packed.once()?;
        if answer.header("content-encoding") == Some("gzip") {
            break answer.body;
        }
        std::thread::sleep(Duration::from_millis(100));
    };
    ensure!(decoded("gzip", &file)? == answer.body, "the playlist in gzip is another one");
    report.note(format!("In gzip it has {} bytes.", file.len()));
    report.compare(
        "the same in gzip",
        "the same as it is",
        Some(0.05),
        || packed.cpu(&server, PACKED_REQUESTS),
        || ask(&server).cpu(&server, REQUESTS),
    )
}
