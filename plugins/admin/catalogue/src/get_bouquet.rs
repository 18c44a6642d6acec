//! `get_bouquet`: one bouquet, with its first members or a page behind one of them.

use crate::bouquet_row::{BouquetRow, member};
use crate::parameters::GetBouquet;
use linecard_sdk::records::{self, Bouquet};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn get_bouquet(call: Call<GetBouquet>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let mut bouquet: Bouquet = records::get(wish.id)?.read()?;
    if let Some(after) = &wish.after {
        bouquet.members = Some(records::members(wish.id, Some(member("after", after)?), wish.limit)?.rows);
    }
    reply::data(&BouquetRow::from(bouquet))
}
