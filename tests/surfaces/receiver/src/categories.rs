//! `categories`: of channels.

use crate::parameters::Categories;
use crate::xml::{element, items};
use linecard_sdk::catalogue::{List, categories as all};
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn categories(_: Call<Categories>) -> Result<Reply, Refusal> {
    let categories = all(List::Live)?;
    items(|text| categories.iter().for_each(|category| element(text, "title", &category.name)))
}
