//! `get_live_streams`: live channels, created channels and radio, in the line's order.

use crate::listing::{Listing, Wish};
use crate::parameters::GetLiveStreams;
use crate::title::field;
use linecard_sdk::catalogue::{self, List, StreamKind};
use linecard_sdk::{Call, Refusal, Reply, json, reply};
use serde::Deserialize;
use std::borrow::Cow;

/// The fields of a stream that this list shows; reading no others is what makes it fast.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Channel<'a> {
    id: u32,
    kind: StreamKind,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    icon: Cow<'a, str>,
    #[serde(borrow)]
    guide_id: Cow<'a, str>,
    number: Option<u32>,
    added_at: i64,
    adult: bool,
    categories: Vec<u32>,
    #[serde(borrow)]
    custom_sid: Cow<'a, str>,
    archive_days: u16,
}

pub(crate) fn get_live_streams(call: Call<GetLiveStreams>) -> Result<Reply, Refusal> {
    let wish = Wish::new(List::Live, call.parameters.category_id);
    let mut list = Listing::new();
    for piece in catalogue::open(wish.list(), wish.window())? {
        piece?.rows(|mut channel: Channel<'_>| {
            if let Some(category) = wish.shown_under(&mut channel.categories) {
                let number = list.begin();
                write(&mut list.body.text, channel.number.unwrap_or(number), category, &channel);
            }
            list.body.flush_when_full()
        })?;
    }
    list.body.text.push(']');
    list.body.flush()?;
    reply::body()
}

fn write(out: &mut String, number: u32, category: u32, channel: &Channel<'_>) {
    out.push_str("{\"num\":");
    json::number(out, number);
    field(out, ",\"name\":", &channel.name);
    // Created channels are `live`: some apps put this word into the stream's address.
    let radio = channel.kind == StreamKind::Radio;
    out.push_str(if radio { ",\"stream_type\":\"radio_streams\"" } else { ",\"stream_type\":\"live\"" });
    out.push_str(",\"stream_id\":");
    json::number(out, channel.id);
    field(out, ",\"stream_icon\":", &channel.icon);
    field(out, ",\"epg_channel_id\":", &channel.guide_id);
    out.push_str(",\"added\":");
    json::quoted(out, channel.added_at);
    if channel.adult {
        out.push_str(",\"is_adult\":\"1\"");
    }
    out.push_str(",\"category_id\":");
    json::quoted(out, category);
    out.push_str(",\"category_ids\":");
    json::ids(out, &channel.categories);
    field(out, ",\"custom_sid\":", &channel.custom_sid);
    out.push_str(if channel.archive_days > 0 { ",\"tv_archive\":1" } else { ",\"tv_archive\":0" });
    // A source here would be played past the panel.
    out.push_str(",\"direct_source\":\"\",\"tv_archive_duration\":");
    json::number(out, channel.archive_days);
    out.push_str(",\"thumbnail\":\"\"}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    #[test]
    fn a_channel_has_the_fields_and_types_that_apps_read() {
        let row = r#"{"id":101,"kind":"created_channel","name":"Campus \"News\"","icon":"http://h/101.png",
            "guide_id":"news.campus","added_at":1767225600,"categories":[12],"archive_days":7,"delivery":"x"}"#;
        let mut out = String::new();
        write(&mut out, 1, 12, &from_str(row).unwrap());
        let wanted = json!({
            "num": 1, "name": "Campus \"News\"", "stream_type": "live", "stream_id": 101,
            "stream_icon": "http://h/101.png", "epg_channel_id": "news.campus", "added": "1767225600",
            "category_id": "12", "category_ids": [12], "custom_sid": "", "tv_archive": 1,
            "direct_source": "", "tv_archive_duration": 7, "thumbnail": "",
        });
        assert_eq!(from_str::<Value>(&out).unwrap(), wanted);
    }

    #[test]
    fn radio_and_adult_channels_say_so() {
        let mut out = String::new();
        write(&mut out, 1, 0, &Channel { kind: StreamKind::Radio, adult: true, ..Channel::default() });
        assert!(out.contains(r#""stream_type":"radio_streams""#) && out.contains(r#""is_adult":"1""#));
    }
}
