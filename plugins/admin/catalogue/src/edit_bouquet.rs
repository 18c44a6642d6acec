//! `edit_bouquet`: changes what was sent; members one by one, or all of them.

use crate::bouquet_row::{self, BouquetRow, member, members};
use crate::parameters::EditBouquet;
use linecard_sdk::records::{self, Bouquet, Document, Member, MembersChange, Spot};
use linecard_sdk::serde_json::Value;
use linecard_sdk::{Call, Refusal, Reply, reply};

pub(crate) fn edit_bouquet(call: Call<EditBouquet>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let whole = wish.bouquet_data.as_ref().map(|data| bouquet_row::members("bouquet_data", data)).transpose()?;
    let change = MembersChange {
        remove: named("bouquet_remove", wish.bouquet_remove.as_ref())?,
        add: named("bouquet_add", wish.bouquet_add.as_ref())?,
        put: named("bouquet_move", wish.bouquet_move.as_ref())?,
        to: spot(wish.move_to.as_deref(), wish.move_before.as_ref(), wish.move_after.as_ref())?,
    };
    let document = Document::new().with("name", wish.bouquet_name).with("position", wish.order).with("members", whole);
    let mut bouquet = records::edit::<Bouquet>(wish.id, &document)?;
    if !(change.remove.is_empty() && change.add.is_empty() && change.put.is_empty()) {
        bouquet = records::edit_members(wish.id, &change)?;
    }
    reply::data(&BouquetRow::from(bouquet.read()?))
}

fn named(field: &'static str, data: Option<&Value>) -> Result<Vec<Member>, Refusal> {
    data.map_or(Ok(Vec::new()), |data| members(field, data))
}

fn spot(to: Option<&str>, before: Option<&Value>, after: Option<&Value>) -> Result<Option<Spot>, Refusal> {
    Ok(match (to, before, after) {
        (None, None, None) => None,
        (Some("first"), None, None) => Some(Spot::First),
        (Some(_), None, None) => Some(Spot::Last),
        (None, Some(data), None) => Some(Spot::Before(member("move_before", data)?)),
        (None, None, Some(data)) => Some(Spot::After(member("move_after", data)?)),
        _ => {
            let message = "Say one of move_to, move_before and move_after.";
            return Err(Refusal::field("invalid_input", "move_to", message));
        }
    })
}
