//! Codes that were sold together.

use crate::parameters::GetActiveCodesBatches;
use linecard_sdk::serde::Serialize;
use linecard_sdk::{Call, Refusal, Reply, lines, reply, time};

#[derive(Serialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Row {
    id: u32,
    package_id: u32,
    member_id: u32,
    created_at: String,
    codes: u32,
    redeemed: u32,
    in_stock: u32,
}

pub(crate) fn get_active_codes_batches(call: Call<GetActiveCodesBatches>) -> Result<Reply, Refusal> {
    let page = lines::batches(call.parameters.start, call.parameters.limit)?;
    let rows = page.rows.into_iter().map(|batch| Row {
        id: batch.id,
        package_id: batch.package.unwrap_or_default(),
        member_id: batch.owner,
        created_at: time::datetime(batch.created_at),
        codes: batch.codes,
        redeemed: batch.redeemed,
        in_stock: batch.codes - batch.redeemed,
    });
    let rows: Vec<Row> = rows.collect();
    reply::list(&rows, page.total, page.total)
}
