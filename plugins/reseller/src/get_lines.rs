//! `get_lines`: a page of the caller's lines.
//! Knows no scope: the host shows only what the caller may see.

use crate::parameters::GetLines;
use linecard_sdk::records::Query;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

pub(crate) fn get_lines(call: Call<GetLines>) -> Result<Reply, Refusal> {
    let wish = call.parameters;
    let query = Query { filter: filter(wish.filter), ..Query::page(wish.start, wish.limit, wish.search) };
    reply::held(lines::list(&query)?)
}

/// The surface counts statuses; the host names them.
fn filter(number: Option<u32>) -> Option<&'static str> {
    let names = ["active", "disabled", "banned", "expired", "trial"];
    names.get(usize::try_from(number?).ok()?.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::filter;

    #[test]
    fn filters_are_numbered_from_one() {
        assert_eq!((filter(Some(1)), filter(Some(5))), (Some("active"), Some("trial")));
        assert_eq!((filter(None), filter(Some(0)), filter(Some(6))), (None, None, None));
    }
}
