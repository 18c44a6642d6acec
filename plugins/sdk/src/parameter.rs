//! Types of parameters beyond Rust's own.

use serde::{Deserialize, Deserializer, Serialize};

/// When something ends: a point in unix seconds, or never. Crosses as a number or null.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Option<i64>", into = "Option<i64>")]
pub enum Expiry {
    /// It has no end.
    #[default]
    Never,
    /// Unix seconds.
    At(i64),
}

impl From<Option<i64>> for Expiry {
    fn from(seconds: Option<i64>) -> Expiry {
        seconds.map_or(Expiry::Never, Expiry::At)
    }
}

impl From<Expiry> for Option<i64> {
    fn from(expiry: Expiry) -> Option<i64> {
        match expiry {
            Expiry::Never => None,
            Expiry::At(seconds) => Some(seconds),
        }
    }
}

/// For parameters where null is a value: `None` is "not sent", `Some` whatever was sent.
pub fn sent<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Parameters {
        #[serde(default, deserialize_with = "sent")]
        end: Option<Expiry>,
    }

    #[test]
    fn never_and_not_sent_are_two_things() {
        let end = |text| serde_json::from_str::<Parameters>(text).unwrap().end;
        assert_eq!(end("{}"), None);
        assert_eq!(end(r#"{"end":null}"#), Some(Expiry::Never));
        assert_eq!(end(r#"{"end":7}"#), Some(Expiry::At(7)));
    }
}
