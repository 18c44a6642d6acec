//! The logs, as callers see them: an admin all rows, a reseller those of the tree, a line its own connections. A row
//! belongs to whoever owned the line when it happened, whoever owns it now.

mod activity;
mod audit;
mod box_events;
mod connections;
mod credits;
mod happenings;
mod page;
mod query;
mod refusals;
mod restreams;
mod sign_ins;
mod stream_errors;

pub use activity::activity;
pub use audit::audit;
pub use box_events::box_events;
pub use connections::connections;
pub use credits::credits;
pub use happenings::{Happening, happenings};
pub use refusals::refusals;
pub use restreams::restreams;
pub use sign_ins::sign_ins;
pub use stream_errors::stream_errors;

use crate::{Result, Work};
use host_core::Refusal;
use host_core::refusal::Code;
use serde_json::{Map, Value};

/// The words of all logs, which are no kinds.
pub const WORDS: [&str; 10] = [
    "activity",
    "connections",
    "credits",
    "audit",
    "sign_ins",
    "refusals",
    "stream_errors",
    "happenings",
    "restreams",
    "box_events",
];

/// A page of the log with this word.
///
/// # Errors
/// `invalid_input` where there is no such log, else those of the log.
pub async fn list(work: &mut Work, log: &str, query: &Map<String, Value>) -> Result<Value> {
    match log {
        "activity" => activity(work, query).await,
        "connections" => connections(work, query).await,
        "credits" => credits(work, query).await,
        "audit" => audit(work, query).await,
        "sign_ins" => sign_ins(work, query).await,
        "refusals" => refusals(work, query).await,
        "stream_errors" => stream_errors(work, query).await,
        "happenings" => happenings(work, query).await,
        "restreams" => restreams(work, query).await,
        "box_events" => box_events(work, query).await,
        _ => {
            let message = format!("There is no such log; there are {}.", WORDS.join(", "));
            Err(Refusal::field(Code::InvalidInput, "log", message).into())
        }
    }
}
