//! How the one large document of old apps shows what can be watched: an entry below its number.

use crate::title::field;
use linecard_sdk::json;

/// What an entry is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Live,
    Created,
    Radio,
    Movie,
    Episode,
}

impl Kind {
    /// The word, and what people read. Created channels are `live`: some apps put the word into the stream's address.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Kind::Live => ("live", "Live Streams"),
            Kind::Created => ("live", "Created Live Channels"),
            Kind::Radio => ("radio_streams", "Radio"),
            Kind::Movie => ("movie", "Movies"),
            Kind::Episode => ("series", "TV Series"),
        }
    }

    fn is_file(self) -> bool {
        matches!(self, Kind::Movie | Kind::Episode)
    }
}

/// What is written of one entry.
pub(crate) struct Entry<'a> {
    pub(crate) id: u32,
    pub(crate) kind: Kind,
    pub(crate) name: &'a str,
    pub(crate) icon: &'a str,
    pub(crate) guide: &'a str,
    pub(crate) added: i64,
    /// With its name.
    pub(crate) category: (u32, &'a str),
    /// Of a file; may be empty.
    pub(crate) container: &'a str,
    pub(crate) sid: &'a str,
    pub(crate) archive_days: u16,
}

impl Entry<'_> {
    /// Appends the entry below its number, with its place in the lists.
    pub(crate) fn write(&self, out: &mut String, number: u32) {
        let (word, title) = self.kind.words();
        json::quoted(out, self.id);
        out.push_str(":{\"num\":");
        json::number(out, number);
        field(out, ",\"name\":", self.name);
        field(out, ",\"stream_type\":", word);
        field(out, ",\"type_name\":", title);
        out.push_str(",\"stream_id\":");
        json::quoted(out, self.id);
        field(out, ",\"stream_icon\":", self.icon);
        // A movie has no guide, whatever an import left in its field.
        field(out, ",\"epg_channel_id\":", if self.kind.is_file() { "" } else { self.guide });
        out.push_str(",\"added\":");
        json::quoted(out, self.added);
        field(out, ",\"category_name\":", self.category.1);
        out.push_str(",\"category_id\":");
        json::quoted(out, self.category.0);
        out.push_str(",\"series_no\":null,\"live\":");
        json::text(out, if self.kind.is_file() { "0" } else { "1" });
        out.push_str(",\"container_extension\":");
        match (self.kind.is_file(), self.container) {
            (false, _) => out.push_str("null"),
            (true, "") => json::text(out, "mp4"),
            (true, container) => json::text(out, container),
        }
        field(out, ",\"custom_sid\":", self.sid);
        out.push_str(if self.archive_days > 0 { ",\"tv_archive\":1" } else { ",\"tv_archive\":0" });
        // A source here would be played past the panel.
        out.push_str(",\"direct_source\":\"\",\"tv_archive_duration\":");
        json::number(out, self.archive_days);
        out.push('}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    #[test]
    fn an_entry_has_the_fields_and_types_that_apps_read() {
        let entry = |kind, container| {
            let entry = Entry {
                id: 101,
                kind,
                name: "Campus \"News\"",
                icon: "http://h/101.png",
                guide: "news.campus",
                added: 1_767_225_600,
                category: (12, "News"),
                container,
                sid: ":0:1",
                archive_days: 7,
            };
            let mut out = String::from("{");
            entry.write(&mut out, 3);
            out.push('}');
            from_str::<Value>(&out).unwrap()
        };
        let wanted = json!({ "101": {
            "num": 3, "name": "Campus \"News\"", "stream_type": "live", "type_name": "Created Live Channels",
            "stream_id": "101", "stream_icon": "http://h/101.png", "epg_channel_id": "news.campus",
            "added": "1767225600", "category_name": "News", "category_id": "12", "series_no": null, "live": "1",
            "container_extension": null, "custom_sid": ":0:1", "tv_archive": 1, "direct_source": "",
            "tv_archive_duration": 7,
        } });
        assert_eq!(entry(Kind::Created, "mkv"), wanted);
        let film = entry(Kind::Movie, "");
        assert_eq!((&film["101"]["container_extension"], &film["101"]["live"]), (&json!("mp4"), &json!("0")));
        assert_eq!(entry(Kind::Episode, "mkv")["101"]["container_extension"], "mkv");
    }
}
