//! `nothing`: the name that was asked for.

use crate::parameters::Nothing;
use crate::xml::{element, items};
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn nothing(call: Call<Nothing>) -> Result<Reply, Refusal> {
    let asked = call.instead_of().unwrap_or_default();
    items(|text| element(text, "asked", &asked))
}
