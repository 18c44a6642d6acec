//! What the three lists share: which entries, in which category, and the array around them.

use crate::uncategorised;
use linecard_sdk::body::Body;
use linecard_sdk::catalogue::{List, Window};

/// Which entries a player asked for.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    list: List,
    category: u32,
}

impl Wish {
    /// The entries of a category; 0 is all. Pages of them are cut by the host.
    pub(crate) fn new(list: List, category: u32) -> Wish {
        Wish { list, category }
    }

    /// The list.
    pub(crate) fn list(self) -> List {
        self.list
    }

    /// The part of the catalogue's list to read. Entries without category are looked for here: the catalogue
    /// does not know theirs.
    pub(crate) fn window(self) -> Window {
        let category = if self.category == uncategorised::id(self.list) { 0 } else { self.category };
        Window { category, ..Window::default() }
    }

    /// The category that an entry is shown under: the one asked for, or its first; none when it
    /// is not in the one asked for. An entry without category gets the one of those.
    pub(crate) fn shown_under(self, categories: &mut Vec<u32>) -> Option<u32> {
        if categories.is_empty() {
            categories.push(uncategorised::id(self.list));
        }
        match self.category {
            0 => categories.first().copied(),
            wanted => categories.contains(&wanted).then_some(wanted),
        }
    }
}

/// A JSON array of numbered entries.
pub(crate) struct Listing {
    pub(crate) body: Body,
    count: u32,
}

impl Listing {
    pub(crate) fn new() -> Listing {
        let mut body = Body::new();
        body.text.push('[');
        Listing { body, count: 0 }
    }

    /// Begins the next entry and gives its number, counted in this answer.
    pub(crate) fn begin(&mut self) -> u32 {
        if self.count > 0 {
            self.body.text.push(',');
        }
        self.count += 1;
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_stands_under_its_first_category_unless_another_was_asked_for() {
        let all = Wish::new(List::Live, 0);
        assert_eq!(all.shown_under(&mut vec![4, 9]), Some(4));
        let one = Wish::new(List::Live, 9);
        assert_eq!((one.shown_under(&mut vec![4, 9]), one.shown_under(&mut vec![4])), (Some(9), None));
    }

    #[test]
    fn an_entry_without_category_stands_in_the_one_of_its_list() {
        for list in [List::Live, List::Movie, List::Series] {
            let (all, own) = (Wish::new(list, 0), Wish::new(list, uncategorised::id(list)));
            let mut categories = Vec::new();
            assert_eq!(all.shown_under(&mut categories), Some(uncategorised::id(list)));
            assert_eq!(categories, [uncategorised::id(list)]);
            assert_eq!(own.window().category, 0, "the catalogue has no such category");
            assert_eq!(own.shown_under(&mut Vec::new()), Some(uncategorised::id(list)));
            assert_eq!(own.shown_under(&mut vec![4]), None);
            assert_eq!(Wish::new(list, 4).shown_under(&mut Vec::new()), None);
        }
    }
}
