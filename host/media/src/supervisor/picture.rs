//! Test pictures, made from numbers. No text of a user becomes an argument.

use super::arguments::{QUIET, words};

/// How they are encoded, and where they go: to the standard output only.
const ENCODED: &str = "-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -pix_fmt yuv420p -threads 1 \
    -g 25 -keyint_min 25 -sc_threshold 0 -b:v 700k -maxrate 900k -bufsize 900k \
    -c:a aac -ac 1 -b:a 64k -f mpegts -flush_packets 1 -protocol_whitelist pipe pipe:1";

/// Test pictures with a colour and a tone of their own, as an endless transport stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct TestPicture {
    /// How far the colours are turned, 0 to 359 degrees.
    hue_degrees: u16,
    /// The tone, in hertz.
    tone_hertz: u16,
}

impl TestPicture {
    /// The picture that belongs to a name: the same name gives the same picture.
    pub(crate) fn of(name: &str) -> TestPicture {
        // FNV-1a: stable over versions, which the standard hasher is not.
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        TestPicture { hue_degrees: (hash >> 16) as u16 % 24 * 15, tone_hertz: 220 + (hash >> 40) as u16 % 24 * 30 }
    }

    /// The whole argument vector. Reads no file, writes to its standard output only.
    pub(super) fn arguments(&self) -> Vec<String> {
        let picture = "testsrc2=size=640x360:rate=25";
        let tone = format!("sine=frequency={}:sample_rate=48000", self.tone_hertz);
        let hue = format!("hue=h={}", self.hue_degrees);
        let mut arguments = words(QUIET);
        arguments.extend(words("-threads 1 -filter_threads 1 -protocol_whitelist pipe -re -f lavfi -i"));
        arguments.push(picture.to_owned());
        arguments.extend(words("-re -f lavfi -i"));
        arguments.extend([tone, "-vf".to_owned(), hue]);
        arguments.extend(words(ENCODED));
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_decides_numbers_only_and_never_becomes_an_argument() {
        let hostile = "-i /etc/passwd; $(id) concat:";
        let arguments = TestPicture::of(hostile).arguments();
        assert_eq!(arguments.len(), TestPicture::of("news").arguments().len());
        assert!(arguments.iter().all(|argument| !argument.contains("passwd") && !argument.contains('$')));
        assert!(arguments.iter().any(|argument| argument == "-nostdin"));
    }

    #[test]
    fn names_give_different_pictures_and_the_same_name_the_same_one() {
        let pictures: Vec<_> = ["news", "sport", "films", "music"].map(TestPicture::of).into();
        for (at, picture) in pictures.iter().enumerate() {
            assert!(!pictures[..at].contains(picture));
        }
        assert_eq!(TestPicture::of("news"), pictures[0]);
    }
}
