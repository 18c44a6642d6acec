//! The plugin tax: a player's sign-in, answered by the sandboxed action and by the same function
//! compiled in. Both behind the same doors, limits and journal.

use crate::children::Server;
use crate::load::Ask;
use crate::panel::{self, Size, credentials};
use crate::report::Report;
use anyhow::ensure;

const REQUESTS: usize = 20_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (sandboxed, native) = (folder.path().join("sandboxed"), folder.path().join("native"));
    panel::prepare(&sandboxed, Size { channels: 100, bouquets: 0 })?;
    panel::copy(&sandboxed, &native)?;
    let (sandboxed, native) = (Server::panel(&sandboxed, false)?, Server::panel(&native, true)?);
    let baseline = Server::baseline(&[])?;
    let ask = |server: &Server| Ask::get(server.address, &format!("/player_api.php?{}", credentials()), &[]);
    same(&ask(&sandboxed), &ask(&native))?;
    report.compare(
        "sign-in through the plugin",
        "compiled in",
        Some(1.9),
        || ask(&sandboxed).cpu(&sandboxed, REQUESTS),
        || ask(&native).cpu(&native, REQUESTS),
    )?;
    let hello = Ask::get(baseline.address, "/hello", &[]);
    report.compare(
        "sign-in through the plugin",
        "axum hello",
        None,
        || ask(&sandboxed).cpu(&sandboxed, REQUESTS),
        || hello.cpu(&baseline, REQUESTS),
    )
}

/// Both answers byte for byte, but for the second in which they were made.
fn same(one: &Ask, other: &Ask) -> anyhow::Result<()> {
    let mut answers = (one.once()?, other.once()?);
    for _ in 0..3 {
        if answers.0.body == answers.1.body {
            ensure!(answers.0.status == 200, "the sign-in was answered with {}", answers.0.status);
            return Ok(());
        }
        answers = (one.once()?, other.once()?);
    }
    let text = |body: &[u8]| String::from_utf8_lossy(body).into_owned();
    anyhow::bail!("the answers differ:\n{}\n{}", text(&answers.0.body), text(&answers.1.body))
}
