//! Reads a profile from the fields of its document.

use super::profile::{Audio, AudioCodec, Encoding, PRESETS, Profile, Video, VideoCodec};
use crate::Refusal;
use crate::refusal::Code;
use serde_json::{Map, Value};
use std::ops::RangeInclusive;

/// Sample rates that every encoder has.
const SAMPLE_RATES: [u32; 3] = [32_000, 44_100, 48_000];
/// Least and greatest side of a picture, in pixels.
const SIDE: RangeInclusive<u32> = 16..=8_192;

impl Profile {
    /// The profile that these fields say.
    ///
    /// # Errors
    /// `invalid_input` by the field.
    pub fn of(fields: &Map<String, Value>) -> Result<Profile, Refusal> {
        let video = match word(fields, "video_codec") {
            None | Some("copy") => Video::Copy,
            Some("none") => Video::None,
            Some("hevc") => Video::Encode(Encoding::of(VideoCodec::Hevc, fields)?),
            Some("mpeg2") => Video::Encode(Encoding::of(VideoCodec::Mpeg2, fields)?),
            Some(_) => Video::Encode(Encoding::of(VideoCodec::H264, fields)?),
        };
        if !matches!(video, Video::Encode(_)) {
            let of_encoding = ["preset", "video_profile", "video_bitrate", "min_bitrate", "max_bitrate", "buffer_size"];
            let of_pictures = ["crf", "resize", "deinterlace", "aspect_ratio", "frame_rate"];
            refuse_said(fields, "video_codec", of_encoding.iter().chain(&of_pictures))?;
        }
        let audio = match word(fields, "audio_codec") {
            None | Some("copy") => Audio::Copy,
            Some("none") => Audio::None,
            Some(word) => Audio::Encode {
                codec: AudioCodec::of_word(word),
                bitrate: number(fields, "audio_bitrate"),
                sample_rate: sample_rate(fields)?,
                channels: number(fields, "audio_channels"),
            },
        };
        if !matches!(audio, Audio::Encode { .. }) {
            refuse_said(fields, "audio_codec", ["audio_bitrate", "sample_rate", "audio_channels"].iter())?;
        }
        if (&video, &audio) == (&Video::None, &Audio::None) {
            return Err(refused("audio_codec", "Without pictures and without sound nothing is left."));
        }
        Ok(Profile { video, audio, threads: number(fields, "threads") })
    }

    /// Whether it leaves everything as it is.
    pub fn is_copy(&self) -> bool {
        (&self.video, &self.audio) == (&Video::Copy, &Audio::Copy)
    }
}

impl Encoding {
    fn of(codec: VideoCodec, fields: &Map<String, Value>) -> Result<Encoding, Refusal> {
        let preset = word(fields, "preset").and_then(|word| PRESETS.into_iter().find(|preset| *preset == word));
        let profile = word(fields, "video_profile");
        let profile = profile.and_then(|word| ["baseline", "main", "high"].into_iter().find(|known| *known == word));
        if profile.is_some() && codec != VideoCodec::H264 {
            return Err(refused("video_profile", "video_profile is for h264."));
        }
        let encoding = Encoding {
            codec,
            preset: preset.unwrap_or("veryfast"),
            profile,
            bitrate: number(fields, "video_bitrate"),
            least: number(fields, "min_bitrate"),
            most: number(fields, "max_bitrate"),
            buffer: number(fields, "buffer_size"),
            crf: number(fields, "crf"),
            size: size(fields)?,
            deinterlace: fields.get("deinterlace").and_then(Value::as_bool).unwrap_or(false),
            aspect: pair(fields, "aspect_ratio", ':', 1..=1_000, "as 16:9")?,
            frame_rate: number(fields, "frame_rate"),
        };
        if encoding.least > encoding.most && encoding.most.is_some() {
            return Err(refused("min_bitrate", "min_bitrate is at most max_bitrate."));
        }
        if (encoding.least.is_some() || encoding.most.is_some()) && encoding.buffer.is_none() {
            return Err(refused("buffer_size", "Bounds of the bitrate need a buffer_size, over which they hold."));
        }
        if encoding.crf.is_some() && codec == VideoCodec::Mpeg2 {
            return Err(refused("crf", "crf is for h264 and hevc."));
        }
        Ok(encoding)
    }
}

impl AudioCodec {
    fn of_word(word: &str) -> AudioCodec {
        match word {
            "mp2" => AudioCodec::Mp2,
            "mp3" => AudioCodec::Mp3,
            "ac3" => AudioCodec::Ac3,
            _ => AudioCodec::Aac,
        }
    }
}

fn refused(field: &'static str, message: &'static str) -> Refusal {
    Refusal::field(Code::InvalidInput, field, message)
}

/// Refuses values that nothing would come of.
fn refuse_said<'n>(
    fields: &Map<String, Value>,
    codec: &str,
    names: impl Iterator<Item = &'n &'static str>,
) -> Result<(), Refusal> {
    let says = |value: &Value| !matches!(value, Value::Null | Value::Bool(false)) && *value != 0 && *value != "";
    for name in names {
        if fields.get(*name).is_some_and(says) {
            let message = format!("{name} says how to encode; choose a {codec} that does.");
            return Err(Refusal::field(Code::InvalidInput, *name, message));
        }
    }
    Ok(())
}

fn word<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f str> {
    fields.get(name)?.as_str()
}

/// A number; 0 says nothing.
fn number(fields: &Map<String, Value>, name: &str) -> Option<u32> {
    let number = fields.get(name)?.as_u64()?;
    u32::try_from(number).ok().filter(|number| *number > 0)
}

fn sample_rate(fields: &Map<String, Value>) -> Result<Option<u32>, Refusal> {
    match number(fields, "sample_rate") {
        Some(rate) if !SAMPLE_RATES.contains(&rate) => {
            Err(refused("sample_rate", "sample_rate is 32000, 44100 or 48000."))
        }
        rate => Ok(rate),
    }
}

fn size(fields: &Map<String, Value>) -> Result<Option<(u32, u32)>, Refusal> {
    let size = pair(fields, "resize", 'x', SIDE, "as 1280x720, with even numbers from 16 to 8192")?;
    match size {
        Some((width, height)) if width % 2 == 1 || height % 2 == 1 => {
            Err(refused("resize", "resize has even numbers."))
        }
        size => Ok(size),
    }
}

/// Two numbers with a sign between them.
fn pair(
    fields: &Map<String, Value>,
    name: &'static str,
    between: char,
    range: RangeInclusive<u32>,
    how: &str,
) -> Result<Option<(u32, u32)>, Refusal> {
    let Some(text) = word(fields, name).filter(|text| !text.is_empty()) else { return Ok(None) };
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let side = |text: &str| text.parse().ok().filter(|side| is_plain(text) && range.contains(side));
    let sides = text.split_once(between).and_then(|(first, second)| Some((side(first)?, side(second)?)));
    let malformed = || Refusal::field(Code::InvalidInput, name, format!("{name} is written {how}."));
    sides.map(Some).ok_or_else(malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(fields: Value) -> Result<Profile, Refusal> {
        Profile::of(fields.as_object().unwrap())
    }

    #[test]
    fn a_profile_that_says_nothing_leaves_everything_as_it_is() {
        assert!(of(json!({})).unwrap().is_copy());
    }

    #[test]
    fn what_is_said_arrives_in_its_type() {
        let fields = json!({"video_codec": "h264", "preset": "fast", "video_profile": "main", "video_bitrate": 900,
            "max_bitrate": 1000, "buffer_size": 2000, "resize": "640x360", "aspect_ratio": "16:9", "frame_rate": 25,
            "audio_codec": "mp2", "audio_bitrate": 128, "sample_rate": 48000, "audio_channels": 2, "threads": 2});
        let profile = of(fields).unwrap();
        let Video::Encode(encoding) = profile.video else { panic!("it encodes") };
        assert_eq!((encoding.size, encoding.aspect, encoding.preset), (Some((640, 360)), Some((16, 9)), "fast"));
        let audio =
            Audio::Encode { codec: AudioCodec::Mp2, bitrate: Some(128), sample_rate: Some(48_000), channels: Some(2) };
        assert_eq!((profile.audio, profile.threads), (audio, Some(2)));
    }

    #[test]
    fn what_makes_no_sense_is_refused_by_its_field() {
        for (fields, field) in [
            (json!({"resize": "640x360"}), "resize"),
            (json!({"video_codec": "copy", "crf": 20}), "crf"),
            (json!({"audio_bitrate": 128}), "audio_bitrate"),
            (json!({"video_codec": "h264", "resize": "640"}), "resize"),
            (json!({"video_codec": "h264", "resize": "641x360"}), "resize"),
            (json!({"video_codec": "h264", "resize": "+640x360"}), "resize"),
            (json!({"video_codec": "h264", "resize": "640x9000"}), "resize"),
            (json!({"video_codec": "h264", "resize": "640x360,drawtext=x"}), "resize"),
            (json!({"video_codec": "h264", "aspect_ratio": "16/9"}), "aspect_ratio"),
            (json!({"video_codec": "hevc", "video_profile": "high"}), "video_profile"),
            (json!({"video_codec": "mpeg2", "crf": 20}), "crf"),
            (json!({"video_codec": "h264", "max_bitrate": 900}), "buffer_size"),
            (json!({"video_codec": "h264", "min_bitrate": 9, "max_bitrate": 8, "buffer_size": 8}), "min_bitrate"),
            (json!({"audio_codec": "aac", "sample_rate": 8000}), "sample_rate"),
            (json!({"video_codec": "none", "audio_codec": "none"}), "audio_codec"),
        ] {
            assert_eq!(of(fields.clone()).unwrap_err().field.as_deref(), Some(field), "{fields}");
        }
    }
}
