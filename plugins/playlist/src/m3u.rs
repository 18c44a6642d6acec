//! The text of a playlist, plain (`m3u`) or with attributes (`m3u_plus`). Lines end in CR LF,
//! as the panels that players were written for end them. Knows nothing of where entries play.

use linecard_sdk::json;

/// What is written of one entry.
pub(crate) struct Entry<'a> {
    pub(crate) title: &'a str,
    pub(crate) guide_channel: &'a str,
    pub(crate) logo: &'a str,
    pub(crate) group: &'a str,
}

/// The first line; with attributes it also says where the guide is.
pub(crate) fn head(out: &mut String, guide: Option<&str>) {
    out.push_str("#EXTM3U");
    if let Some(guide) = guide {
        attribute(out, " x-tvg-url=\"", guide);
    }
    out.push_str("\r\n");
}

/// The line before a plain entry's address.
pub(crate) fn plain(out: &mut String, entry: &Entry<'_>) {
    out.push_str("#EXTINF:-1,");
    clean(out, entry.title, false);
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
    attribute(out, " group-title=\"", entry.group);
    out.push(',');
    clean(out, entry.title, false);
    out.push_str("\r\n");
}

fn attribute(out: &mut String, begin: &str, value: &str) {
    out.push_str(begin);
    clean(out, value, true);
    out.push('"');
}

/// Appends text that stays on its line and, in an attribute, inside its quotes.
fn clean(out: &mut String, text: &str, quoted: bool) {
    let bad = |byte: u8| byte < b' ' || byte == 0x7f || (quoted && byte == b'"');
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
        let entry =
            Entry { title: "Campus News HD", guide_channel: "news.campus", logo: "http://h/1.png", group: "News" };
        let wanted = "#EXTINF:-1 tvg-id=\"news.campus\" tvg-name=\"Campus News HD\" tvg-logo=\"http://h/1.png\" \
             tvg-chno=\"3\" group-title=\"News\",Campus News HD\r\n";
        assert_eq!(written(|out| plus(out, 3, &entry)), wanted);
        assert_eq!(written(|out| plain(out, &entry)), "#EXTINF:-1,Campus News HD\r\n");
    }

    #[test]
    fn a_hostile_name_stays_in_its_place() {
        let title = "A\",x=\"\r\n#EXTINF:-1,B\u{7f}\u{0}\u{e9}";
        let entry = Entry { title, guide_channel: "", logo: "", group: "a,b\"" };
        let line = written(|out| plus(out, 1, &entry));
        assert_eq!(line.matches("\r\n").count(), 1);
        assert!(line.contains("tvg-name=\"A,x=#EXTINF:-1,B\u{e9}\""));
        assert!(line.contains("group-title=\"a,b\""));
        assert!(line.ends_with(",A\",x=\"#EXTINF:-1,B\u{e9}\r\n"));
    }

    #[test]
    fn the_head_names_the_guide_only_with_attributes() {
        assert_eq!(written(|out| head(out, None)), "#EXTM3U\r\n");
        assert_eq!(written(|out| head(out, Some("http://h/epg/u/p"))), "#EXTM3U x-tvg-url=\"http://h/epg/u/p\"\r\n");
    }
}
