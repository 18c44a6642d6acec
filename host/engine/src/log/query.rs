//! What a caller may ask of a log, and who may ask it.

use crate::document::Options;
use crate::shown::{self, Shown};
use crate::{Result, Work};
use host_core::caller::{CallerRole, Scope};
use host_core::group::Group;
use host_core::journal::{LogQuery, MAX_COUNTED, Party};
use host_core::object::{Kind, Object};
use host_core::port::Query;
use host_core::refusal::Code;
use host_core::time::Unix;
use host_core::user::User;
use host_core::{LineId, Refusal, UserId};
use serde_json::{Map, Value};

/// Fields of a query that all logs have.
const FIELDS: &[(&str, CallerRole)] = &[
    ("line", CallerRole::Reseller),
    ("from", CallerRole::Line),
    ("to", CallerRole::Line),
    ("until", CallerRole::Line),
    ("search", CallerRole::Line),
    ("after", CallerRole::Line),
    ("start", CallerRole::Line),
    ("limit", CallerRole::Line),
    (shown::NAME, CallerRole::Line),
];
/// Those that logs of users have besides.
pub(super) const OF_USERS: &[(&str, CallerRole)] = &[("user", CallerRole::Reseller), ("of", CallerRole::Reseller)];

/// Fewest characters for which things are looked up by their names, and how many of each kind are found by them.
const FEWEST_INDEXED: usize = 3;
const NAMED: u32 = 100;
const DAY: i64 = 24 * 60 * 60;

/// What is asked of a log within the caller's scope; `more` are fields of its own. The limit is 50 unless sent, at least
/// 1 and at most 1,000. `until` is a time like `to`, but that a midnight of UTC is the end of the day that it begins.
/// Without `after` the rows are counted.
pub(super) async fn asked(
    work: &mut Work,
    query: &Map<String, Value>,
    more: &[(&'static str, CallerRole)],
) -> Result<LogQuery<()>> {
    let options = Options::checked(query, &[FIELDS, more].concat(), work.caller().role())?;
    Shown::of(query)?;
    let time = |name| Ok::<_, crate::Error>(options.get::<Option<i64>>(name)?.flatten());
    let until = time("until")?.map(|until| if until.rem_euclid(DAY) == 0 { until.saturating_add(DAY) } else { until });
    let to = [time("to")?, until].into_iter().flatten().min();
    let (start, behind) = place(&options)?;
    let limit = options.get::<Option<u32>>("limit")?.flatten().unwrap_or(50).clamp(1, 1_000);
    let search = options.text("search")?;
    let asked = LogQuery {
        line: options.get::<Option<LineId>>("line")?.flatten(),
        user: options.get::<Option<UserId>>("user")?.flatten(),
        party: party(options.text("of")?.as_deref())?,
        from: time("from")?.map(Unix),
        to: to.map(Unix),
        named: named(work, search.as_deref()).await?,
        search,
        behind,
        start,
        counts: behind.is_none(),
        ..LogQuery::newest((), limit)
    };
    within(work, asked).await
}

/// Which rows are skipped: a number of them, or those before a cursor.
fn place(options: &Options<'_>) -> Result<(u32, Option<i64>)> {
    let start = options.get::<Option<u32>>("start")?.flatten().unwrap_or(0);
    if start > MAX_COUNTED {
        let message =
            format!("start is at most {MAX_COUNTED} in a log; go on by the cursor, or ask for a span of time.");
        return Err(Refusal::field(Code::InvalidInput, "start", message).into());
    }
    let refused = || {
        let message = "after is the cursor of a page of this log, and goes with no start.";
        Refusal::field(Code::InvalidInput, "after", message)
    };
    match options.text("after")? {
        None => Ok((start, None)),
        Some(cursor) if start == 0 => Ok((0, Some(cursor.parse().map_err(|_| refused())?))),
        Some(_) => Err(refused().into()),
    }
}

fn party(word: Option<&str>) -> Result<Option<Party>> {
    match word {
        None => Ok(None),
        Some("users") => Ok(Some(Party::Users)),
        Some("others") => Ok(Some(Party::Others)),
        Some(_) => Err(Refusal::field(Code::InvalidInput, "of", "of is users or others.").into()),
    }
}

/// Lines, users and streams of the caller's whose names have the text.
async fn named(work: &Work, text: Option<&str>) -> Result<Vec<host_core::object::Key>> {
    let Some(text) = text.filter(|text| text.chars().count() >= FEWEST_INDEXED) else { return Ok(Vec::new()) };
    let mut named = Vec::new();
    let scope = work.caller().scope();
    if !matches!(scope, Scope::Tenant | Scope::Tree(_)) {
        return Ok(named);
    }
    // Streams are everybody's; whose rows about them are found, the log decides.
    for (kind, scope) in [(Kind::Line, scope), (Kind::User, scope), (Kind::Stream, Scope::Tenant)] {
        let query = Query { search: Some(text.to_owned()), limit: NAMED, ..Query::all(kind, scope) };
        named.extend(work.list(query).await?.rows.iter().map(Object::key));
    }
    Ok(named)
}

/// The query with what the caller may see as a further condition.
async fn within(work: &Work, query: LogQuery<()>) -> Result<LogQuery<()>> {
    match work.caller().scope() {
        Scope::Tenant => Ok(query),
        Scope::Tree(root) => {
            let owners = Some(work.engine().store().tree(work.caller().tenant, root).await?);
            Ok(LogQuery { owners, ..query })
        }
        Scope::Line(line) => Ok(LogQuery { line: Some(line), ..query }),
        Scope::Nothing => Err(not_theirs().into()),
    }
}

fn not_theirs() -> Refusal {
    Refusal::new(Code::NotPermitted, "This caller may not read this log.")
}

/// Refuses lines and strangers a log that is none of connections.
pub(super) fn manages(work: &Work) -> Result<()> {
    if work.caller().role() >= CallerRole::Reseller { Ok(()) } else { Err(not_theirs().into()) }
}

/// Refuses resellers whose group does not see connections.
pub(super) async fn sees_connections(work: &mut Work) -> Result<()> {
    let Some(user) = work.caller().user().filter(|_| work.caller().role() == CallerRole::Reseller) else {
        return Ok(());
    };
    let group = work.know::<User>(user).await?.and_then(|user| user.group);
    let group = match group {
        Some(group) => work.know::<Group>(group).await?,
        None => None,
    };
    match group {
        Some(group) if !group.see_connections => {
            Err(Refusal::new(Code::NotPermitted, "Your group does not see connections; ask an admin.").into())
        }
        _ => Ok(()),
    }
}
