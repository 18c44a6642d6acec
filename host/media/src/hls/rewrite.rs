//! Rewrites a source's playlist: every address in it becomes one of ours, and only tags that we know
//! stay. Knows no sockets and no tokens; what an address becomes is asked of the caller.

use url::Url;

/// More addresses than any player reads: a day of six-second segments is 14,400.
const MAX_ADDRESSES: usize = 16_384;

/// Tags that are handed on. Others may carry addresses under names of their own, and low-latency
/// ones promise what a panel in between cannot keep.
const TAGS: [&str; 21] = [
    "EXTM3U",
    "EXTINF",
    "EXT-X-VERSION",
    "EXT-X-TARGETDURATION",
    "EXT-X-MEDIA-SEQUENCE",
    "EXT-X-DISCONTINUITY",
    "EXT-X-DISCONTINUITY-SEQUENCE",
    "EXT-X-ENDLIST",
    "EXT-X-PLAYLIST-TYPE",
    "EXT-X-I-FRAMES-ONLY",
    "EXT-X-INDEPENDENT-SEGMENTS",
    "EXT-X-START",
    "EXT-X-BYTERANGE",
    "EXT-X-KEY",
    "EXT-X-MAP",
    "EXT-X-PROGRAM-DATE-TIME",
    "EXT-X-GAP",
    "EXT-X-BITRATE",
    "EXT-X-MEDIA",
    VARIANT,
    "EXT-X-I-FRAME-STREAM-INF",
];
/// The next line is the address of a playlist.
const VARIANT: &str = "EXT-X-STREAM-INF";

/// What an address leads to, as the playlist says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Leads {
    /// Another playlist, to be rewritten as well.
    ToPlaylist,
    /// A segment, a key, an initialisation section.
    ToBytes,
}

/// Why a playlist is not handed on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It does not begin with `#EXTM3U`.
    NoPlaylist,
    /// It names something that is no http address.
    ForeignAddress,
    /// It names more addresses than we remember for one playlist.
    TooLong,
}

/// Rewrites every address, resolved against `base`.
pub(super) fn rewrite(text: &str, base: &Url, ours: impl FnMut(&Url, Leads) -> String) -> Result<String, Unfit> {
    let text = text.trim_start_matches('\u{feff}');
    if !text.starts_with("#EXTM3U") {
        return Err(Unfit::NoPlaylist);
    }
    let mut addresses = Addresses { base, ours, count: 0 };
    let mut out = String::with_capacity(text.len() * 2);
    let mut next = Leads::ToBytes;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(tag) = line.strip_prefix('#') {
            let name = tag.split(':').next().unwrap_or(tag);
            if !TAGS.contains(&name) {
                continue;
            }
            if name == VARIANT {
                next = Leads::ToPlaylist;
            }
            addresses.rewrite_tag(name, line, &mut out)?;
        } else {
            out.push_str(&addresses.ours(line, std::mem::replace(&mut next, Leads::ToBytes))?);
        }
        out.push('\n');
    }
    Ok(out)
}

struct Addresses<'a, F> {
    base: &'a Url,
    ours: F,
    count: usize,
}

impl<F: FnMut(&Url, Leads) -> String> Addresses<'_, F> {
    fn ours(&mut self, address: &str, leads: Leads) -> Result<String, Unfit> {
        self.count += 1;
        if self.count > MAX_ADDRESSES {
            return Err(Unfit::TooLong);
        }
        let url = self.base.join(address).map_err(|_| Unfit::ForeignAddress)?;
        // What is not fetched through us would lead players past the panel.
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Unfit::ForeignAddress);
        }
        Ok((self.ours)(&url, leads))
    }

    /// Copies a tag and replaces the value of its attribute `URI`.
    fn rewrite_tag(&mut self, name: &str, line: &str, out: &mut String) -> Result<(), Unfit> {
        let leads =
            if matches!(name, "EXT-X-MEDIA" | "EXT-X-I-FRAME-STREAM-INF") { Leads::ToPlaylist } else { Leads::ToBytes };
        let mut rest = line;
        while let Some(at) = rest.find("URI=\"") {
            let (before, value) = rest.split_at(at + "URI=\"".len());
            let (address, after) = value.split_once('"').ok_or(Unfit::ForeignAddress)?;
            out.push_str(before);
            out.push_str(&self.ours(address, leads)?);
            out.push('"');
            rest = after;
        }
        out.push_str(rest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(text: &str) -> Result<String, Unfit> {
        let base = Url::parse("http://source.example/live/one/index.m3u8?token=secret").unwrap();
        rewrite(text, &base, |url, leads| match leads {
            Leads::ToBytes => format!("/hls/[{url}]"),
            Leads::ToPlaylist => format!("/list/[{url}]"),
        })
    }

    #[test]
    fn every_kind_of_address_becomes_ours_and_is_told_apart() {
        let text = "#EXTM3U\r\n#EXT-X-KEY:METHOD=AES-128,URI=\"../key?u=1\",IV=0x1\r\n\
                    #EXT-X-MAP:URI=\"/init.mp4\",BYTERANGE=\"9@0\"\r\n#EXTINF:4,\r\nhttps://cdn.example/a.ts\r\n\
                    #EXTINF:4,\r\nb.ts\r\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",URI=\"//other.example/a.m3u8\"\r\n\
                    #EXT-X-STREAM-INF:BANDWIDTH=1\r\nlow\r\nnot-a-list\r\n";
        assert_eq!(
            rewritten(text).unwrap(),
            "#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"/hls/[http://source.example/live/key?u=1]\",IV=0x1\n\
             #EXT-X-MAP:URI=\"/hls/[http://source.example/init.mp4]\",BYTERANGE=\"9@0\"\n\
             #EXTINF:4,\n/hls/[https://cdn.example/a.ts]\n#EXTINF:4,\n/hls/[http://source.example/live/one/b.ts]\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",URI=\"/list/[http://other.example/a.m3u8]\"\n\
             #EXT-X-STREAM-INF:BANDWIDTH=1\n/list/[http://source.example/live/one/low]\n\
             /hls/[http://source.example/live/one/not-a-list]\n"
        );
    }

    #[test]
    fn what_could_carry_an_address_under_another_name_is_left_out() {
        let text = "#EXTM3U\n# see http://x/\n#EXT-X-DATERANGE:ID=\"1\",X-ASSET-LIST=\"http://x/\"\n\
                    #EXT-X-SESSION-DATA:DATA-ID=\"a\",VALUE=\"http://x/\"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"p\"\n";
        assert_eq!(rewritten(text).unwrap(), "#EXTM3U\n");
    }

    #[test]
    fn what_is_no_playlist_or_leads_past_the_panel_is_refused() {
        assert_eq!(rewritten("<html>"), Err(Unfit::NoPlaylist));
        for address in ["file:///etc/passwd", "data:text/plain,x", "skd://key", "http://["] {
            assert_eq!(rewritten(&format!("#EXTM3U\n{address}\n")), Err(Unfit::ForeignAddress), "{address}");
            let tag = format!("#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"{address}\"\n");
            assert_eq!(rewritten(&tag), Err(Unfit::ForeignAddress), "{address}");
        }
        assert_eq!(rewritten("#EXTM3U\n#EXT-X-KEY:URI=\"open\n"), Err(Unfit::ForeignAddress));
        assert_eq!(rewritten(&format!("#EXTM3U\n{}", "a\n".repeat(MAX_ADDRESSES + 1))), Err(Unfit::TooLong));
    }
}
