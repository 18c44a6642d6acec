//! `create_bouquet`: a new bouquet, with what it holds.

use crate::bouquet_row::{self, BouquetRow};
use crate::parameters::CreateBouquet;
use linecard_sdk::records::{self, Bouquet, Document};
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn create_bouquet(call: Call<CreateBouquet>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let members = wish.bouquet_data.as_ref().map(|data| bouquet_row::members("bouquet_data", data)).transpose()?;
    let document =
        Document::new().with("name", Some(wish.bouquet_name)).with("position", wish.order).with("members", members);
    let bouquet: Bouquet = records::create(&document)?.read()?;
    reply::data(&BouquetRow::from(bouquet))
}
