//! What a line is delivered to.

use serde::{Deserialize, Serialize};

/// What a line is delivered to. A box or a code is a line like any other, so that sale, scope, seats, ban and expiry are
/// said once; what is known of the box stands beside it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DeliveryType {
    /// Players that sign in with user name and password.
    #[default]
    Line,
    /// A box with a MAG portal.
    Mag,
    /// An Enigma2 receiver.
    Enigma,
    /// A player that signs in with an activation code alone.
    Code,
}

impl DeliveryType {
    /// Every type, with the word of it that verbs, views and descriptions have.
    pub const WORDS: [(DeliveryType, &'static str); 4] = [
        (DeliveryType::Line, "line"),
        (DeliveryType::Mag, "mag"),
        (DeliveryType::Enigma, "enigma"),
        (DeliveryType::Code, "code"),
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        DeliveryType::WORDS.iter().find(|(known, _)| *known == self).map_or("line", |(_, word)| word)
    }

    /// The type with this word.
    pub fn of_word(word: &str) -> Option<DeliveryType> {
        DeliveryType::WORDS.iter().find(|(_, known)| *known == word).map(|(delivery, _)| *delivery)
    }

    /// Whether it is a box, which signs in by its MAC address.
    pub fn is_box(self) -> bool {
        matches!(self, DeliveryType::Mag | DeliveryType::Enigma)
    }
}
