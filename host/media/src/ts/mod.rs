//! A small MPEG transport stream reader: packets, tables, entry points, time stamps. It opens no
//! socket and decodes no picture.

mod entry;
mod packet;
mod reader;
#[cfg(test)]
mod reader_tests;
mod section;
mod tables;
mod write;

pub(crate) use packet::{PACKET, Packet, STAMP_MASK, TICKS_PER_SECOND, write_pcr, write_stamp};
pub(crate) use reader::{Enter, Reader, Seen};
pub(crate) use tables::{Table, Versions};
pub(crate) use write::{Writer, sound_tables};

/// Time between two stamps of 33 bits, in 90 kHz ticks, across the wrap. `None` when they lie more
/// than `limit` ticks apart or run backwards: then the clock was set anew.
pub(crate) fn ticks_between(earlier: u64, later: u64, limit: u64) -> Option<u64> {
    let span = later.wrapping_sub(earlier) & packet::STAMP_MASK;
    (span <= limit).then_some(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_counted_across_the_wrap_and_a_clock_set_anew_is_told() {
        let top = (1 << 33) - 90;
        assert_eq!(ticks_between(top, 90, 1_000), Some(180));
        assert_eq!(ticks_between(500, 400, 1_000), None);
        assert_eq!(ticks_between(0, 2_000, 1_000), None);
    }
}
