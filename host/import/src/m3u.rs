//! Playlists: M3U and M3U-plus. One pass, an entry at a time; a bad entry is left out with its reason and the
//! next one is read.

use crate::address::{self, Address};
use crate::asked::{self, Asked};
use crate::clean::{is_too_long, one_line};
use crate::extinf::Heading;
use crate::lines::{Line, Lines};
use crate::seen::Seen;
use crate::tag::after_tag;
use host_core::import::{ImportError, LeftOut, PlaylistEntry, Skipped};
use std::io::Read;
use url::Url;

type Entry = Result<PlaylistEntry, LeftOut>;

/// The entries of a playlist in UTF-8 (see [`crate::Text`]), in order. After an error nothing
/// follows; what came before it was whole.
///
/// `#EXTM3U` is not required; an address without `#EXTINF` is named after its last path
/// segment. What an entry asks of a player (`#EXTVLCOPT`, `#KODIPROP`, `#EXTHTTP`, options
/// behind the address) is kept where it is a header, and named in the entry's `not_kept` where it is not; other
/// comments are passed over.
pub fn entries<R: Read>(reader: R) -> impl Iterator<Item = Result<Entry, ImportError>> {
    let mut lines = Lines::new(reader);
    let mut playlist = Playlist::default();
    let mut done = false;
    std::iter::from_fn(move || {
        while !done {
            match lines.next() {
                Ok(Some(line)) if playlist.lines == 0 && line.text.trim_start_matches(is_blank).starts_with('<') => {
                    done = true;
                    let reason = "it begins like a web page or XML".to_owned();
                    return Some(Err(ImportError::Malformed { format: "M3U", line: line.number, reason }));
                }
                Ok(Some(line)) => {
                    if let Some(entry) = playlist.take(&line) {
                        return Some(Ok(entry));
                    }
                }
                Ok(None) => {
                    done = true;
                    return playlist.heading.take().map(|heading| Ok(Err(heading.without_address())));
                }
                Err(error) => {
                    done = true;
                    return Some(Err(error));
                }
            }
        }
        None
    })
}

/// What was read of the entry that is being read.
#[derive(Default)]
struct Playlist {
    /// Lines with content so far.
    lines: u64,
    heading: Option<Heading>,
    /// Of an `#EXTGRP` line.
    group: String,
    /// What is asked of a player.
    options: Vec<Asked>,
    seen: Seen,
}

impl Playlist {
    /// Takes a line; an entry is whole with its address.
    fn take(&mut self, line: &Line<'_>) -> Option<Entry> {
        let text = line.text.trim_matches(is_blank);
        if text.is_empty() && line.whole {
            return None;
        }
        self.lines += 1;
        if let Some(rest) = after_tag(text, "#EXTINF:") {
            let abandoned = self.heading.replace(Heading::read(rest, line))?;
            self.group.clear();
            self.options.clear();
            return Some(Err(abandoned.without_address()));
        }
        if let Some(rest) = after_tag(text, "#EXTGRP:") {
            self.group = one_line(rest);
            return None;
        }
        if text.starts_with('#') {
            self.options.extend(asked::in_line(text));
            return None;
        }
        let heading = self.heading.take().unwrap_or_default();
        let (group, options) = (std::mem::take(&mut self.group), std::mem::take(&mut self.options));
        let name = heading.entry.name.clone();
        let entry = if line.whole { self.entry(heading, group, options, text) } else { Err(Skipped::TooLong) };
        let number = line.number;
        Some(entry.map(|entry| PlaylistEntry { line: number, ..entry }).map_err(|reason| LeftOut {
            line: number,
            name: if name.is_empty() { shortened(text) } else { shortened(&name) },
            reason,
        }))
    }

    fn entry(
        &mut self,
        heading: Heading,
        group: String,
        mut options: Vec<Asked>,
        address: &str,
    ) -> Result<PlaylistEntry, Skipped> {
        if heading.cut {
            return Err(Skipped::TooLong);
        }
        let Address { text, url, options: behind } = address::read(address)?;
        options.extend(behind);
        let (headers, not_kept) = asked::sorted(options, url.is_some());
        let mut entry = PlaylistEntry { url: text, headers, not_kept, ..heading.entry };
        if entry.name.is_empty() {
            entry.name = url.as_ref().map_or_else(|| group_of(&entry.url), name_of);
        }
        if entry.group.is_empty() {
            entry.group = group;
        }
        if [&entry.name, &entry.tvg_id, &entry.group].into_iter().any(|text| is_too_long(text)) {
            return Err(Skipped::TooLong);
        }
        if self.seen.is_known(&entry.url) {
            return Err(Skipped::Duplicate);
        }
        Ok(entry)
    }
}

/// Enough of a text to find it again in the file, without a login or key that may stand in it.
fn shortened(text: &str) -> String {
    let shown = text.split(['?', '|']).next().unwrap_or_default();
    let shown = match shown.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, rest)) => format!("{scheme}://{rest}"),
        None => shown.to_owned(),
    };
    one_line(&shown).chars().take(80).collect()
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

/// A name out of an address: its last path segment without ending, or its host.
fn name_of(url: &Url) -> String {
    let segment = url.path_segments().and_then(|mut segments| segments.rfind(|segment| !segment.is_empty()));
    let segment = percent_encoding::percent_decode_str(segment.unwrap_or_default()).decode_utf8_lossy();
    let stem = segment.rsplit_once('.').map_or(&*segment, |(stem, _)| stem);
    let name = one_line(stem);
    if name.is_empty() { url.host_str().unwrap_or_default().to_owned() } else { name }
}

/// The group and port of an address of datagrams: it has nothing else to be called by.
fn group_of(address: &str) -> String {
    let (_, rest) = address.split_once("://").unwrap_or(("", address));
    let rest = rest.split('?').next().unwrap_or(rest);
    one_line(rest.rsplit('@').next().unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left_out(text: &str) -> Vec<Entry> {
        entries(text.as_bytes()).map(Result::unwrap).collect()
    }

    fn read(text: &str) -> Vec<Result<PlaylistEntry, Skipped>> {
        left_out(text).into_iter().map(|entry| entry.map_err(|left_out| left_out.reason)).collect()
    }

    #[test]
    fn groups_by_line_options_of_players_and_line_ends() {
        let text = "\u{feff}#EXTM3U\r\n#EXTINF:-1,A\r\n#EXTGRP:News\r\n#EXTVLCOPT:http-user-agent=x\r\n\r\n\
                    #KODIPROP:inputstream=x\r\nHTTP://h/a?q=1|User-Agent=x&Referer=y\r\n#EXTINF:-1,B\r\nhttps://h/b|c\r\n";
        let read: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
        assert_eq!((read[0].group.as_str(), read[0].url.as_str()), ("News", "http://h/a?q=1"));
        assert_eq!((read[1].group.as_str(), read[1].url.as_str()), ("", "https://h/b|c"));
    }

    #[test]
    fn what_is_asked_of_a_player_is_kept_or_named_and_belongs_to_its_own_entry() {
        let text = "#EXTINF:-1,A\n#EXTVLCOPT:http-user-agent=x\n#EXTVLCOPT:http-referrer=y\n#KODIPROP:a.b=c\n\
                    #EXTHTTP:{\"cookie\":\"z\"}\nhttp://h/a|Referer=y&User-Agent=x\n#EXTINF:-1,B\nhttp://h/b\n";
        let entries: Vec<_> = read(text).into_iter().map(Result::unwrap).collect();
        assert_eq!(entries[0].not_kept, ["a.b"]);
        let headers = [("Referer", "y"), ("User-Agent", "x"), ("cookie", "z")];
        assert_eq!(entries[0].headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into());
        assert!(entries[1].not_kept.is_empty() && entries[1].headers.is_empty());
    }

    #[test]
    fn what_is_left_out_is_told_with_its_line_and_name_and_without_a_login() {
        let text = "#EXTM3U\n#EXTINF:-1,Gone\n#EXTINF:-1,Camera\nrtsp://h/a\nhttp://me:secret@h/a?token=t\n";
        let told = |entry: Entry| entry.map_err(|out| (out.line, out.name, out.reason.as_str())).unwrap_err();
        let told: Vec<_> = left_out(text).into_iter().map(told).collect();
        let wanted = [(2, "Gone", "no_url"), (4, "Camera", "protocol_rtsp"), (5, "http://h/a", "login_in_url")];
        assert_eq!(told, wanted.map(|(line, name, reason)| (line, name.to_owned(), reason)));
    }

    #[test]
    fn entries_that_cannot_be_used_are_left_out_with_their_reason() {
        let long = "x".repeat(70_000);
        let name = "x".repeat(256);
        for (text, reason) in [
            ("#EXTINF:-1,A\n".to_owned(), Skipped::NoUrl),
            ("#EXTINF:-1,A\n#EXTGRP:x\n".to_owned(), Skipped::NoUrl),
            ("#EXTINF:-1,A\n[NO PUBLIC STREAM]\n".to_owned(), Skipped::BadUrl),
            ("rtmp://h/a".to_owned(), Skipped::Protocol("protocol_rtmp")),
            (long.clone(), Skipped::TooLong),
            (format!("http://h/{long}"), Skipped::TooLong),
            (format!("#EXTINF:-1,{long}\nhttp://h/a"), Skipped::TooLong),
            (format!("#EXTINF:-1,{long}"), Skipped::TooLong),
            (format!("#EXTINF:-1,{name}\nhttp://h/a"), Skipped::TooLong),
        ] {
            let short: String = text.chars().take(60).collect();
            assert_eq!(read(&text), [Err(reason)], "{short}");
        }
    }

    #[test]
    fn a_multicast_group_is_an_entry_like_any_other() {
        let read = read("#EXTINF:-1 tvg-id=\"a\",A\nudp://@239.1.1.1:1234\nrtp://239.1.1.2:5004\nudp://239.1.1.3\n");
        let [a, b] = [&read[0], &read[1]].map(|entry| entry.as_ref().unwrap());
        assert_eq!((a.name.as_str(), a.url.as_str()), ("A", "udp://@239.1.1.1:1234"));
        assert_eq!((b.name.as_str(), b.url.as_str()), ("239.1.1.2:5004", "rtp://239.1.1.2:5004"));
        assert_eq!(read[2], Err(Skipped::BadUrl));
    }

    #[test]
    fn a_bad_entry_does_not_touch_the_next_one() {
        let text = "#EXTINF:-1,A\n#EXTGRP:X\n#EXTINF:-1,B\nhttp://h/b\nhttp://h/dir/My%20Film.mp4\nhttp://h/b\n";
        let read = read(text);
        assert_eq!(read[0], Err(Skipped::NoUrl));
        let b = read[1].as_ref().unwrap();
        assert_eq!((b.name.as_str(), b.group.as_str()), ("B", ""));
        assert_eq!(read[2].as_ref().unwrap().name, "My Film");
        assert_eq!(read[3], Err(Skipped::Duplicate));
        assert_eq!(read.len(), 4);
    }

    #[test]
    fn a_header_and_comments_of_any_length_cost_nothing() {
        let text = format!("#EXTM3U x-tvg-url=\"{0}\"\n# {0}\nhttp://h/a\n", "u,".repeat(500_000));
        assert_eq!(read(&text).len(), 1);
    }

    #[test]
    fn a_web_page_is_refused_at_its_first_line() {
        let read: Vec<_> = entries("\n<!DOCTYPE html>\nhttp://h/a\n".as_bytes()).collect();
        assert!(matches!(read.as_slice(), [Err(ImportError::Malformed { format: "M3U", line: 2, .. })]), "{read:?}");
    }
}
