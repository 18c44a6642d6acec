//! The kind of record that transcode profiles are.

use super::profile::{PRESETS, Profile};
use crate::document::Document;
use crate::plain::{PlainField, PlainKind};

/// The plain kind `transcode_profile`.
pub const TRANSCODE_PROFILE: PlainKind = PlainKind {
    rule: |fields| Profile::of(fields).map(drop),
    ..PlainKind::new(
        "transcode_profile",
        &[
            PlainField::text("name").needed().searched(),
            PlainField::text("video_codec").one_of(&["copy", "h264", "hevc", "mpeg2", "none"]),
            PlainField::text("preset").one_of(&PRESETS),
            PlainField::text("video_profile").one_of(&["baseline", "main", "high"]),
            PlainField::count("video_bitrate").at_most(200_000),
            PlainField::count("min_bitrate").at_most(200_000),
            PlainField::count("max_bitrate").at_most(200_000),
            PlainField::count("buffer_size").at_most(400_000),
            PlainField::count("crf").at_most(51),
            PlainField::text("resize").at_most(9),
            PlainField::flag("deinterlace"),
            PlainField::text("aspect_ratio").at_most(9),
            PlainField::count("frame_rate").at_most(120),
            PlainField::text("audio_codec").one_of(&["copy", "aac", "mp2", "mp3", "ac3", "none"]),
            PlainField::count("audio_bitrate").at_most(1_536),
            PlainField::count("sample_rate").at_most(48_000),
            PlainField::count("audio_channels").at_most(6),
            PlainField::count("threads").at_most(64),
        ],
    )
};

impl Profile {
    /// The profile that a stored document says; none for a document of another kind.
    pub fn of_document(document: &Document) -> Option<Profile> {
        (document.collection == TRANSCODE_PROFILE.word).then(|| Profile::of(&document.fields).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Unix;

    #[test]
    fn a_new_document_leaves_everything_as_it_is_and_one_of_another_kind_is_no_profile() {
        let blank = TRANSCODE_PROFILE.blank(1, Unix(0));
        assert!(Profile::of_document(&blank).unwrap().is_copy(), "fields that are there and empty say nothing");
        assert!(Profile::of_document(&Document { collection: "block".into(), ..blank }).is_none());
    }
}
