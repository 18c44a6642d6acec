//! Where a decoder may begin: key frames of video, any unit of sound.
//! Knows the first bytes of a unit; it decodes nothing.

use super::packet::Packet;

/// How entries are told in an elementary stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Codec {
    /// MPEG-1 and MPEG-2 video: a sequence header.
    Mpeg2,
    /// H.264: a sequence parameter set or an IDR slice.
    H264,
    /// H.265: a parameter set or an intra random access picture.
    H265,
    /// Video of another kind: only the packet's own mark tells.
    Marked,
    /// Sound: every unit.
    Sound,
    /// Neither: subtitles, data.
    Other,
}

impl Codec {
    /// From the number that a program map gives.
    pub(super) fn of_stream_type(kind: u8) -> Codec {
        match kind {
            0x01 | 0x02 => Codec::Mpeg2,
            0x1b => Codec::H264,
            0x24 => Codec::H265,
            0x10 | 0x33 | 0x42 | 0xd1 | 0xea => Codec::Marked,
            0x03 | 0x04 | 0x0f | 0x11 | 0x81 | 0x82 | 0x87 => Codec::Sound,
            _ => Codec::Other,
        }
    }

    /// Whether a decoder may begin with the unit that starts in this packet.
    pub(super) fn is_entry(self, packet: &Packet<'_>) -> bool {
        if !packet.starts_unit() {
            return false;
        }
        match self {
            Codec::Sound => true,
            Codec::Other => false,
            _ if packet.is_random_access() => true,
            Codec::Marked => false,
            Codec::Mpeg2 => has_start_code(packet, |code| code == 0xb3),
            Codec::H264 => has_start_code(packet, |code| matches!(code & 0x1f, 5 | 7)),
            Codec::H265 => has_start_code(packet, |code| matches!(code >> 1 & 0x3f, 16..=21 | 32 | 33)),
        }
    }
}

/// Whether a start code of interest is in the part of the unit that this packet holds. Encoders
/// put parameter sets right behind the delimiter, so the first packet is enough.
fn has_start_code(packet: &Packet<'_>, wanted: impl Fn(u8) -> bool) -> bool {
    let Some(unit) = packet.elementary() else { return false };
    unit.windows(4).any(|window| matches!(window, [0, 0, 1, code] if wanted(*code)))
}
