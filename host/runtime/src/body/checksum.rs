//! The sum of gzip (CRC-32) of a text in which some places hold other bytes of the same length, from the sum of the
//! first text and without reading it again: the sum is linear over polynomials of bits.

/// The polynomial of gzip, its highest power left out, lowest power in the highest bit (RFC 1952, section 8).
const POLYNOMIAL: u32 = 0xedb8_8320;
/// The polynomial 1.
const ONE: u32 = 1 << 31;
/// `x^8`, one byte further.
const BYTE: u32 = ONE >> 8;

/// The product of two polynomials, modulo that of gzip.
const fn product(mut one: u32, mut other: u32) -> u32 {
    let mut sum = 0;
    while one != 0 {
        if one & ONE != 0 {
            sum ^= other;
        }
        one <<= 1;
        other = if other & 1 == 0 { other >> 1 } else { (other >> 1) ^ POLYNOMIAL };
    }
    sum
}

/// Where bytes of one kind stand in a text, as far as the sum of the text depends on them.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Places {
    /// The sum of `x^(8 n)` over the places, `n` being the bytes of the text between a place and `end`.
    factor: u32,
    /// How much of the text has been seen.
    end: usize,
}

impl Places {
    /// One more place, which ends there. They are told in their order.
    pub(crate) fn add(&mut self, end: usize) {
        self.move_to(end);
        self.factor ^= ONE;
    }

    /// What a difference between two fillings contributes, once the end of the text is known.
    pub(crate) fn factor(mut self, length: usize) -> u32 {
        self.move_to(length);
        self.factor
    }

    fn move_to(&mut self, end: usize) {
        let (mut rest, mut step) = (end.saturating_sub(self.end), BYTE);
        while rest != 0 {
            if rest & 1 != 0 {
                self.factor = product(step, self.factor);
            }
            step = product(step, step);
            rest >>= 1;
        }
        self.end = end;
    }
}

/// By how much the sum of the text changes when `filled` stands in all these places instead of a filling with the sum
/// `before`.
pub(crate) fn change(factor: u32, before: u32, filled: &[u8]) -> u32 {
    product(before ^ crc32fast::hash(filled), factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_follows_what_stands_in_the_places() {
        let text = |filling: &str| format!("begin {filling} and {}{filling}{filling} end", "x".repeat(70_000));
        let before = text("guest/1234");
        let mut places = Places::default();
        before.match_indices("guest/1234").for_each(|(at, found)| places.add(at + found.len()));
        let factor = places.factor(before.len());
        for other in ["guest/1234", "other/pass", "\0\0\0\0\0\0\0\0\0\0"] {
            let sum =
                crc32fast::hash(before.as_bytes()) ^ change(factor, crc32fast::hash(b"guest/1234"), other.as_bytes());
            assert_eq!(sum, crc32fast::hash(text(other).as_bytes()), "{other:?}");
        }
    }
}
