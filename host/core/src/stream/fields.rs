//! The fields of a stream.

use super::episode::EpisodeOf;
use super::kind::StreamKind;
use super::origin::Origin;
use super::wanted::Wanted;
use crate::delivery::Delivery;
use crate::details::Details;
use crate::source::Source;
use crate::time::Unix;
use crate::{CategoryId, DocumentId, GuideSourceId, StreamId};

/// The [list](crate::field_list) of a stream's fields. All are set alike, as those of every record.
#[macro_export]
macro_rules! stream_fields {
    ([$($callback:tt)*] $($with:tt)*) => {
        $($callback)*! { $($with)*
            /// What it is.
            kind "kind": StreamKind = StreamKind::Live, Reseller, Admin, plain;
            /// Shown to viewers.
            name "name": String = String::new(), Reseller, Admin, plain;
            /// The channel's number in lists, from 1; `None`: the list counts it.
            number "number": Option<u32> = None, Reseller, Admin, plain;
            /// Switched on.
            enabled "enabled": bool = true, Reseller, Admin, plain;
            /// Categories; the first is the one it is listed under.
            categories "categories": Vec<CategoryId> = Vec::new(), Reseller, Admin, plain;
            /// Address of the logo or poster, may be empty.
            icon "icon": String = String::new(), Reseller, Admin, plain;
            /// Ordered sources; the next one is tried when one fails. At most 16.
            sources "sources": Vec<Source> = Vec::new(), Admin, Admin, plain;
            /// What a created channel plays, one behind the other and over and over. Without any it plays from its
            /// sources, as a live one does.
            playlist "playlist": Vec<Source> = Vec::new(), Admin, Admin, plain;
            /// The list of a created channel is played in another order each time.
            shuffle "shuffle": bool = false, Admin, Admin, plain;
            /// Whether it is to run: when somebody watches, always, or not at all.
            wanted "wanted": Wanted = Wanted::OnDemand, Admin, Admin, plain;
            /// The transcode profile that a live stream is sent in; `None` sends what the source has.
            profile "profile": Option<DocumentId> = None, Admin, Admin, plain;
            /// How a live stream reaches viewers.
            delivery "delivery": Delivery = Delivery::FanOut, Admin, Admin, plain;
            /// The guide channel (`tvg-id`), may be empty.
            guide_channel "guide_channel": String = String::new(), Reseller, Admin, plain;
            /// The guide source to prefer; none takes any that knows the channel.
            guide_source "guide_source": Option<GuideSourceId> = None, Admin, Admin, plain;
            /// Minutes added to guide times.
            guide_offset "guide_offset": i16 = 0, Admin, Admin, plain;
            /// Days of catch-up; 0 is off.
            archive_days "archive_days": u16 = 0, Reseller, Admin, plain;
            /// Service reference tail for Enigma2.
            custom_sid "custom_sid": String = String::new(), Reseller, Admin, plain;
            /// Only for adults.
            adult "adult": bool = false, Reseller, Admin, plain;
            /// File name ending of a movie or episode, without the dot.
            container "container": String = String::new(), Reseller, Admin, plain;
            /// What is known of a movie or episode.
            details "details": Details = Details::default(), Reseller, Admin, plain;
            /// An episode's place.
            episode_of "series" "season" "episode": Option<EpisodeOf> = None, Reseller, Admin, plain;
            /// Notes of the admins.
            notes "notes": String = String::new(), Admin, Admin, plain;
            /// When it was added.
            added_at "added_at": Unix = Unix(0), Reseller, Nobody, own;
            /// Where an import found it.
            origin "origin_source" "origin_url" "origin_tvg_id" "origin_name" "origin_edited" "origin_missing"
                "origin_seen_at": Option<Origin> = None, Admin, Nobody, own;
        }
    };
}

stream_fields!([crate::field_list::declare]
    /// Something to watch or hear. Serialises to the `stream` record document.
    #[serde(default)]
    Stream(StreamId)
);

impl Default for Stream {
    fn default() -> Stream {
        Stream::empty(StreamId(0))
    }
}
