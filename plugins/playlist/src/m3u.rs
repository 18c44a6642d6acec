//! The text of a playlist, plain (`m3u`) or with attributes (`m3u_plus`). Lines end in CR LF, as
//! the panels that players were written for end them.

use linecard_sdk::json;

/// What is written of one entry.
#[derive(Default)]
pub(crate) struct Entry<'a> {
    pub(crate) title: &'a str,
    pub(crate) guide_channel: &'a str,
    /// Minutes by which its guide is later than its guide channel's.
    pub(crate) guide_offset: i32,
    pub(crate) logo: &'a str,
    pub(crate) group: &'a str,
    pub(crate) is_radio: bool,
    /// A movie or an episode.
    pub(crate) is_file: bool,
    /// The service's reference on Enigma2 receivers, as far as it is known.
    pub(crate) sid: &'a str,
}

/// The first line; with attributes it also says where the guide is.
pub(crate) fn head(out: &mut String, guide: Option<&str>) {
    out.push_str("#EXTM3U");
    if let Some(guide) = guide {
        // Players look for one name or the other.
        attribute(out, " x-tvg-url=\"", guide);
        attribute(out, " url-tvg=\"", guide);
    }
    out.push_str("\r\n");
}

/// The line before a plain entry's address.
pub(crate) fn plain(out: &mut String, entry: &Entry<'_>) {
    out.push_str("#EXTINF:-1,");
    clean(out, entry.title);
    out.push_str("\r\n");
}

/// The line before an entry's address, with attributes and its number in the list.
pub(crate) fn plus(out: &mut String, number: u32, entry: &Entry<'_>) {
    out.push_str("#EXTINF:-1");
    attribute(out, " tvg-id=\"", entry.guide_channel);
    attribute(out, " tvg-name=\"", entry.title);
    attribute(out, " tvg-logo=\"", entry.logo);
    out.push_str(" tvg-chno=\"");
    json::number(out, number);
    out.push('"');
    if entry.guide_offset != 0 {
        out.push_str(" tvg-shift=\"");
        hours(out, entry.guide_offset);
        out.push('"');
    }
    if entry.is_radio {
        out.push_str(" radio=\"true\"");
    }
    attribute(out, " group-title=\"", entry.group);
    out.push(',');
    clean(out, entry.title);
    out.push_str("\r\n");
}

/// Minutes as hours: `1`, `-1.5`; more exactly than a minute no guide is moved.
fn hours(out: &mut String, minutes: i32) {
    let text = format!("{:.2}", f64::from(minutes) / 60.0);
    out.push_str(text.trim_end_matches('0').trim_end_matches('.'));
}

fn attribute(out: &mut String, begin: &str, value: &str) {
    out.push_str(begin);
    clean(out, value);
    out.push('"');
}

/// Appends text that stays on its line and, in an attribute, inside its quotes. A name stands
/// in no quotes, but readers that look for attributes anywhere in the line would find some in it.
pub(crate) fn clean(out: &mut String, text: &str) {
    let bad = |byte: u8| byte < b' ' || byte == 0x7f || byte == b'"';
    if !text.bytes().any(bad) {
        out.push_str(text);
        return;
    }
    for part in text.split(|letter: char| letter.is_ascii() && bad(letter as u8)) {
        out.push_str(part);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn an_entry_has_the_attributes_that_players_read() {
        let entry = Entry {
            title: "Campus News HD",
            guide_channel: "news.campus",
            logo: "http://h/1.png",
            group: "News",
            ..Entry::default()
        };
        let wanted = "#EXTINF:-1 tvg-id=\"news.campus\" tvg-name=\"Campus News HD\" tvg-logo=\"http://h/1.png\" \
             tvg-chno=\"3\" group-title=\"News\",Campus News HD\r\n";
        assert_eq!(written(|out| plus(out, 3, &entry)), wanted);
        assert_eq!(written(|out| plain(out, &entry)), "#EXTINF:-1,Campus News HD\r\n");
    }

    #[test]
    fn radio_and_a_moved_guide_are_marked() {
        for (minutes, shift) in [(60, "1"), (-90, "-1.5"), (10, "0.17"), (600, "10")] {
            let entry = Entry { title: "A", guide_offset: minutes, is_radio: true, ..Entry::default() };
            let line = written(|out| plus(out, 1, &entry));
            assert!(line.contains(&format!(" tvg-shift=\"{shift}\" radio=\"true\" ")), "{line}");
        }
    }

    #[test]
    fn a_hostile_name_stays_in_its_place() {
        let title = "A\",x=\"\r\n#EXTINF:-1,B\u{7f}\u{0}\u{e9}";
        let entry = Entry { title, group: "a,b\"", ..Entry::default() };
        let line = written(|out| plus(out, 1, &entry));
        assert_eq!(line.matches("\r\n").count(), 1);
        assert!(line.contains("tvg-name=\"A,x=#EXTINF:-1,B\u{e9}\""));
        assert!(line.contains("group-title=\"a,b\""));
        assert!(line.ends_with(",A,x=#EXTINF:-1,B\u{e9}\r\n"));
    }

    #[test]
    fn the_head_names_the_guide_only_with_attributes() {
        assert_eq!(written(|out| head(out, None)), "#EXTM3U\r\n");
        assert_eq!(
            written(|out| head(out, Some("http://h/epg/u/p"))),
            "#EXTM3U x-tvg-url=\"http://h/epg/u/p\" url-tvg=\"http://h/epg/u/p\"\r\n"
        );
    }
}
