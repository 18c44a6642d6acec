//! Whole requests as clients send them, over as many connections as the hello that they are compared with: a
//! sign-in of a random line and `user/info` of `api.php`, both also by a panel in PHP, a page of lines, a new line.

use crate::children::Server;
use crate::load::Ask;
use crate::panel::{self, PASSWORD, Size};
use crate::php;
use crate::report::Report;
use anyhow::{Context, ensure};
use serde_json::Value;
use std::time::Duration;

/// Connections that ask at the same time.
const CONNECTIONS: usize = 32;
/// Lines of the panel.
const LINES: u32 = 100_000;
/// Of them those that sign in, again and again.
const SIGNED_IN: u32 = 10_000;
const SIGN_INS: usize = 20_000;
const PAGES: usize = 3_000;
const NEW_LINES: usize = 4_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let (data, native) = (folder.path().join("data"), folder.path().join("native"));
    let admin = panel::prepare(&data, Size { channels: 100, bouquets: 0 })?;
    panel::with(&data, async |panel| panel::lines(panel, panel::tenant(panel).await?, admin.reseller, LINES).await)?;
    panel::copy(&data, &native)?;
    let (server, native) = (Server::panel(&data, false)?, Server::panel(&native, true)?);
    let baseline = Server::baseline(&[])?;
    let (hello, busy) = (Ask::get(baseline.address, "/hello", &[]), Ask::get(baseline.address, "/busy", &[]));
    let over = |ask: &Ask| ask.cpu_over(&baseline, SIGN_INS, CONNECTIONS, |_| ask.text());
    let mut against_hello = |what: &str, goal, subject: &dyn Fn() -> anyhow::Result<Duration>| {
        report.compare(what, "a hello", goal, subject, || over(&hello))
    };
    against_hello("a hello that computes for 60 µs", None, &|| over(&busy))?;
    against_hello("a sign-in of a random line", Some(3.8), &|| sign_in(&server))?;
    against_hello("the same compiled in", Some(2.4), &|| sign_in(&native))?;
    let (path, key) = (&admin.path, &admin.key);
    let page = Ask::get(server.address, &format!("{path}?api_key={key}&action=get_lines&limit=50"), &[]);
    let shown: Value = serde_json::from_slice(&page.once()?.body)?;
    let rows = shown.get("data").and_then(|rows| rows.as_array()).context("no page")?;
    ensure!(rows.len() == 50, "the page has {} rows", rows.len());
    against_hello("a page of 50 of 100,000 lines", Some(14.0), &|| {
        page.cpu_over(&server, PAGES, CONNECTIONS, |_| page.text())
    })?;
    let form = format!("api_key={key}&action=create_line&exp_date=2099-12-31");
    let create = Ask::post(server.address, path, &[], &form);
    let made = create.once()?;
    ensure!(String::from_utf8_lossy(&made.body).contains("STATUS_SUCCESS"), "a line is not made");
    against_hello("a new line", Some(14.0), &|| create.cpu_over(&server, NEW_LINES, CONNECTIONS, |_| create.text()))?;
    against_php(report, &server, key, || over(&hello))
}

/// The same sign-in by a panel in PHP; where there is no PHP, a note.
fn against_php(
    report: &mut Report,
    server: &Server,
    key: &str,
    hello: impl FnMut() -> anyhow::Result<Duration>,
) -> anyhow::Result<()> {
    let Some(program) = php::program() else {
        report.note("A sign-in by PHP-FPM was not measured; install it (Debian: php-fpm, php-sqlite3).");
        return Ok(());
    };
    let folder = tempfile::tempdir()?;
    let php = php::start(&program, folder.path(), LINES, key)?;
    same(server, &php)?;
    report.compare("a sign-in by PHP-FPM and SQLite", "a hello", None, || sign_in(&php), hello)?;
    let what = ("a sign-in of a random line", "by PHP-FPM and SQLite");
    report.compare(what.0, what.1, Some(0.25), || sign_in(server), || sign_in(&php))?;
    same_info(server, &php, key)?;
    report.compare(
        "`api.php`, `user/info` of a random line",
        "by PHP-FPM and SQLite",
        Some(0.25),
        || info(server, key),
        || info(&php, key),
    )
}

/// Both tell the same of a line, but for its numbers and when it was made; and neither tells it to who has another key.
fn same_info(server: &Server, php: &Server, key: &str) -> anyhow::Result<()> {
    for (key, password, result) in [(key, PASSWORD, true), (key, "wrong", false), ("wrong", PASSWORD, false)] {
        let path = info_path(1, key, password);
        let document = |server: &Server| -> anyhow::Result<Value> {
            let mut document: Value = serde_json::from_slice(&Ask::get(server.address, &path, &[]).once()?.body)?;
            let numbers = ["id", "created_at", "output_formats/m3u8/user_id", "output_formats/ts/user_id"];
            for number in numbers.into_iter().chain(["output_formats/rtmp/user_id"]) {
                document.pointer_mut(&format!("/user_info/{number}")).map(Value::take);
            }
            Ok(document)
        };
        let documents = (document(server)?, document(php)?);
        ensure!(documents.0 == documents.1, "the panel and PHP differ:\n{}\n{}", documents.0, documents.1);
        ensure!(documents.0.pointer("/result") == Some(&result.into()), "user/info got {}", documents.0);
    }
    Ok(())
}

fn info_path(customer: u32, key: &str, password: &str) -> String {
    let username = panel::customer(customer);
    format!("/api.php?action=user&sub=info&api_pass={key}&username={username}&password={password}")
}

/// `user/info` of the lines that sign in, in no order.
fn info(server: &Server, key: &str) -> anyhow::Result<Duration> {
    let ask = |path: &str| Ask::get(server.address, path, &[]);
    let request = |number: usize| ask(&info_path(at_random(number), key, PASSWORD)).text();
    ask("/").cpu_over(server, SIGN_INS, CONNECTIONS, request)
}

/// One of the lines that sign in.
fn at_random(number: usize) -> u32 {
    // Multiplied by a prime, so that neighbours in time are none in the table.
    u32::try_from(number * 7_919 % SIGNED_IN as usize).unwrap_or(0) + 1
}

/// Both say the same, but for the moments at which the documents and the lines were made.
fn same(server: &Server, php: &Server) -> anyhow::Result<()> {
    for (password, auth) in [(PASSWORD, 1), ("wrong", 0)] {
        let path = format!("/player_api.php?username={}&password={password}", panel::customer(1));
        let document = |server: &Server| -> anyhow::Result<Value> {
            let mut document: Value = serde_json::from_slice(&Ask::get(server.address, &path, &[]).once()?.body)?;
            for moment in ["/user_info/created_at", "/server_info/timestamp_now", "/server_info/time_now"] {
                document.pointer_mut(moment).map(Value::take);
            }
            Ok(document)
        };
        let documents = (document(server)?, document(php)?);
        ensure!(documents.0 == documents.1, "the panel and PHP differ:\n{}\n{}", documents.0, documents.1);
        ensure!(documents.0.pointer("/user_info/auth") == Some(&auth.into()), "the sign-in got {}", documents.0);
    }
    Ok(())
}

/// Sign-ins of lines that stand in no order.
fn sign_in(server: &Server) -> anyhow::Result<Duration> {
    let ask = |path: &str| Ask::get(server.address, path, &[]);
    let request = |number: usize| {
        let username = panel::customer(at_random(number));
        ask(&format!("/player_api.php?username={username}&password={PASSWORD}")).text()
    };
    ask("/").cpu_over(server, SIGN_INS, CONNECTIONS, request)
}
