//! What is known of a movie, an episode or a series.

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What is known of a movie, episode or series beyond its name. Empty text means unknown.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Year of release, as text.
    pub year: String,
    /// What happens.
    pub plot: String,
    /// Actors.
    pub cast: String,
    /// Director.
    pub director: String,
    /// Genres.
    pub genre: String,
    /// `YYYY-MM-DD`.
    pub release_date: String,
    /// 0 to 10, with one decimal place.
    #[serde(serialize_with = "tenths", deserialize_with = "number_or_text")]
    pub rating: f32,
    /// Seconds.
    pub duration: u32,
    /// Address of a large picture.
    pub backdrop: String,
    /// Video id of a trailer.
    pub trailer: String,
    /// Number in the public movie database; 0 when unknown.
    pub tmdb: u32,
}

/// As it was meant: 7.4 is not 7.400000095.
fn tenths<S: Serializer>(rating: &f32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64((f64::from(*rating) * 10.0).round() / 10.0)
}

/// What surfaces set is decimal text.
fn number_or_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f32, D::Error> {
    struct Rating;
    impl Visitor<'_> for Rating {
        type Value = f32;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a number, or one as text")
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<f32, E> {
            Ok(number as f32)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<f32, E> {
            Ok(number as f32)
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<f32, E> {
            Ok(number as f32)
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<f32, E> {
            text.parse::<f32>().ok().filter(|number| number.is_finite()).ok_or_else(|| E::custom("this is no number"))
        }
    }
    deserializer.deserialize_any(Rating)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{from_value, json, to_value};

    #[test]
    fn a_rating_is_read_as_number_or_text_and_written_as_it_was_meant() {
        for (sent, rating) in [(json!(7.4), 7.4), (json!("7.40"), 7.4), (json!(7), 7.0), (json!("0.00"), 0.0)] {
            let details: Details = from_value(json!({ "rating": sent })).unwrap();
            assert_eq!(to_value(&details).unwrap()["rating"], json!(rating), "{sent}");
        }
        for wrong in [json!("x"), json!(null), json!("inf")] {
            assert!(from_value::<Details>(json!({ "rating": wrong })).is_err(), "{wrong}");
        }
    }
}
