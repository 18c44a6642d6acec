//! Durable plans through HTTP: an action that moves credits, with many callers at once and with one.

use crate::children::Server;
use crate::load::Ask;
use crate::panel::{self, Size};
use crate::report::Report;
use anyhow::ensure;
use std::time::Instant;

const PLANS: usize = 8_192;
/// Callers at once.
const IN_FLIGHT: usize = 64;

pub(super) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let admin = panel::prepare(&data, Size { channels: 10, bouquets: 0 })?;
    let server = Server::panel(&data, false)?;
    let read = Ask::post(server.address, &admin.path, &[], &format!("api_key={}&action=user_info", admin.key));
    let write = Ask::post(
        server.address,
        &admin.path,
        &[],
        &format!("api_key={}&action=adjust_credits&id={}&credits=1", admin.key, admin.reseller),
    );
    let answer = String::from_utf8_lossy(&write.once()?.body).into_owned();
    ensure!(answer.contains("STATUS_SUCCESS"), "no credits move: {answer}");
    let load = |callers: usize, plans: usize| -> anyhow::Result<f64> {
        let begin = Instant::now();
        write.cpu_over(&server, plans, callers, |_| write.text())?;
        Ok(plans as f64 / begin.elapsed().as_secs_f64())
    };
    report.compare(
        "adjust_credits through HTTP, 64 callers",
        "user_info through HTTP",
        None,
        || write.cpu_over(&server, PLANS, IN_FLIGHT, |_| write.text()),
        || read.cpu_over(&server, PLANS, IN_FLIGHT, |_| read.text()),
    )?;
    let (many, one) = (load(IN_FLIGHT, PLANS)?, load(1, PLANS / 16)?);
    report
        .note(format!("Plans through HTTP: {many:.0}/s with {IN_FLIGHT} callers, {one:.0}/s with one (a flush each)."));
    Ok(())
}
