//! `get_series_categories`: headings of series.

use crate::categories;
use crate::parameters::GetSeriesCategories;
use linecard_sdk::catalogue::List;
use linecard_sdk::{Call, Refusal, Reply};

pub(crate) fn get_series_categories(_call: Call<GetSeriesCategories>) -> Result<Reply, Refusal> {
    categories::answer(List::Series)
}
