//! The arguments of ffmpeg for what is read from elsewhere: made of numbers and of words that stand here. No text of a
//! user ever becomes one, and no address: what is read comes in through the standard input.

use host_core::transcode::{Audio, AudioCodec, Encoding, Profile, Video, VideoCodec};
use std::time::Duration;

/// What ffmpeg says, and where: complaints and its progress on its standard error.
pub(super) const QUIET: &str = "-nostdin -hide_banner -loglevel error -nostats -stats_period 1 -progress pipe:2";
/// Forms that may be read: none that leads elsewhere, as playlists and scripts do.
const READ: &str = "mpegts,mpeg,mpegvideo,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,ogg,asf,aac,ac3,eac3,mp3,flac,wav,\
    h264,hevc";
/// The end of a transport stream that another one may stand before, on the standard output.
const SENT: &str = "-f mpegts -mpegts_flags initial_discontinuity -muxdelay 0 -muxpreload 0 -flush_packets 1 \
    -protocol_whitelist pipe pipe:1";

/// What a transport stream is made of.
pub(super) struct Remake {
    /// What is read is a file, and can be sought in.
    pub(super) is_file: bool,
    /// Which program of several.
    pub(super) program: Option<u16>,
    /// What becomes of it.
    pub(super) profile: Profile,
    /// Where its time begins.
    pub(super) begins: Duration,
}

/// A text as its words.
pub(super) fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// The whole argument vector that makes a transport stream of what is read.
pub(super) fn of_remake(remake: &Remake) -> Vec<String> {
    // The file is the standard input itself; opened anew it can be sought in.
    let (protocol, from) = if remake.is_file { ("file", "file:/proc/self/fd/0") } else { ("pipe", "pipe:0") };
    let mut arguments = words(QUIET);
    arguments.extend(words("-fflags +genpts -analyzeduration 3000000 -protocol_whitelist"));
    arguments.extend([protocol.to_owned(), "-format_whitelist".to_owned(), READ.to_owned()]);
    arguments.extend(["-i".to_owned(), from.to_owned()]);
    // The first picture that is no cover, and the first sound.
    let of = remake.program.map_or_else(|| "0".to_owned(), |program| format!("0:p:{program}"));
    arguments.extend(["-map".to_owned(), format!("{of}:V:0?"), "-map".to_owned(), format!("{of}:a:0?")]);
    arguments.extend(words("-sn -dn"));
    of_profile(&remake.profile, &mut arguments);
    let begins = remake.begins.as_millis();
    arguments.extend(["-output_ts_offset".to_owned(), format!("{}.{:03}", begins / 1_000, begins % 1_000)]);
    arguments.extend(words(SENT));
    arguments
}

/// The argument vector of ffprobe for what is its standard input.
pub(super) fn of_look(is_file: bool) -> Vec<String> {
    let (protocol, forms, from) =
        if is_file { ("file", READ, "file:/proc/self/fd/0") } else { ("pipe", "mpegts", "pipe:0") };
    let entries = "format=duration:stream=codec_type,codec_name,width,height,avg_frame_rate";
    let mut arguments = words("-hide_banner -loglevel error -protocol_whitelist");
    arguments.extend([protocol, "-format_whitelist", forms, "-show_entries", entries].map(str::to_owned));
    arguments.extend(words("-of default=nw=1 -i"));
    arguments.push(from.to_owned());
    arguments
}

fn of_profile(profile: &Profile, arguments: &mut Vec<String>) {
    match &profile.video {
        Video::Copy => arguments.extend(words("-c:v copy")),
        Video::None => arguments.extend(words("-vn")),
        Video::Encode(encoding) => of_encoding(encoding, arguments),
    }
    match &profile.audio {
        Audio::Copy => arguments.extend(words("-c:a copy")),
        Audio::None => arguments.extend(words("-an")),
        Audio::Encode { codec, bitrate, sample_rate, channels } => {
            let encoder = match codec {
                AudioCodec::Aac => "aac",
                AudioCodec::Mp2 => "mp2",
                AudioCodec::Mp3 => "libmp3lame",
                AudioCodec::Ac3 => "ac3",
            };
            arguments.extend(["-c:a".to_owned(), encoder.to_owned()]);
            kbit("-b:a", *bitrate, arguments);
            number("-ar", *sample_rate, arguments);
            number("-ac", *channels, arguments);
        }
    }
    number("-threads", profile.threads, arguments);
}

fn of_encoding(encoding: &Encoding, arguments: &mut Vec<String>) {
    let (encoder, has_presets) = match encoding.codec {
        VideoCodec::H264 => ("libx264", true),
        VideoCodec::Hevc => ("libx265", true),
        VideoCodec::Mpeg2 => ("mpeg2video", false),
    };
    arguments.extend(["-c:v".to_owned(), encoder.to_owned()]);
    if has_presets {
        arguments.extend(["-preset".to_owned(), encoding.preset.to_owned()]);
    }
    if let Some(profile) = encoding.profile {
        arguments.extend(["-profile:v".to_owned(), profile.to_owned()]);
    }
    // Viewers enter at key frames: one each two seconds.
    arguments.extend(words("-pix_fmt yuv420p -sc_threshold 0 -force_key_frames expr:gte(t,n_forced*2)"));
    kbit("-b:v", encoding.bitrate, arguments);
    kbit("-minrate", encoding.least, arguments);
    kbit("-maxrate", encoding.most, arguments);
    kbit("-bufsize", encoding.buffer, arguments);
    number("-crf", encoding.crf, arguments);
    number("-r", encoding.frame_rate, arguments);
    let deinterlaced = encoding.deinterlace.then(|| "yadif".to_owned());
    let sized = encoding.size.map(|(width, height)| format!("scale={width}:{height}"));
    let filters: Vec<_> = deinterlaced.into_iter().chain(sized).collect();
    if !filters.is_empty() {
        arguments.extend(["-vf".to_owned(), filters.join(",")]);
    }
    if let Some((width, height)) = encoding.aspect {
        arguments.extend(["-aspect".to_owned(), format!("{width}:{height}")]);
    }
}

fn number(option: &str, value: Option<u32>, arguments: &mut Vec<String>) {
    if let Some(value) = value {
        arguments.extend([option.to_owned(), value.to_string()]);
    }
}

fn kbit(option: &str, value: Option<u32>, arguments: &mut Vec<String>) {
    if let Some(value) = value {
        arguments.extend([option.to_owned(), format!("{value}k")]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn arguments(fields: serde_json::Value, is_file: bool) -> String {
        let profile = Profile::of(fields.as_object().unwrap()).unwrap();
        of_remake(&Remake { is_file, program: None, profile, begins: Duration::from_millis(61_007) }).join(" ")
    }

    #[test]
    fn without_a_profile_everything_is_copied_from_the_standard_input() {
        let text = arguments(json!({}), true);
        assert!(text.contains("-protocol_whitelist file -format_whitelist mpegts,"), "{text}");
        assert!(text.contains("-i file:/proc/self/fd/0") && text.contains("-c:v copy -c:a copy"), "{text}");
        assert!(text.contains("-output_ts_offset 61.007 -f mpegts") && text.ends_with(" pipe:1"), "{text}");
        let text = arguments(json!({}), false);
        assert!(text.contains("-protocol_whitelist pipe -format_whitelist") && text.contains("-i pipe:0"), "{text}");
        for foreign in ["hls", "concat", "applehttp", "dash", "image2"] {
            assert!(!text.split([',', ' ']).any(|word| word == foreign), "{foreign}");
        }
    }

    #[test]
    fn of_several_programs_the_chosen_one_is_taken() {
        let (profile, begins) = (Profile::default(), Duration::ZERO);
        let text = of_remake(&Remake { is_file: false, program: Some(22), profile, begins }).join(" ");
        assert!(text.contains("-map 0:p:22:V:0? -map 0:p:22:a:0? -sn -dn"), "{text}");
    }

    #[test]
    fn a_profile_becomes_options_of_its_own_values() {
        let profile = json!({"video_codec": "h264", "preset": "ultrafast", "video_bitrate": 600, "resize": "320x180",
            "deinterlace": true, "frame_rate": 15, "aspect_ratio": "4:3", "audio_codec": "mp2", "audio_bitrate": 96,
            "sample_rate": 44100, "audio_channels": 1, "threads": 1});
        let text = arguments(profile, true);
        for wanted in [
            "-c:v libx264 -preset ultrafast -pix_fmt",
            "-b:v 600k -r 15 -vf yadif,scale=320:180 -aspect 4:3",
            "-c:a mp2 -b:a 96k -ar 44100 -ac 1 -threads 1",
        ] {
            assert!(text.contains(wanted), "{wanted}: {text}");
        }
        assert!(arguments(json!({"video_codec": "none"}), true).contains("-vn -c:a copy"));
        assert!(arguments(json!({"audio_codec": "none"}), true).contains("-c:v copy -an"));
    }
}
