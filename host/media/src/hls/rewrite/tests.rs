//! What a rewritten playlist says, tag by tag.

use super::*;

fn rewritten(text: &str) -> Result<Rewritten, Unfit> {
    let base = Url::parse("http://source.example/live/one/index.m3u8?token=secret").unwrap();
    rewrite(text, &base, |wanted| match wanted {
        Wanted::Bytes(address) => (address.len() < 4_000).then(|| format!("/hls/[{address}]")),
        Wanted::Playlist(address) => Some(format!("/list/[{address}]")),
        _ => None,
    })
}

fn text_of(text: &str) -> String {
    rewritten(text).unwrap().template.of_session("")
}

fn unfit(text: &str) -> Option<Unfit> {
    rewritten(text).err()
}

#[test]
fn every_kind_of_address_becomes_ours_and_is_told_apart() {
    let text = "\u{feff}#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI=\"../key?u=1\",IV=0x1\r\n\
                #EXT-X-MAP:URI=\"/init.mp4\",BYTERANGE=\"9@0\"\r\n#EXTINF:4,\r\nhttps://cdn.example/a.ts\r\n\
                #EXTINF:4,\r\nb.ts\r\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"URI=\",URI=\"//other.example/a.m3u8\"\r\n\
                #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"i\"\r\n\
                #EXT-X-STREAM-INF:BANDWIDTH=1\r\nlow\r\n#EXT-X-STREAM-INF:AUDIO=\"a\"\r\nodd\r\nnot-a-list\r\n";
    let ours = text_of(text);
    let lines: Vec<_> = ours.lines().collect();
    assert_eq!(lines[0], "#EXTM3U");
    assert!(lines[1].contains("URI=\"/hls/[http://source.example/live/key?u=1]\"") && lines[1].contains("IV=0x1"));
    assert!(lines[2].contains("URI=\"/hls/[http://source.example/init.mp4]\"") && lines[2].contains("\"9@0\""));
    assert_eq!(
        lines[3..7],
        ["#EXTINF:4,", "/hls/[https://cdn.example/a.ts]", "#EXTINF:4,", "/hls/[http://source.example/live/one/b.ts]",]
    );
    assert!(lines[7].contains("NAME=\"URI=\"") && lines[7].contains("URI=\"/list/[http://other.example/a.m3u8]\""));
    assert!(lines[8].contains("URI=\"/list/[http://source.example/live/one/i]\""));
    assert_eq!(
        lines[9..],
        [
            "#EXT-X-STREAM-INF:BANDWIDTH=1",
            "/list/[http://source.example/live/one/low]",
            "#EXT-X-STREAM-INF:AUDIO=\"a\"",
            "/list/[http://source.example/live/one/odd]",
            "/hls/[http://source.example/live/one/not-a-list]",
        ]
    );
    assert_eq!(rewritten(text).unwrap().best.unwrap(), "http://source.example/live/one/low");
    assert_eq!(rewritten("#EXTM3U\n#EXTINF:4,\na.ts\n").unwrap().best, None);
}

#[test]
fn what_could_carry_an_address_under_another_name_is_left_out() {
    let text = "#EXTM3U\n# see http://x/\n#EXT-X-DATERANGE:ID=\"1\",X-ASSET-LIST=\"http://x/\"\n\
                #EXT-X-SESSION-DATA:DATA-ID=\"a\",VALUE=\"http://x/\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p\"\n\
                #EXT-X-KEY:METHOD=AES-128,URI=\"k\",X-OTHER=\"http://x/\"\n";
    let ours = text_of(text);
    assert!(!ours.contains("http://x/"), "{ours}");
    assert_eq!(ours.lines().count(), 2);
}

#[test]
fn what_is_no_playlist_or_leads_past_the_panel_is_refused_with_its_reason() {
    assert_eq!(unfit("<html>"), Some(Unfit::NoPlaylist));
    assert_eq!(unfit("#EXTM3U\n#EXTINF:4,\u{1}\na.ts\n"), Some(Unfit::NoPlaylist));
    for address in ["file:///etc/passwd", "data:text/plain,x", "skd://key", "http://["] {
        assert_eq!(unfit(&format!("#EXTM3U\n{address}\n")), Some(Unfit::ForeignAddress), "{address}");
        let tag = format!("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"{address}\"\n");
        assert_eq!(unfit(&tag), Some(Unfit::ForeignAddress), "{address}");
    }
    for tag in ["#EXT-X-KEY:METHOD=AES-128,URI=\"open", "#EXT-X-MAP:BYTERANGE=\"1@0\"", "#EXT-X-MEDIA-SEQUENCE:x"] {
        assert_eq!(unfit(&format!("#EXTM3U\n{tag}\n")), Some(bad(tag)), "{tag}");
    }
    assert_eq!(unfit(&format!("#EXTM3U\n{}\n", "a".repeat(5_000))), Some(Unfit::LongAddress));
    let long = format!("#EXTM3U\n{}#EXT-X-ENDLIST\n", "a\n".repeat(MAX_ADDRESSES + 1));
    assert_eq!(unfit(&long), Some(Unfit::TooLong));
}

#[test]
fn variables_are_filled_in_where_they_are_defined() {
    let text = "#EXTM3U\n#EXT-X-DEFINE:NAME=\"host\",VALUE=\"cdn.example\"\n#EXT-X-DEFINE:QUERYPARAM=\"token\"\n\
                #EXTINF:4,\nhttp://{$host}/{$token}/a.ts\n";
    assert_eq!(text_of(text), "#EXTM3U\n#EXTINF:4,\n/hls/[http://cdn.example/secret/a.ts]\n");
    for other in ["#EXT-X-DEFINE:IMPORT=\"host\"\n{$host}\n", "{$host}\n", "a{$\n"] {
        assert_eq!(unfit(&format!("#EXTM3U\n{other}")), Some(Unfit::UnknownVariable), "{other}");
    }
}

/// A live window of a day: keys change each hour, ranges go on from one another, and every 100th
/// segment is a break.
fn day() -> String {
    let mut text = "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MEDIA-SEQUENCE:1000\n\
                    #EXT-X-DISCONTINUITY-SEQUENCE:5\n#EXT-X-MAP:URI=\"init.mp4\"\n"
        .to_owned();
    for n in 0..14_000 {
        if n % 600 == 0 {
            text += &format!("#EXT-X-KEY:METHOD=AES-128,URI=\"key-{n}\"\n");
        }
        if n % 100 == 99 {
            text += "#EXT-X-DISCONTINUITY\n";
        }
        text += &format!("#EXTINF:6,\n#EXT-X-BYTERANGE:10\n{n}.mp4\n");
    }
    text
}

#[test]
fn of_a_window_of_hours_the_end_is_handed_on_with_all_that_holds_for_it() {
    let ours = text_of(&day());
    let list = m3u8_rs::parse_media_playlist_res(ours.as_bytes()).unwrap();
    assert_eq!((list.segments.len(), list.media_sequence), (200, 1_000 + 13_800));
    assert_eq!(list.discontinuity_sequence, 5 + 138);
    assert!(list.playlist_type.is_none(), "it no longer holds all that ever was in it");
    let first = &list.segments[0];
    assert_eq!(first.uri, "/hls/[http://source.example/live/one/13800.mp4]");
    let key = first.key.as_ref().unwrap().uri.as_deref();
    assert_eq!(key, Some("/hls/[http://source.example/live/one/key-13800]"));
    assert_eq!(first.map.as_ref().unwrap().uri, "/hls/[http://source.example/live/one/init.mp4]");
    let range = first.byte_range.as_ref().unwrap();
    assert_eq!((range.length, range.offset), (10, Some(138_000)));
    assert_eq!(list.segments.iter().filter(|segment| segment.discontinuity).count(), 2);
    assert!(ours.len() < 40_000, "{}", ours.len());
}

#[test]
fn a_window_that_begins_between_two_keys_has_the_one_in_force() {
    let mut text = day();
    text += "#EXTINF:6,\n#EXT-X-BYTERANGE:10\nlast.mp4\n";
    let list = text_of(&text);
    let keys: Vec<_> = list.lines().filter(|line| line.starts_with("#EXT-X-KEY")).collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].contains("key-13800"), "{keys:?}");
    let plain = "#EXTM3U\n".to_owned() + &"#EXTINF:6,\na.ts\n".repeat(300);
    assert!(text_of(&plain).starts_with("#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:100\n#EXTINF:6,\n"), "numbers begin at 0");
}
