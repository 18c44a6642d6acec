//! The category of what has none: players want every entry in a real one. Its ids are the highest
//! that apps with signed numbers can read, so no category of the panel has them.

use linecard_sdk::Refusal;
use linecard_sdk::catalogue::{self, List, Window};
use serde::Deserialize;

/// What it is called: apps that show all lists at once show one of each.
pub(crate) fn name(list: List) -> &'static str {
    match list {
        List::Live => "Uncategorised",
        List::Movie => "Uncategorised movies",
        List::Series => "Uncategorised series",
    }
}

/// Its id in a list: all lists share one number space, so each has its own.
pub(crate) fn id(list: List) -> u32 {
    match list {
        List::Live => 2_147_483_645,
        List::Movie => 2_147_483_646,
        List::Series => 2_147_483_647,
    }
}

/// An entry's categories; reading nothing else is what makes looking at all of them cheap.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Row {
    categories: Vec<u32>,
}

/// Whether the line has something in the list that is in no category.
pub(crate) fn is_needed(list: List) -> Result<bool, Refusal> {
    let mut needed = false;
    for piece in catalogue::open(list, Window::default())? {
        piece?.rows(|row: Row| {
            needed |= row.categories.is_empty();
            Ok(())
        })?;
        if needed {
            break;
        }
    }
    Ok(needed)
}
