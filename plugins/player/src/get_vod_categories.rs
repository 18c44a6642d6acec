//! `get_vod_categories`: headings of movies.

use crate::categories;
use crate::parameters::GetVodCategories;
use linecard_sdk::catalogue::List;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn get_vod_categories(_call: Call<GetVodCategories>) -> Result<Reply, Refusal> {
    categories::answer(List::Movie)
}
