//! `get_epg`: the guide of a channel with bare times, or of many channels in one answer.

use crate::parameters::GetEpg;
use crate::room::Room;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use linecard_sdk::body::Body;
use linecard_sdk::guide::Programme;
use linecard_sdk::{Call, Refusal, Reply, guide, json, reply};

/// Programmes of one answer, over all channels, and MiB of their texts: two days of a hundred channels.
const MOST: (usize, usize) = (10_000, 8);

pub(crate) fn get_epg(call: Call<GetEpg>) -> Result<Reply, Refusal> {
    let from = if call.parameters.from_now { u32::try_from(call.now()).unwrap_or(0) } else { 0 };
    let mut writer = Writer { body: Body::new(), room: Room::new(MOST.0, MOST.1), from };
    match call.parameters.stream_id.as_slice() {
        [] => writer.body.text.push_str("[]"),
        [stream] if !call.parameters.multi => writer.list(*stream)?,
        streams => {
            let asked = streams.iter().enumerate().filter(|(at, stream)| !streams[..*at].contains(stream));
            for (at, stream) in asked {
                writer.body.text.push(if at > 0 { ',' } else { '{' });
                json::quoted(&mut writer.body.text, *stream);
                writer.body.text.push(':');
                writer.list(*stream)?;
            }
            writer.body.text.push('}');
        }
    }
    writer.body.flush()?;
    reply::body()
}

struct Writer {
    body: Body,
    room: Room,
    /// Programmes that have ended before are left out.
    from: u32,
}

impl Writer {
    /// The programmes of a stream. One that the line does not have has none.
    fn list(&mut self, stream: u32) -> Result<(), Refusal> {
        let schedule = guide::programmes(stream, self.from, u32::MAX, self.room.limit())?;
        self.room.take(&schedule)?;
        self.body.text.push('[');
        for (at, programme) in schedule.programmes.iter().enumerate() {
            if at > 0 {
                self.body.text.push(',');
            }
            write(&mut self.body.text, programme);
            self.body.flush_when_full()?;
        }
        self.body.text.push(']');
        Ok(())
    }
}

/// Unlike elsewhere times are numbers here.
fn write(out: &mut String, programme: &Programme) {
    // Base64 needs no escapes.
    let coded = |out: &mut String, name: &str, text: &str| {
        out.push_str(name);
        STANDARD.encode_string(text, out);
    };
    out.push_str("{\"id\":");
    json::text(out, &programme.id);
    out.push_str(",\"epg_id\":");
    json::quoted(out, programme.source.unwrap_or(0));
    coded(out, ",\"title\":\"", &programme.title);
    out.push_str("\",\"lang\":");
    json::text(out, &programme.language);
    out.push_str(",\"start\":");
    json::number(out, programme.start);
    out.push_str(",\"end\":");
    json::number(out, programme.stop);
    coded(out, ",\"description\":\"", &programme.description);
    out.push_str("\",\"channel_id\":");
    json::text(out, &programme.channel);
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    #[test]
    fn a_programme_has_its_texts_in_base64_and_its_times_as_numbers() {
        let programme = Programme {
            id: "9001".into(),
            channel: "news.\"campus\"".into(),
            start: 1_767_254_400,
            stop: 1_767_258_000,
            title: "Morning news".into(),
            language: "en".into(),
            ..Programme::default()
        };
        let mut out = String::new();
        write(&mut out, &programme);
        let wanted = json!({ "id": "9001", "epg_id": "0", "title": "TW9ybmluZyBuZXdz", "lang": "en",
            "start": 1_767_254_400, "end": 1_767_258_000, "description": "", "channel_id": "news.\"campus\"" });
        assert_eq!(from_str::<Value>(&out).unwrap(), wanted);
    }
}
