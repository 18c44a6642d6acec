//! `channels`: of a category.

use crate::parameters::Channels;
use crate::xml::items;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn channels(call: Call<Channels>) -> Result<Reply, Refusal> {
    let category = call.parameters.cat_id.to_string();
    items(|text| crate::xml::element(text, "category", &category))
}
