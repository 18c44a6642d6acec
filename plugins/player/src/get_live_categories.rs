//! `get_live_categories`: headings of live channels and radio.

use crate::categories;
use crate::parameters::GetLiveCategories;
use linecard_sdk::catalogue::List;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn get_live_categories(_call: Call<GetLiveCategories>) -> Result<Reply, Refusal> {
    categories::answer(List::Live)
}
