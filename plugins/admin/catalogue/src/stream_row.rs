//! What of a request becomes a stream.
//! Knows no rule: the host checks every field.

use linecard_sdk::Refusal;
use linecard_sdk::records::{self, Member, MembersChange};

/// This surface's words for kinds, and the host's.
const KINDS: [(&str, &str); 5] = [
    ("live", "live"),
    ("created_live", "created_channel"),
    ("radio_streams", "radio"),
    ("movie", "movie"),
    ("series", "episode"),
];

/// The host's kind for a word of this surface.
pub(crate) fn kind(word: &str) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == word).map_or("live", |(_, host)| host)
}

/// Puts a stream at the end of these bouquets; where it is already it stays.
pub(crate) fn add_to(stream: u32, bouquets: Vec<u32>) -> Result<(), Refusal> {
    let change = MembersChange { add: vec![Member::stream(stream)], ..MembersChange::default() };
    bouquets.into_iter().try_for_each(|bouquet| records::edit_members(bouquet, &change).map(drop))
}

/// How viewers get it: two switches here, one choice in the host. None when neither was sent.
pub(crate) fn delivery(direct_source: Option<bool>, direct_proxy: Option<bool>) -> Option<&'static str> {
    match (direct_source, direct_proxy) {
        (None, None) => None,
        (Some(true), _) => Some("redirect"),
        (_, Some(true)) => Some("proxy"),
        _ => Some("fan_out"),
    }
}

/// The plain fields of a stream's document; `create_stream` and `edit_stream` have them in
/// structs of their own.
macro_rules! document {
    ($wish:ident) => {
        Document::new()
            .with("delivery", stream_row::delivery($wish.direct_source, $wish.direct_proxy))
            .with("categories", $wish.category_id)
            .with("icon", $wish.stream_icon)
            .with("sources", $wish.stream_source)
            .with("notes", $wish.notes)
            .with("guide_source", $wish.epg_id)
            .with("guide_channel", $wish.channel_id)
            .with("guide_offset", $wish.epg_offset)
            .with("archive_days", $wish.tv_archive_duration)
            .with("custom_sid", $wish.custom_sid)
            .with("container", $wish.target_container)
            .with("adult", $wish.is_adult)
            .with("enabled", $wish.enabled)
    };
}
pub(crate) use document;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_the_words_of_the_surface() {
        for (shown, host) in KINDS {
            assert_eq!(kind(shown), host);
        }
    }

    #[test]
    fn two_switches_make_one_delivery() {
        assert_eq!(delivery(None, None), None);
        assert_eq!(delivery(Some(true), Some(false)), Some("redirect"));
        assert_eq!(delivery(Some(false), Some(true)), Some("proxy"));
        assert_eq!(delivery(Some(false), None), Some("fan_out"));
    }
}
