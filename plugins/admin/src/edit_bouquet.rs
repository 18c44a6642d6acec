//! `edit_bouquet`: changes what was sent.
//! Knows no rule: the host checks every field.

use crate::bouquet_row::{self, BouquetRow};
use crate::parameters::EditBouquet;
use linecard_sdk::records::{self, Bouquet, Document};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn edit_bouquet(call: Call<EditBouquet>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let members = wish.bouquet_data.as_ref().map(bouquet_row::members).transpose()?;
    let document =
        Document::new().with("name", wish.bouquet_name).with("position", wish.order).with("members", members);
    let bouquet: Bouquet = records::edit(wish.id, &document)?;
    reply::data(&BouquetRow::from(bouquet))
}
