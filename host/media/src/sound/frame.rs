//! The heads of frames of sound: how long a frame is, in bytes and in time.

/// What frames hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// AAC with ADTS heads.
    Aac,
    /// MPEG audio of any layer, rates of the first standard.
    Mpeg1,
    /// The same at the lower rates of the second.
    Mpeg2,
}

/// A frame, by its head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Head {
    pub(super) kind: Kind,
    /// Bytes, the head included.
    pub(super) length: usize,
    /// Samples of each channel.
    pub(super) samples: u32,
    /// Samples a second.
    pub(super) rate: u32,
}

/// Bytes of a head that are looked at.
pub(super) const HEAD: usize = 6;

const AAC_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
const MPEG_RATES: [u32; 3] = [44_100, 48_000, 32_000];
/// Thousands of bits a second: layers 1 to 3 of the first standard, layer 1 and the others of the second.
const BIT_RATES: [[u32; 14]; 5] = [
    [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
    [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
    [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
    [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

impl Head {
    /// The head at the beginning of these bytes, of which there are at least [`HEAD`].
    pub(super) fn read(bytes: &[u8]) -> Option<Head> {
        let [0xff, second, third, fourth, fifth, sixth, ..] = *bytes else { return None };
        match (second & 0xe0, second >> 1 & 3) {
            (0xe0, 0) if second & 0xf0 == 0xf0 => aac(third, fourth, fifth, sixth),
            (0xe0, 1..) => mpeg(second, third),
            _ => None,
        }
    }
}

fn aac(third: u8, fourth: u8, fifth: u8, sixth: u8) -> Option<Head> {
    let rate = *AAC_RATES.get(usize::from(third >> 2 & 0x0f))?;
    let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
    (length > HEAD).then_some(Head { kind: Kind::Aac, length, samples: 1_024, rate })
}

fn mpeg(second: u8, third: u8) -> Option<Head> {
    // 0 is the half of the second standard's rates, 1 is reserved.
    let (kind, halvings) = match second >> 3 & 3 {
        0 => (Kind::Mpeg2, 2),
        2 => (Kind::Mpeg2, 1),
        3 => (Kind::Mpeg1, 0),
        _ => return None,
    };
    let layer = 4 - usize::from(second >> 1 & 3);
    let row = if kind == Kind::Mpeg1 { layer - 1 } else { 3 + usize::from(layer > 1) };
    let bits = BIT_RATES[row].get(usize::from(third >> 4).checked_sub(1)?)? * 1_000;
    let rate = MPEG_RATES.get(usize::from(third >> 2 & 3))? >> halvings;
    let samples = match (layer, kind) {
        (1, _) => 384,
        (3, Kind::Mpeg2) => 576,
        _ => 1_152,
    };
    let padding = u32::from(third >> 1 & 1);
    let length = if layer == 1 { (12 * bits / rate + padding) * 4 } else { samples / 8 * bits / rate + padding };
    Some(Head { kind, length: length as usize, samples, rate })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_say_how_long_their_frames_are() {
        let aac = Head { kind: Kind::Aac, length: 371, samples: 1_024, rate: 48_000 };
        assert_eq!(Head::read(&[0xff, 0xf1, 0x4c, 0x80, 0x2e, 0x7f]), Some(aac));
        let mp3 = Head { kind: Kind::Mpeg1, length: 417, samples: 1_152, rate: 44_100 };
        assert_eq!(Head::read(&[0xff, 0xfb, 0x90, 0x64, 0, 0]), Some(mp3));
        assert_eq!(Head::read(&[0xff, 0xfb, 0x92, 0x64, 0, 0]).unwrap().length, 418);
        let low = Head { kind: Kind::Mpeg2, length: 208, samples: 576, rate: 22_050 };
        assert_eq!(Head::read(&[0xff, 0xf3, 0x80, 0xc4, 0, 0]), Some(low));
        let layer_2 = Head { kind: Kind::Mpeg1, length: 576, samples: 1_152, rate: 48_000 };
        assert_eq!(Head::read(&[0xff, 0xfd, 0xa4, 0, 0, 0]), Some(layer_2));
    }

    #[test]
    fn what_is_no_head_is_told() {
        for bytes in [[0; 6], [0xff; 6], [0xff, 0xf1, 0xfc, 0, 0, 0], [0xff, 0xfb, 0x00, 0, 0, 0], *b"ID3\x04\0\0"] {
            assert_eq!(Head::read(&bytes), None, "{bytes:x?}");
        }
    }
}
