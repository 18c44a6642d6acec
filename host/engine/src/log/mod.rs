//! The logs, as callers see them: an admin all rows, a reseller those of the tree, a line its own connections. A row
//! belongs to whoever owned the line when it happened, whoever owns it now.

mod activity;
mod audit;
mod connections;
mod credits;
mod page;
mod query;
mod refusals;
mod sign_ins;

pub use activity::activity;
pub use audit::audit;
pub use connections::connections;
pub use credits::credits;
pub use refusals::refusals;
pub use sign_ins::sign_ins;

use crate::{Result, Work};
use host_core::Refusal;
use host_core::refusal::Code;
use serde_json::{Map, Value};

/// The words of all logs, which are no kinds.
pub const WORDS: [&str; 6] = ["activity", "connections", "credits", "audit", "sign_ins", "refusals"];

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
        _ => {
            let message = format!("There is no such log; there are {}.", WORDS.join(", "));
            Err(Refusal::field(Code::InvalidInput, "log", message).into())
        }
    }
}
