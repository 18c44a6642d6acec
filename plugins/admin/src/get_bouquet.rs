//! `get_bouquet`: one bouquet.
//! Knows no field: the row writes them.

use crate::bouquet_row::BouquetRow;
use crate::parameters::GetBouquet;
use linecard_sdk::records::{self, Bouquet};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_bouquet(call: Call<GetBouquet>) -> Result<Reply, Refusal> {
    let bouquet: Bouquet = records::get(call.parameters.id)?;
    reply::data(&BouquetRow::from(bouquet))
}
