//! Credits as plugins handle them: decimal text that is passed on, never floating point. Adding and comparing them is
//! the host's.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount of credits: decimal text with at most four places, checked by the host. In a reply
/// it becomes a JSON number with its places as given: `485.00`.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(transparent)]
pub struct Credits(String);

impl Credits {
    /// As text: `485.00`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Without zeros that say nothing: `50` for `50.00`.
    pub fn short(&self) -> Credits {
        match self.0.contains('.') {
            true => Credits(self.0.trim_end_matches('0').trim_end_matches('.').to_owned()),
            false => self.clone(),
        }
    }
}

impl From<i32> for Credits {
    fn from(whole: i32) -> Credits {
        Credits(whole.to_string())
    }
}

impl Serialize for Credits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = if self.0.is_empty() { "0.00" } else { &self.0 };
        RawValue::from_string(text.to_owned()).map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_number_with_its_places() {
        let amount: Credits = serde_json::from_str("\"485.00\"").unwrap();
        assert_eq!(serde_json::to_string(&amount).unwrap(), "485.00");
        assert_eq!(serde_json::to_string(&amount.short()).unwrap(), "485");
        assert_eq!(serde_json::to_string(&Credits::from(-50)).unwrap(), "-50");
    }

    #[test]
    fn shortening_keeps_the_value() {
        for (long, short) in [("0.1255", "0.1255"), ("100", "100"), ("0.50", "0.5"), ("-3.00", "-3")] {
            assert_eq!(Credits(long.into()).short().as_str(), short);
        }
    }
}
