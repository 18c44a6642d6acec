//! Amounts of credits: signed ten-thousandths, never floating point. Who owns them is in [`crate::ledger`].

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// An amount of credits in ten-thousandths. Written as decimal text with two to four
/// decimal places (`485.00`, `0.1255`); crosses to plugins as such text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Credits(i64);

/// Why a text is not an amount.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AmountError {
    /// Not `-?digits(.digits)?`.
    #[error("an amount is decimal digits with an optional minus and at most one point")]
    Malformed,
    /// More than four places after the point.
    #[error("an amount has at most four decimal places")]
    TooPrecise,
    /// Beyond ten thousand million credits.
    #[error("an amount is at most 10000000000.0000")]
    TooLarge,
}

impl Credits {
    /// No credits.
    pub const ZERO: Credits = Credits(0);
    /// The largest absolute amount that is accepted from outside, in ten-thousandths.
    pub const LIMIT: i64 = 100_000_000_000_000;

    /// From ten-thousandths, as stored.
    pub const fn from_units(units: i64) -> Credits {
        Credits(units)
    }

    /// In ten-thousandths, as stored.
    pub const fn units(self) -> i64 {
        self.0
    }

    /// The sum, or `None` when it leaves the range of 64 bits.
    pub fn checked_add(self, other: Credits) -> Option<Credits> {
        self.0.checked_add(other.0).map(Credits)
    }

    /// The difference, or `None` when it leaves the range of 64 bits.
    pub fn checked_sub(self, other: Credits) -> Option<Credits> {
        self.0.checked_sub(other.0).map(Credits)
    }

    /// Without its sign.
    pub fn magnitude(self) -> Credits {
        Credits(self.0.saturating_abs())
    }

    /// Below zero.
    pub fn is_negative(self) -> bool {
        self.0 < 0
    }
}

impl fmt::Display for Credits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let (whole, rest) = (units / 10_000, units % 10_000);
        match rest {
            r if r % 100 == 0 => write!(f, "{sign}{whole}.{:02}", r / 100),
            r if r % 10 == 0 => write!(f, "{sign}{whole}.{:03}", r / 10),
            r => write!(f, "{sign}{whole}.{r:04}"),
        }
    }
}

impl FromStr for Credits {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, "0"));
        let numeric = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
        if !numeric(whole) || !numeric(places) {
            return Err(AmountError::Malformed);
        }
        if places.len() > 4 {
            return Err(AmountError::TooPrecise);
        }
        let whole: i64 = whole.parse().map_err(|_| AmountError::TooLarge)?;
        let scale = 10_i64.pow(4 - places.len() as u32);
        let places: i64 = places.parse::<i64>().map_err(|_| AmountError::Malformed)? * scale;
        let units = whole
            .checked_mul(10_000)
            .and_then(|units| units.checked_add(places))
            .filter(|units| *units <= Credits::LIMIT)
            .ok_or(AmountError::TooLarge)?;
        Ok(Credits(if negative { -units } else { units }))
    }
}

impl Serialize for Credits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Credits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_goes_in_and_out_with_two_to_four_places() {
        for (text, shown) in [
            ("485", "485.00"),
            ("485.0", "485.00"),
            ("0.1255", "0.1255"),
            ("-3.125", "-3.125"),
            ("-0.5", "-0.50"),
            ("10000000000", "10000000000.00"),
        ] {
            assert_eq!(text.parse::<Credits>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn malformed_amounts_are_refused() {
        for text in ["", "-", ".", "1.", ".5", "+1", "1e3", "0x1", " 1", "1 ", "NaN", "١", "1,5", "--1", "1.2.3"] {
            assert_eq!(text.parse::<Credits>(), Err(AmountError::Malformed), "{text:?}");
        }
        assert_eq!("1.00000".parse::<Credits>(), Err(AmountError::TooPrecise));
        assert_eq!("10000000000.0001".parse::<Credits>(), Err(AmountError::TooLarge));
        assert_eq!("99999999999999999999".parse::<Credits>(), Err(AmountError::TooLarge));
    }
}
