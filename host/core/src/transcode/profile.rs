//! A transcode profile in its types.

/// How much time an encoder takes for better pictures; the words of x264 and x265.
pub(super) const PRESETS: [&str; 9] =
    ["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"];

/// A transcode profile in its types. The default one sends what the source has.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Profile {
    /// The pictures.
    pub video: Video,
    /// The sound.
    pub audio: Audio,
    /// Most threads; none lets the encoder choose.
    pub threads: Option<u32>,
}

/// What becomes of the pictures.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Video {
    /// They stay as they are.
    #[default]
    Copy,
    /// They are left out.
    None,
    /// They are encoded anew.
    Encode(Encoding),
}

/// A form of pictures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VideoCodec {
    /// H.264.
    H264,
    /// H.265.
    Hevc,
    /// MPEG-2.
    Mpeg2,
}

/// How pictures are encoded. Bitrates are in kbit a second.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Encoding {
    /// Into which form.
    pub codec: VideoCodec,
    /// One of the encoder's presets.
    pub preset: &'static str,
    /// Which part of H.264 is used.
    pub profile: Option<&'static str>,
    /// On average.
    pub bitrate: Option<u32>,
    /// At least.
    pub least: Option<u32>,
    /// At most.
    pub most: Option<u32>,
    /// Over so many kbit that holds.
    pub buffer: Option<u32>,
    /// By quality instead: 1 is best.
    pub crf: Option<u32>,
    /// Width and height.
    pub size: Option<(u32, u32)>,
    /// Two half pictures become one.
    pub deinterlace: bool,
    /// The shape in which it is shown: 16 to 9.
    pub aspect: Option<(u32, u32)>,
    /// Pictures a second.
    pub frame_rate: Option<u32>,
}

/// What becomes of the sound.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Audio {
    /// It stays as it is.
    #[default]
    Copy,
    /// It is left out.
    None,
    /// It is encoded anew.
    Encode {
        /// Into which form.
        codec: AudioCodec,
        /// In kbit a second.
        bitrate: Option<u32>,
        /// Samples a second.
        sample_rate: Option<u32>,
        /// 1 is mono.
        channels: Option<u32>,
    },
}

/// A form of sound.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AudioCodec {
    /// AAC.
    Aac,
    /// MPEG audio, layer 2.
    Mp2,
    /// MPEG audio, layer 3.
    Mp3,
    /// Dolby Digital.
    Ac3,
}
