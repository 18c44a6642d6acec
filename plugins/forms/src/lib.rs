//! The types of parameters: the one table that the host checks values by and the SDK makes an
//! author's types from. What fits here fits there, so that no value that was let through can
//! break a plugin.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// The types of parameters and reply fields, as a description names them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Text.
    Text,
    /// A whole number of 32 bits with a sign.
    Int,
    /// How many, or which of several: a whole number from 0 on.
    Count,
    /// An id: a whole number above 0.
    Id,
    /// `0`/`1`, `true`/`false`, `yes`/`no`, `on`/`off`; arrives as a JSON boolean.
    Flag,
    /// Decimal text with at most four places.
    Decimal,
    /// `YYYY-MM-DD`, unix seconds, or `never`; arrives as seconds or null.
    Date,
    /// An address or network.
    Network,
    /// A JSON object that nobody describes further.
    Document,
    /// An object of described members: `x[member]`, a JSON object, or JSON in a text.
    Object,
    /// `x[]`, a JSON array in a text, or a comma list.
    List,
}

/// How a value crosses to a plugin.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Crossing {
    /// A JSON string.
    Text,
    /// A JSON number that an `i32` holds.
    I32,
    /// A JSON number that a `u32` holds.
    U32,
    /// A JSON boolean.
    Flag,
    /// A JSON string with decimal text.
    Amount,
    /// A JSON number of 64 bits, or null for never.
    Moment,
    /// A JSON object.
    Document,
    /// A JSON array; its items cross by their own form.
    List,
}

impl Form {
    /// Every form.
    pub const ALL: [Form; 11] = [
        Form::Text,
        Form::Int,
        Form::Count,
        Form::Id,
        Form::Flag,
        Form::Decimal,
        Form::Date,
        Form::Network,
        Form::Document,
        Form::Object,
        Form::List,
    ];

    /// How values of it cross.
    pub const fn crosses_as(self) -> Crossing {
        match self {
            Form::Text | Form::Network => Crossing::Text,
            Form::Int => Crossing::I32,
            Form::Count | Form::Id => Crossing::U32,
            Form::Flag => Crossing::Flag,
            Form::Decimal => Crossing::Amount,
            Form::Date => Crossing::Moment,
            Form::Document | Form::Object => Crossing::Document,
            Form::List => Crossing::List,
        }
    }

    /// The whole numbers that it takes; none for what is no whole number.
    pub fn range(self) -> Option<RangeInclusive<i64>> {
        match self {
            Form::Int => Some(i64::from(i32::MIN)..=i64::from(i32::MAX)),
            Form::Count => Some(0..=i64::from(u32::MAX)),
            Form::Id => Some(1..=i64::from(u32::MAX)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_that_a_form_takes_fits_the_type_in_which_it_crosses() {
        for form in Form::ALL {
            let Some(range) = form.range() else { continue };
            for end in [*range.start(), *range.end()] {
                match form.crosses_as() {
                    Crossing::I32 => assert!(i32::try_from(end).is_ok(), "{form:?} {end}"),
                    Crossing::U32 => assert!(u32::try_from(end).is_ok(), "{form:?} {end}"),
                    other => panic!("{form:?} has a range and crosses as {other:?}"),
                }
            }
        }
    }
}
