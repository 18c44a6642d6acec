//! An edit of all lines as a job, against the same by single calls, and what sign-ins lose beside it.

use crate::children::Server;
use crate::load::Ask;
use crate::panel::{self, Admin, PASSWORD, Size};
use crate::report::Report;
use anyhow::{Context, ensure};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

const LINES: u32 = 100_000;
/// Lines that are edited by a call each.
const SINGLE: usize = 4_000;
const SOCKETS: usize = 32;
/// Of sign-ins beside a job: a processor is left for it.
const FEW_SOCKETS: usize = 2;
const SIGN_INS: usize = 20_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let admin = panel::prepare(&data, Size { channels: 10, bouquets: 0 })?;
    panel::with(&data, async |panel| panel::lines(panel, panel::tenant(panel).await?, admin.reseller, LINES).await)?;
    let server = Server::panel(&data, false)?;
    let round = AtomicU32::new(0);
    let notes = || format!("round {}", round.fetch_add(1, Ordering::Relaxed));
    report.compare(
        "an edit of 100,000 lines as a job, by line",
        "a call for each",
        Some(0.1),
        || {
            let before = server.cpu()?;
            edit_all(&server, &admin, &notes())?;
            Ok((server.cpu()? - before) / LINES)
        },
        || {
            let notes = notes();
            let edit = |number: usize| {
                let form = format!("api_key={}&action=edit_line&id={}&admin_notes={notes}", admin.key, number + 2);
                Ask::post(server.address, &admin.path, &[], &form).text()
            };
            Ask::get(server.address, "/", &[]).cpu_over(&server, SINGLE, SOCKETS, edit)
        },
    )?;
    report.compare(
        "sign-ins beside such a job, by the time that they take",
        "without it",
        Some(1.25),
        || {
            let enough = AtomicBool::new(false);
            std::thread::scope(|scope| {
                let jobs = scope.spawn(|| -> anyhow::Result<()> {
                    while !enough.load(Ordering::Relaxed) {
                        edit_all(&server, &admin, &notes())?;
                    }
                    Ok(())
                });
                let taken = sign_ins(&server);
                enough.store(true, Ordering::Relaxed);
                jobs.join().map_err(|_| anyhow::anyhow!("the jobs panicked"))??;
                taken
            })
        },
        || sign_ins(&server),
    )
}

/// How long a sign-in takes, by the clock, when the next begins with its answer.
fn sign_ins(server: &Server) -> anyhow::Result<Duration> {
    let begin = Instant::now();
    let request = |number: usize| {
        let username = panel::customer(u32::try_from(number % 10_000).unwrap_or(0) + 1);
        Ask::get(server.address, &format!("/player_api.php?username={username}&password={PASSWORD}"), &[]).text()
    };
    Ask::get(server.address, "/", &[]).cpu_over(server, SIGN_INS, FEW_SOCKETS, request)?;
    Ok(begin.elapsed() / u32::try_from(SIGN_INS)?)
}

/// Edits all lines, and waits for the end.
fn edit_all(server: &Server, admin: &Admin, notes: &str) -> anyhow::Result<()> {
    let ask = |form: &str| -> anyhow::Result<Value> {
        let form = format!("api_key={}&{form}", admin.key);
        Ok(serde_json::from_slice(&Ask::post(server.address, &admin.path, &[], &form).once()?.body)?)
    };
    let asked = ask(&format!("action=mass_edit_lines&all=1&admin_notes={notes}"))?;
    let job = asked["data"]["job_id"].as_u64().with_context(|| format!("no job: {asked}"))?;
    loop {
        let now = ask(&format!("action=get_job&id={job}"))?;
        match now["data"]["state"].as_str() {
            Some("waiting" | "running") => std::thread::sleep(Duration::from_millis(20)),
            Some("done") => {
                ensure!(now["data"]["counts"]["changed"].as_u64() >= Some(LINES.into()), "not all: {now}");
                return Ok(());
            }
            _ => anyhow::bail!("the job did not end well: {now}"),
        }
    }
}
