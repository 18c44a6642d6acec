//! What a column shows of the kind: a field, or what stands within one.

use crate::action::Field;

/// A field of the kind that goes into a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Shown<'a> {
    /// The field's name.
    pub(super) field: &'a str,
    /// The path to what is shown within it.
    pub(super) within: Option<&'a str>,
    /// Which column.
    pub(super) column: usize,
    /// As what.
    pub(super) part: Part,
}

/// As what a column shows a field.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Part {
    /// It is what the column is of.
    Of,
    /// It must be set as well.
    And,
    /// It stands in where the first is nothing.
    Or,
}

/// All that a column shows.
pub(super) fn by<'a>(name: &'a str, described: &'a Field, column: usize) -> impl Iterator<Item = Shown<'a>> {
    let of = described.fixed.is_none().then(|| described.of.as_deref().unwrap_or(name));
    let parts = [(of, Part::Of), (described.and.as_deref(), Part::And), (described.or.as_deref(), Part::Or)];
    parts.into_iter().filter_map(move |(path, part)| {
        let path = path?;
        let (field, within) = path.split_once('.').map_or((path, None), |(field, within)| (field, Some(within)));
        Some(Shown { field, within, column, part })
    })
}
