//! Where a decoder may begin: key frames of video, any unit of sound. It decodes nothing, but looks
//! at the first bytes of a unit.

use super::packet::Packet;

/// How entries are told in an elementary stream. The order is that of preference: the pictures of a
/// program are watched, else its sound, else whatever it has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Codec {
    /// Something that nobody names. Where a program has nothing else it is sound of a new kind.
    Unnamed,
    /// Sound: every unit.
    Sound,
    /// Video of another kind: only the packet's own mark tells.
    Marked,
    /// MPEG-1 and MPEG-2 video: a sequence header.
    Mpeg2,
    /// H.264: a sequence parameter set or an IDR slice.
    H264,
    /// H.265: a parameter set or an intra random access picture.
    H265,
}

impl Codec {
    /// From the stream type and the descriptors that a program map gives; `registered` is what the
    /// program as a whole is registered as. `None` is what no viewer begins with: tables, subtitles.
    pub(super) fn of(kind: u8, descriptors: &[u8], registered: Option<&[u8]>) -> Option<Codec> {
        Some(match kind {
            0x01 | 0x02 => Codec::Mpeg2,
            0x1b | 0xdb => Codec::H264,
            0x24 => Codec::H265,
            0x10 | 0x32 | 0x33 | 0x42 | 0xd1 | 0xd2 | 0xea => Codec::Marked,
            // Linear sound on discs, video on American cable.
            0x80 if registered == Some(b"HDMV") => Codec::Sound,
            0x80 => Codec::Mpeg2,
            // Sound on discs, cue messages on cable.
            0x86 if registered != Some(b"HDMV") => return None,
            0x03 | 0x04 | 0x0f | 0x11 | 0x1c | 0x2d | 0x2e => Codec::Sound,
            0x81..=0x88 | 0xa1 | 0xa2 | 0xc1 | 0xc2 | 0xcf => Codec::Sound,
            0x06 => return Codec::of_private(descriptors),
            // Tables and messages come in sections, not in units.
            0x05 | 0x0a..=0x0d | 0x12..=0x16 | 0x90 | 0x91 | 0x92 | 0xc0 => return None,
            _ => Codec::Unnamed,
        })
    }

    /// Private data is told by its descriptors: so come AC-3, E-AC-3, DTS, Opus and AV1 in DVB.
    fn of_private(descriptors: &[u8]) -> Option<Codec> {
        let mut codec = Some(Codec::Unnamed);
        for (tag, body) in each(descriptors) {
            match (tag, body) {
                (0x6a | 0x7a | 0x7b | 0x7c | 0x81, _) => return Some(Codec::Sound),
                // An extension: DTS-HD, AC-4, Opus.
                (0x7f, [0x0e | 0x0f | 0x15 | 0x80, ..]) => return Some(Codec::Sound),
                (0x05, [a, b, c, d, ..]) => match &[*a, *b, *c, *d] {
                    b"HEVC" => return Some(Codec::H265),
                    b"AV01" | b"VP09" | b"VVC " | b"VC-1" | b"drac" => return Some(Codec::Marked),
                    b"AC-3" | b"EAC3" | b"AC-4" | b"DTS1" | b"DTS2" | b"DTS3" | b"Opus" | b"BSSD" => {
                        return Some(Codec::Sound);
                    }
                    _ => {}
                },
                // Teletext, its vertical blanking sisters, subtitles.
                (0x45 | 0x46 | 0x56 | 0x59, _) => codec = None,
                _ => {}
            }
        }
        codec
    }

    /// Whether every unit is a place to begin, so that a few a second are enough.
    pub(super) fn is_sound(self) -> bool {
        matches!(self, Codec::Sound | Codec::Unnamed)
    }

    /// Whether a decoder may begin with the unit that starts in this packet.
    pub(super) fn is_entry(self, packet: &Packet<'_>) -> bool {
        if !packet.starts_unit() {
            return false;
        }
        match self {
            Codec::Sound | Codec::Unnamed => true,
            _ if packet.is_random_access() => true,
            Codec::Marked => false,
            Codec::Mpeg2 => has_start_code(packet, |code| code == 0xb3),
            Codec::H264 => has_start_code(packet, |code| matches!(code & 0x1f, 5 | 7)),
            Codec::H265 => has_start_code(packet, |code| matches!(code >> 1 & 0x3f, 16..=21 | 32 | 33)),
        }
    }
}

/// The descriptors of a loop: tag and body.
pub(super) fn each(mut descriptors: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    std::iter::from_fn(move || {
        let ([tag, length], rest) = descriptors.split_first_chunk()?;
        let (body, rest) = rest.split_at_checked(usize::from(*length))?;
        descriptors = rest;
        Some((*tag, body))
    })
}

/// Whether a start code of interest is in the part of the unit that this packet holds. Encoders
/// put parameter sets right behind the delimiter, so the first packet is enough.
fn has_start_code(packet: &Packet<'_>, wanted: impl Fn(u8) -> bool) -> bool {
    let Some(unit) = packet.elementary() else { return false };
    unit.windows(4).any(|window| matches!(window, [0, 0, 1, code] if wanted(*code)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_streams_are_told_by_their_descriptors() {
        let registered = |name: &[u8]| [&[5, 4], name].concat();
        for (descriptors, codec) in [
            (vec![0x6a, 1, 0], Some(Codec::Sound)),
            (vec![0x0a, 4, b'd', b'e', b'u', 0, 0x7a, 1, 0], Some(Codec::Sound)),
            (vec![0x7f, 2, 0x80, 2], Some(Codec::Sound)),
            (registered(b"AC-3"), Some(Codec::Sound)),
            (registered(b"Opus"), Some(Codec::Sound)),
            (registered(b"AV01"), Some(Codec::Marked)),
            (registered(b"HEVC"), Some(Codec::H265)),
            (vec![0x56, 0], None),
            (vec![0x59, 0], None),
            (vec![], Some(Codec::Unnamed)),
            (vec![0x6a, 200], Some(Codec::Unnamed)),
        ] {
            assert_eq!(Codec::of(0x06, &descriptors, None), codec, "{descriptors:x?}");
        }
    }

    #[test]
    fn types_that_mean_two_things_are_told_by_the_programs_registration() {
        assert_eq!(Codec::of(0x80, &[], None), Some(Codec::Mpeg2));
        assert_eq!(Codec::of(0x80, &[], Some(b"HDMV")), Some(Codec::Sound));
        assert_eq!(Codec::of(0x86, &[], Some(b"CUEI")), None);
        assert_eq!(Codec::of(0x86, &[], Some(b"HDMV")), Some(Codec::Sound));
    }

    #[test]
    fn the_sounds_of_discs_and_of_american_stations_are_sounds() {
        for kind in [0x81, 0x83, 0x84, 0x85, 0x87, 0x1c, 0xcf] {
            assert_eq!(Codec::of(kind, &[], None), Some(Codec::Sound), "{kind:#x}");
        }
    }
}
