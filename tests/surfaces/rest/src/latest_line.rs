//! `latest_line`: elsewhere.

use crate::parameters::LatestLine;
use linecard_sdk::records::Query;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn latest_line(_: Call<LatestLine>) -> Result<Reply, Refusal> {
    let page = lines::list(lines::LINE, &Query { limit: 1_000, ..Query::default() })?.read()?;
    let newest = page.rows.iter().map(|line| line.id).max();
    let newest = newest.ok_or_else(|| Refusal::new("not_found", "There is no line yet."))?;
    Ok(reply::done()?.moved(&format!("/lines/{newest}")))
}
