//! What the three lists share: which entries, in which category, and the array around them.
//! Knows no field.

use linecard_sdk::body::Body;
use linecard_sdk::catalogue::Window;

/// Which entries a player asked for.
#[derive(Clone, Copy)]
pub(crate) struct Wish {
    category: u32,
    window: Window,
}

impl Wish {
    /// Paging counts entries of the whole list, so with it the category is looked at here.
    pub(crate) fn new(category: u32, offset: u32, items_per_page: u32) -> Wish {
        let paged = offset > 0 || items_per_page > 0;
        let window = Window { category: if paged { 0 } else { category }, skip: offset, most: items_per_page };
        Wish { category, window }
    }

    /// The part of the catalogue's list to read.
    pub(crate) fn window(self) -> Window {
        self.window
    }

    /// The category that an entry is shown under: the one asked for, or its first; none when it
    /// is not in the one asked for. Without any category it is 0, because players want a number.
    pub(crate) fn shown_under(self, categories: &[u32]) -> Option<u32> {
        match self.category {
            0 => Some(categories.first().copied().unwrap_or(0)),
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
        let all = Wish::new(0, 0, 0);
        assert_eq!((all.shown_under(&[4, 9]), all.shown_under(&[])), (Some(4), Some(0)));
        let one = Wish::new(9, 0, 0);
        assert_eq!((one.shown_under(&[4, 9]), one.shown_under(&[4])), (Some(9), None));
    }

    #[test]
    fn pages_are_cut_before_the_category_is_looked_at() {
        assert_eq!(Wish::new(9, 0, 0).window().category, 9);
        assert_eq!(Wish::new(9, 100, 50).window(), Window { category: 0, skip: 100, most: 50 });
    }
}
