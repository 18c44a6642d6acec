//! Playlists: M3U and M3U-plus. One pass, an entry at a time; a bad entry is left out with its
//! reason and the next one is read. Knows nothing of what an entry becomes.

use crate::clean::{is_too_long, one_line};
use crate::extinf::Heading;
use crate::lines::{Line, Lines};
use host_core::import::{ImportError, PlaylistEntry, Skipped};
use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::io::Read;
use url::Url;

/// Distinct addresses that are remembered to find duplicates: 8 MiB of digests. Beyond that a
/// duplicate comes out as an entry, which an import finds to be unchanged.
pub const REMEMBERED: usize = 900_000;

/// The entries of a playlist in UTF-8 (see [`crate::Text`]), in order. After an error nothing
/// follows; what came before it was whole.
///
/// `#EXTM3U` is not required; an address without `#EXTINF` is named after its last path
/// segment; lines of players (`#EXTVLCOPT`, `#KODIPROP`) and other comments are passed over.
pub fn entries<R: Read>(reader: R) -> impl Iterator<Item = Result<Result<PlaylistEntry, Skipped>, ImportError>> {
    let mut lines = Lines::new(reader);
    let mut playlist = Playlist::default();
    let mut done = false;
    std::iter::from_fn(move || {
        while !done {
            match lines.next() {
                Ok(Some(line)) if playlist.lines == 0 && line.text.trim_start_matches(is_blank).starts_with('<') => {
                    done = true;
                    let reason = "it begins like a web page or XML".to_owned();
                    return Some(Err(ImportError::Malformed { format: "M3U", line: lines.number(), reason }));
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
    seen: Seen,
}

impl Playlist {
    /// Takes a line; an entry is whole with its address.
    fn take(&mut self, line: &Line<'_>) -> Option<Result<PlaylistEntry, Skipped>> {
        let text = line.text.trim_matches(is_blank);
        if text.is_empty() && line.whole {
            return None;
        }
        self.lines += 1;
        if let Some(rest) = after_tag(text, "#EXTINF:") {
            let heading = if line.whole { Heading::read(rest) } else { Heading { cut: true, ..Heading::default() } };
            let abandoned = self.heading.replace(heading)?;
            self.group.clear();
            return Some(Err(abandoned.without_address()));
        }
        if let Some(rest) = after_tag(text, "#EXTGRP:") {
            self.group = one_line(rest);
            return None;
        }
        if text.starts_with('#') {
            return None;
        }
        let heading = self.heading.take().unwrap_or_default();
        let group = std::mem::take(&mut self.group);
        Some(if line.whole { self.entry(heading, group, text) } else { Err(Skipped::TooLong) })
    }

    fn entry(&mut self, heading: Heading, group: String, address: &str) -> Result<PlaylistEntry, Skipped> {
        if heading.cut {
            return Err(Skipped::TooLong);
        }
        let (url, parsed) = playable(address).ok_or(Skipped::BadUrl)?;
        let mut entry = PlaylistEntry { url, ..heading.entry };
        if entry.name.is_empty() {
            entry.name = name_of(&parsed);
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

/// Digests of the addresses so far. Keyed by chance, so that nobody can aim at a collision.
#[derive(Default)]
struct Seen {
    digests: HashSet<u64>,
    key: RandomState,
}

impl Seen {
    fn is_known(&mut self, url: &str) -> bool {
        let digest = self.key.hash_one(url);
        if self.digests.len() < REMEMBERED { !self.digests.insert(digest) } else { self.digests.contains(&digest) }
    }
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{feff}'
}

fn after_tag<'a>(text: &'a str, tag: &str) -> Option<&'a str> {
    let head = text.get(..tag.len())?;
    head.eq_ignore_ascii_case(tag).then(|| text.get(tag.len()..)).flatten()
}

/// The address, when it can be played: http or https, with a host and without user-info, which
/// no outgoing request may carry. Options of players behind a `|` are cut off.
fn playable(address: &str) -> Option<(String, Url)> {
    let plain: String = address.chars().filter(|c| !c.is_control()).collect();
    let plain = match plain.split_once('|') {
        Some((url, options)) if options.contains('=') => url.trim_end(),
        _ => &plain,
    };
    let parsed = Url::parse(plain).ok()?;
    let clean = matches!(parsed.scheme(), "http" | "https")
        && parsed.has_host()
        && parsed.username().is_empty()
        && parsed.password().is_none();
    // The text is kept as it stands, because sources are compared by it; only the scheme is
    // brought to lower case.
    let (_, rest) = plain.split_once("://")?;
    clean.then(|| (format!("{}://{rest}", parsed.scheme()), parsed))
}

/// A name out of an address: its last path segment without ending, or its host.
fn name_of(url: &Url) -> String {
    let segment = url.path_segments().and_then(|mut segments| segments.rfind(|segment| !segment.is_empty()));
    let segment = percent_encoding::percent_decode_str(segment.unwrap_or_default()).decode_utf8_lossy();
    let stem = segment.rsplit_once('.').map_or(&*segment, |(stem, _)| stem);
    let name = one_line(stem);
    if name.is_empty() { url.host_str().unwrap_or_default().to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Result<PlaylistEntry, Skipped>> {
        entries(text.as_bytes()).map(Result::unwrap).collect()
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
    fn entries_that_cannot_be_used_are_left_out_with_their_reason() {
        let long = "x".repeat(70_000);
        let name = "x".repeat(256);
        for (text, reason) in [
            ("#EXTINF:-1,A\n".to_owned(), Skipped::NoUrl),
            ("#EXTINF:-1,A\n#EXTGRP:x\n".to_owned(), Skipped::NoUrl),
            ("#EXTINF:-1,A\n[NO PUBLIC STREAM]\n".to_owned(), Skipped::BadUrl),
            ("rtmp://h/a".to_owned(), Skipped::BadUrl),
            ("file:///etc/passwd".to_owned(), Skipped::BadUrl),
            ("http:///".to_owned(), Skipped::BadUrl),
            ("http://user:pass@h/a".to_owned(), Skipped::BadUrl),
            ("http:h/a".to_owned(), Skipped::BadUrl),
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
