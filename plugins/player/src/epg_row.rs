//! How this surface shows a programme. Texts are base64, and never null.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use linecard_sdk::guide::Programme;
use linecard_sdk::time::Zone;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct EpgRow {
    id: String,
    epg_id: String,
    title: String,
    lang: String,
    start: String,
    end: String,
    description: String,
    channel_id: String,
    start_timestamp: String,
    stop_timestamp: String,
    stop: String,
    /// In the table only, and as numbers: apps read them as such.
    #[serde(skip_serializing_if = "Option::is_none")]
    now_playing: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    has_archive: Option<u8>,
}

impl EpgRow {
    pub(crate) fn new(programme: Programme, zone: &Zone) -> EpgRow {
        let local = |unix| {
            let mut text = String::with_capacity(19);
            zone.datetime(&mut text, unix);
            text
        };
        let end = local(programme.stop);
        EpgRow {
            id: programme.id,
            epg_id: programme.source.unwrap_or(0).to_string(),
            title: STANDARD.encode(programme.title),
            lang: programme.language,
            start: local(programme.start),
            stop: end.clone(),
            end,
            description: STANDARD.encode(programme.description),
            channel_id: programme.channel,
            start_timestamp: programme.start.to_string(),
            stop_timestamp: programme.stop.to_string(),
            now_playing: None,
            has_archive: None,
        }
    }

    /// With what the table adds: whether it runs, and whether it can be watched again.
    pub(crate) fn of_table(programme: Programme, zone: &Zone, now: i64, archive_days: u16) -> EpgRow {
        let (start, stop) = (programme.start, programme.stop);
        let kept_since = now - i64::from(archive_days) * 86_400;
        EpgRow {
            now_playing: Some((start <= now && now < stop).into()),
            has_archive: Some((archive_days > 0 && stop <= now && stop > kept_since).into()),
            ..EpgRow::new(programme, zone)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{json, to_value};

    fn news() -> Programme {
        Programme {
            id: "9001".into(),
            source: Some(3),
            channel: "news.campus".into(),
            start: 1_767_254_400,
            stop: 1_767_258_000,
            title: "Morning news".into(),
            description: String::new(),
            language: "en".into(),
        }
    }

    #[test]
    fn a_programme_has_the_fields_and_types_that_apps_read() {
        let wanted = json!({
            "id": "9001", "epg_id": "3", "title": "TW9ybmluZyBuZXdz", "lang": "en",
            "start": "2026-01-01 08:00:00", "end": "2026-01-01 09:00:00", "description": "",
            "channel_id": "news.campus", "start_timestamp": "1767254400", "stop_timestamp": "1767258000",
            "stop": "2026-01-01 09:00:00",
        });
        assert_eq!(to_value(EpgRow::new(news(), &Zone::default())).unwrap(), wanted);
    }

    #[test]
    fn only_ended_programmes_within_the_archive_can_be_watched_again() {
        let flags = |now, days| {
            let row = EpgRow::of_table(news(), &Zone::default(), now, days);
            (row.now_playing, row.has_archive)
        };
        let (start, stop) = (news().start, news().stop);
        assert_eq!(flags(start, 7), (Some(1), Some(0)));
        assert_eq!(flags(stop, 7), (Some(0), Some(1)));
        assert_eq!(flags(stop, 0), (Some(0), Some(0)));
        assert_eq!(flags(stop + 8 * 86_400, 7), (Some(0), Some(0)));
        assert_eq!(flags(start - 1, 7), (Some(0), Some(0)));
    }
}
