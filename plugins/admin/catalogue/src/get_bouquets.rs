//! `get_bouquets`: a page of bouquets.

use crate::bouquet_row::BouquetRow;
use crate::parameters::GetBouquets;
use linecard_sdk::records::{self, Bouquet, Query};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_bouquets(call: Call<GetBouquets>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let query = Query { after: wish.after, ..Query::page(wish.start, wish.limit, wish.search) };
    let mut page = records::list::<Bouquet>(&query)?.read()?;
    let rows: Vec<BouquetRow> = page.rows.drain(..).map(BouquetRow::from).collect();
    reply::page(&rows, &page)
}
