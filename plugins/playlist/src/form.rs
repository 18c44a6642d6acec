//! How playlists are written: for players, and for receivers that know a form of their own.

use crate::m3u::{self, Entry, clean};
use crate::xml;
use linecard_sdk::json;

/// A form of playlist.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    M3u,
    M3uPlus,
    Gigablue,
    Enigma16,
    Dreambox,
    Simple,
    Octagon,
    StarliveV3,
    Ariva,
    Mediastar,
    StarliveV5,
    Webtv,
    Spark,
    Gst,
    Fps,
    Revosun,
    Zorro,
}

/// What a list says of itself.
pub(crate) struct Frame<'a> {
    /// The panel's name.
    pub(crate) name: &'a str,
    /// Where the guide is.
    pub(crate) guide: &'a str,
}

/// What a receiver takes a service for that says nothing of itself.
const SID: &str = ":0:1:0:0:0:0:0:0:0:";

impl Form {
    /// By the word that players ask with; the description lists them.
    pub(crate) fn of(word: &str) -> Form {
        match word {
            "m3u" => Form::M3u,
            "gigablue" => Form::Gigablue,
            "enigma" | "enigma16" => Form::Enigma16,
            "dreambox" => Form::Dreambox,
            "simple" => Form::Simple,
            "octagon" => Form::Octagon,
            "starlivev3" => Form::StarliveV3,
            "ariva" => Form::Ariva,
            "mediastar" => Form::Mediastar,
            "starlivev5" => Form::StarliveV5,
            "webtvlist" => Form::Webtv,
            "spark" => Form::Spark,
            "gst" => Form::Gst,
            "fps" => Form::Fps,
            "revosun" => Form::Revosun,
            "zorro" => Form::Zorro,
            _ => Form::M3uPlus,
        }
    }

    /// The name under which receivers look for the file.
    pub(crate) fn file(self, username: &str) -> String {
        match self {
            Form::M3u => format!("tv_channels_{username}.m3u"),
            Form::M3uPlus => format!("tv_channels_{username}_plus.m3u"),
            Form::Gigablue | Form::Enigma16 | Form::Dreambox => "userbouquet.favourites.tv".into(),
            Form::Simple => format!("simple_{username}.txt"),
            Form::Octagon => "internettv.feed".into(),
            Form::StarliveV3 => "iptvlist.txt".into(),
            Form::Ariva => format!("ariva_{username}.txt"),
            Form::Mediastar => "tvlist.txt".into(),
            // Spelled like this in the receivers.
            Form::StarliveV5 => "channel.jason".into(),
            Form::Webtv => "webtv list.txt".into(),
            Form::Spark => "webtv_usr.xml".into(),
            Form::Gst => format!("{username}_list.txt"),
            Form::Fps => "Royal.cfg".into(),
            Form::Revosun => "network_iptv.cfg".into(),
            Form::Zorro => "iptv.cfg".into(),
        }
    }

    /// What stands before the entries.
    pub(crate) fn head(self, out: &mut String, frame: &Frame<'_>) {
        match self {
            Form::M3u => m3u::head(out, None),
            Form::M3uPlus => m3u::head(out, Some(frame.guide)),
            Form::Gigablue | Form::Enigma16 | Form::Dreambox => {
                out.push_str("#NAME ");
                clean(out, frame.name);
                out.push('\n');
            }
            Form::StarliveV5 => {
                out.push_str("{\"iptvstreams_list\":{\"@version\":1,\"group\":{\"name\":");
                json::text(out, frame.name);
                out.push_str(",\"channel\":[");
            }
            Form::Spark => out.push_str("<webtvs>\r\n"),
            Form::Zorro => out.push_str("<NETDBS_TXT_VER_1>\r\n"),
            _ => {}
        }
    }

    /// One entry: with the number that it has, and that it would have by its place.
    pub(crate) fn entry(self, out: &mut String, (own, place): (Option<u32>, u32), entry: &Entry<'_>, address: &str) {
        match self {
            Form::M3u => {
                m3u::plain(out, entry);
                line(out, &[address]);
            }
            Form::M3uPlus => {
                m3u::plus(out, own.unwrap_or(place), entry);
                line(out, &[address]);
            }
            Form::Gigablue => service(out, "4097", SID, entry, address),
            Form::Enigma16 => service(out, "4097", sid(entry), entry, address),
            Form::Dreambox => service(out, if entry.is_file { "4097" } else { "1" }, sid(entry), entry, address),
            Form::Octagon => {
                out.push_str("[TITLE]\n");
                clean(out, entry.title);
                out.push_str("\n[URL]\n");
                out.push_str(address);
                out.push_str("\n[DESCRIPTION]\nIPTV\n[TYPE]\nLive\n");
            }
            Form::StarliveV5 => {
                out.push_str(if place > 1 { ",{\"name\":" } else { "{\"name\":" });
                for (text, next) in
                    [(entry.title, ",\"icon\":"), (entry.logo, ",\"stream_url\":"), (address, ",\"stream_type\":0}")]
                {
                    json::text(out, text);
                    out.push_str(next);
                }
            }
            Form::Spark => spark(out, entry, address),
            Form::Simple => line(out, &[address, " #Name: ", entry.title]),
            Form::StarliveV3 | Form::Ariva => line(out, &[entry.title, ",", address]),
            Form::Mediastar => line(out, &[entry.title, " ", address]),
            Form::Webtv => {
                line(out, &["Channel name:", entry.title]);
                line(out, &["URL:", address]);
            }
            Form::Gst => line(out, &["I: ", address, " ", entry.title]),
            Form::Fps | Form::Revosun => line(out, &["IPTV: { ", entry.title, " } { ", address, " }"]),
            Form::Zorro => line(out, &["IPTV: { ", entry.title, " } { ", address, " } -HIDE_URL"]),
        }
    }

    /// What stands behind the entries.
    pub(crate) fn foot(self, out: &mut String) {
        match self {
            Form::StarliveV5 => out.push_str("]}}}"),
            Form::Webtv => out.push_str("[Webtv channel END]\r\n"),
            Form::Spark => out.push_str("</webtvs>\r\n"),
            _ => {}
        }
    }
}

/// A line of texts.
fn line(out: &mut String, texts: &[&str]) {
    texts.iter().for_each(|text| clean(out, text));
    out.push_str("\r\n");
}

fn sid<'a>(entry: &Entry<'a>) -> &'a str {
    if entry.sid.starts_with(':') && entry.sid.ends_with(':') { entry.sid } else { SID }
}

/// A service of an Enigma2 receiver. In its reference a colon of the address would be the reference's own.
fn service(out: &mut String, player: &str, sid: &str, entry: &Entry<'_>, address: &str) {
    out.push_str("#SERVICE ");
    out.push_str(player);
    clean(out, sid);
    for (at, part) in address.split(':').enumerate() {
        out.push_str(if at > 0 { "%3a" } else { "" });
        out.push_str(part);
    }
    out.push_str("\n#DESCRIPTION ");
    clean(out, entry.title);
    out.push('\n');
}

fn spark(out: &mut String, entry: &Entry<'_>, address: &str) {
    out.push_str("<webtv title=\"");
    xml::text(out, entry.title);
    out.push_str("\" urlkey=\"0\" url=\"");
    xml::text(out, address);
    out.push_str("\" description=\"\" iconsrc=\"");
    xml::text(out, entry.logo);
    out.push_str("\" iconsrc_b=\"\" group=\"0\" type=\"0\" />\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    fn written(word: &str, entries: &[Entry<'_>]) -> String {
        let (form, mut out) = (Form::of(word), String::new());
        form.head(&mut out, &Frame { name: "Campus\nTV", guide: "http://h/epg" });
        for (place, entry) in (1..).zip(entries) {
            form.entry(&mut out, (None, place), entry, "http://h:80/live/u/p/7.ts");
        }
        form.foot(&mut out);
        out
    }

    fn news() -> Entry<'static> {
        Entry { title: "News & \"more\"\n", logo: "http://h/1.png", ..Entry::default() }
    }

    #[test]
    fn each_receiver_gets_its_own_form() {
        let address = "http://h:80/live/u/p/7.ts";
        for (word, wanted) in [
            ("simple", format!("{address} #Name: News & more\r\n")),
            ("starlivev3", format!("News & more,{address}\r\n")),
            ("ariva", format!("News & more,{address}\r\n")),
            ("mediastar", format!("News & more {address}\r\n")),
            ("webtvlist", format!("Channel name:News & more\r\nURL:{address}\r\n[Webtv channel END]\r\n")),
            ("gst", format!("I: {address} News & more\r\n")),
            ("fps", format!("IPTV: {{ News & more }} {{ {address} }}\r\n")),
            ("revosun", format!("IPTV: {{ News & more }} {{ {address} }}\r\n")),
            ("zorro", format!("<NETDBS_TXT_VER_1>\r\nIPTV: {{ News & more }} {{ {address} }} -HIDE_URL\r\n")),
            ("octagon", format!("[TITLE]\nNews & more\n[URL]\n{address}\n[DESCRIPTION]\nIPTV\n[TYPE]\nLive\n")),
            (
                "spark",
                format!(
                    "<webtvs>\r\n<webtv title=\"News &amp; &quot;more&quot; \" urlkey=\"0\" url=\"{address}\" \
                     description=\"\" iconsrc=\"http://h/1.png\" iconsrc_b=\"\" group=\"0\" type=\"0\" />\r\n\
                     </webtvs>\r\n"
                ),
            ),
        ] {
            assert_eq!(written(word, &[news()]), wanted, "{word}");
        }
        let list: Value = from_str(&written("starlivev5", &[news(), news()])).unwrap();
        let channel = json!({ "name": "News & \"more\"\n", "icon": "http://h/1.png", "stream_url": address,
            "stream_type": 0 });
        let wanted = json!({ "iptvstreams_list": { "@version": 1,
            "group": { "name": "Campus\nTV", "channel": [channel, channel] } } });
        assert_eq!(list, wanted);
    }

    #[test]
    fn services_name_their_player_and_no_colon_of_the_address() {
        let address = "http%3a//h%3a80/live/u/p/7.ts";
        let own = Entry { sid: ":0:19:1:2:3:4:0:0:0:", ..news() };
        let film = Entry { is_file: true, sid: "nonsense", ..news() };
        let shown = |word: &str, entry: &Entry<'_>| {
            let text = written(word, std::slice::from_ref(entry));
            let rest = text.strip_prefix("#NAME CampusTV\n#SERVICE ").unwrap().to_owned();
            rest.strip_suffix("\n#DESCRIPTION News & more\n").unwrap().to_owned()
        };
        assert_eq!(shown("gigablue", &own), format!("4097{SID}{address}"));
        for word in ["enigma", "enigma16"] {
            assert_eq!(shown(word, &own), format!("4097:0:19:1:2:3:4:0:0:0:{address}"));
        }
        assert_eq!(shown("dreambox", &own), format!("1:0:19:1:2:3:4:0:0:0:{address}"));
        assert_eq!(shown("dreambox", &film), format!("4097{SID}{address}"));
    }
}
