//! What a page costs in each list of an admin, when the list is long: the first page, the hundredth and one behind a
//! cursor, against the first page of a list with a thousand rows.
//!
//! `BENCH_ROWS` says how many rows the long lists have: of lines, boxes and codes together, of users, of streams, and
//! of each log.

use crate::children::Server;
use crate::load::Ask;
use crate::panel::{self, Admin, PASSWORD, Size, fields};
use crate::report::Report;
use anyhow::{Context, ensure};
use host_core::caller::{Caller, Identity};
use host_core::journal::{Entry, Log, LogQuery};
use host_core::time::Unix;
use host_core::user::Role;
use host_core::{LineId, StreamId, TenantId, UserId};
use host_engine::Work;
use linecard::panel::Panel;
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Rows of a short list.
const FEW: u32 = 1_000;
/// Rows that are made in one plan.
const OF_A_PLAN: u32 = 500;
/// Notes between two looks at a log, which wait until they are written: fewer than its buffer has room for.
const NOTES: u32 = 20_000;
const PAGES: usize = 400;
/// Goal of each page.
const GOAL: f64 = 1.2;

/// The lists, and how they are short.
const LISTS: [&str; 9] = [
    "get_lines",
    "get_mags",
    "get_activecodes",
    "get_users",
    "get_streams",
    "activity_logs",
    "login_logs",
    "client_logs",
    "user_logs",
];

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let many = std::env::var("BENCH_ROWS").map_or(Ok(1_000_000), |text| text.parse())?;
    let folder = tempfile::tempdir_in(std::env::var("BENCH_DIR").unwrap_or_else(|_| ".".into()))?;
    let (few, long) = (folder.path().join("few"), folder.path().join("many"));
    let (few_admin, admin) = (fill(&few, FEW)?, fill(&long, many)?);
    let (few, long) = (Server::panel(&few, false)?, Server::panel(&long, false)?);
    report.note(format!("Long lists have {many} rows, those of lines, boxes and codes a third of it each."));
    for action in LISTS {
        let short = page(&few, &few_admin, action, "");
        let first = page(&long, &admin, action, "");
        let answer: Value = serde_json::from_slice(&first.once()?.body)?;
        let rows = answer["data"].as_array().context("no page")?.len();
        ensure!(rows == 50, "{action} has {rows} rows: {answer}");
        let cursor = answer["recordsCursor"].as_str().context("no cursor")?;
        let behind = format!("&after={cursor}");
        for (what, more) in [("page 1", ""), ("page 100", "&start=4950"), ("the page behind a cursor", &behind)] {
            let subject = page(&long, &admin, action, more);
            ensure!(subject.once()?.body.len() > 2_000, "{action}{more} is empty");
            report.compare(
                &format!("{action}, {what}"),
                "page 1 of 1,000",
                Some(GOAL),
                || subject.cpu(&long, PAGES),
                || short.cpu(&few, PAGES),
            )?;
        }
    }
    Ok(())
}

fn page(server: &Server, admin: &Admin, action: &str, more: &str) -> Ask {
    Ask::get(server.address, &format!("{}?api_key={}&action={action}&limit=50{more}", admin.path, admin.key), &[])
}

/// A panel whose lists have that many rows each.
fn fill(data: &Path, rows: u32) -> anyhow::Result<Admin> {
    let admin = panel::prepare(data, Size { channels: 10, bouquets: 0 })?;
    panel::with(data, async |panel| {
        let tenant = panel::tenant(panel).await?;
        let owner = admin.reseller;
        let by = in_person(panel, tenant).await?;
        let line = |number: u32| {
            let line = json!({ "username": panel::customer(number), "password": PASSWORD, "owner": owner });
            let mut line = fields(line);
            match number % 3 {
                0 => {}
                1 => line.extend(fields(json!({ "delivery": "mag", "mac": mac(number) }))),
                _ => line.extend(fields(json!({ "delivery": "code" }))),
            }
            line
        };
        in_plans(panel, &by, rows, async |work, number| host_engine::line::create(work, &line(number)).await.map(drop))
            .await?;
        in_plans(panel, &by, rows, async |work, number| {
            let stream = json!({ "kind": "live", "name": format!("Channel {number}"), "sources": ["test:1"] });
            host_engine::record::create(work, "stream", &fields(stream)).await.map(drop)
        })
        .await?;
        notes(panel, tenant, rows).await
    })?;
    users(data, admin.reseller, rows)?;
    Ok(admin)
}

/// Works through the numbers from 1 on, some hundred in each plan.
async fn in_plans(
    panel: &Panel,
    by: &Caller,
    rows: u32,
    make: impl AsyncFn(&mut Work, u32) -> host_engine::Result<()>,
) -> anyhow::Result<()> {
    for first in (1..=rows).step_by(OF_A_PLAN as usize) {
        let some = async |work: &mut Work| {
            for number in first..(first + OF_A_PLAN).min(rows + 1) {
                make(work, number).await?;
            }
            Ok(())
        };
        panel.engine.act(by.clone(), "bench", some).await?;
    }
    Ok(())
}

/// The panel's admin: what the host does by itself is none of the users' deeds.
async fn in_person(panel: &Panel, tenant: TenantId) -> anyhow::Result<Caller> {
    let system = Caller::system(tenant, "bench");
    let list = async |work: &mut Work| host_engine::user::list(work, &Map::new()).await;
    let users = panel.engine.act(system.clone(), "bench", list).await?;
    let id = users["rows"].as_array().and_then(|rows| rows.iter().find(|row| row["role"] == "admin"));
    let id = id.and_then(|row| row["id"].as_u64()).context("no admin")?;
    let identity = Identity::User { id: UserId(u32::try_from(id)?), role: Role::Admin, key: None };
    Ok(Caller { identity, ..system })
}

/// An address that only this box has.
fn mac(number: u32) -> String {
    let [_, high, middle, low] = number.to_be_bytes();
    format!("00:1A:79:{high:02X}:{middle:02X}:{low:02X}")
}

/// Rows of the journal's logs, at the pace at which they are written.
async fn notes(panel: &Panel, tenant: TenantId, rows: u32) -> anyhow::Result<()> {
    let journal = panel.engine.journal();
    let (address, now) = ("203.0.113.7".to_owned(), panel.engine.clock().now());
    for number in 0..rows {
        let at = Unix(now.0 - i64::from(rows - number));
        let (owner, line, stream) = (None, LineId(1 + number % 900), StreamId(1 + number % 10));
        journal.note(
            tenant,
            Entry::Activity {
                owner,
                line,
                stream,
                address: address.clone(),
                agent: "VLC/3.0.21".into(),
                container: "ts".into(),
                started_at: at,
                ended_at: at,
                bytes: 1_000,
            },
        );
        // Each from a home of its own, so that no two are one row.
        let home = std::net::Ipv4Addr::from(0x0b00_0000 + (number << 8)).to_string();
        let (user, line) = (Some(UserId(1)), None);
        journal.note(
            tenant,
            Entry::SignIn { owner, surface: "admin".into(), user, line, address: home, at, last_at: at, times: 1 },
        );
        journal.note(
            tenant,
            Entry::Refused {
                owner,
                surface: "player".into(),
                code: "wrong_credentials".into(),
                line: None,
                user: None,
                stream: None,
                address: address.clone(),
                agent: "VLC/3.0.21".into(),
                query: String::new(),
                at,
            },
        );
        if number % NOTES == 0 {
            let newest = LogQuery::newest(Log::Activity, 1);
            journal.read(tenant, newest).await?;
        }
    }
    Ok(())
}

/// Users as copies of one, with the triggers of the tables: their passwords are what making them would take longest for.
fn users(data: &Path, reseller: u32, rows: u32) -> anyhow::Result<()> {
    let connection = Connection::open(data.join("tenants/bench/panel.db"))?;
    let mut statement = connection.prepare("SELECT name FROM pragma_table_info('users')")?;
    let columns: Vec<String> = statement.query_map((), |row| row.get(0))?.collect::<Result<_, _>>()?;
    let copied = columns.iter().map(|column| match column.as_str() {
        "id" => "1000 + n".to_owned(),
        "username" | "folded" => "'seller' || n".to_owned(),
        other => format!("users.{other}"),
    });
    let copied: Vec<String> = copied.collect();
    connection.execute_batch(&format!(
        "BEGIN;
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {rows})
         INSERT INTO users ({}) SELECT {} FROM numbers, users WHERE users.id = {reseller};
         INSERT INTO accounts (account, balance) SELECT id, 0 FROM users WHERE id > 1000;
         COMMIT;",
        columns.join(", "),
        copied.join(", "),
    ))?;
    Ok(())
}
