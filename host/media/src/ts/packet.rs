//! One transport stream packet of 188 bytes: its head, its clock, its time stamps.

/// Bytes of a packet.
pub(crate) const PACKET: usize = 188;
/// Time stamps and the base of the clock count this many a second.
pub(crate) const TICKS_PER_SECOND: u64 = 90_000;

/// The byte that every packet begins with.
pub(super) const SYNC: u8 = 0x47;
/// Time stamps have 33 bits.
pub(crate) const STAMP_MASK: u64 = (1 << 33) - 1;

/// A packet, by reference. Made only from 188 bytes that begin with the sync byte.
#[derive(Clone, Copy)]
pub(crate) struct Packet<'a> {
    bytes: &'a [u8; PACKET],
}

impl<'a> Packet<'a> {
    /// The first 188 bytes as a packet, or `None` when they are not one.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Packet<'a>> {
        let bytes: &[u8; PACKET] = bytes.first_chunk()?;
        // A packet marked as damaged in transmission says nothing reliable.
        (bytes[0] == SYNC && bytes[1] & 0x80 == 0).then_some(Packet { bytes })
    }

    /// All its bytes.
    pub(crate) fn bytes(&self) -> &'a [u8; PACKET] {
        self.bytes
    }

    /// Which elementary stream or table it belongs to.
    pub(crate) fn pid(&self) -> u16 {
        u16::from(self.bytes[1] & 0x1f) << 8 | u16::from(self.bytes[2])
    }

    /// Whether a PES packet or a table section begins in it.
    pub(crate) fn starts_unit(&self) -> bool {
        self.bytes[1] & 0x40 != 0
    }

    /// Counts the packets of its PID, 0 to 15.
    pub(crate) fn counter(&self) -> u8 {
        self.bytes[3] & 0x0f
    }

    /// Whether its payload is scrambled, so that nothing in it can be read.
    pub(crate) fn is_scrambled(&self) -> bool {
        self.bytes[3] & 0xc0 != 0
    }

    /// Whether it has a payload; only then its continuity counter moves.
    pub(crate) fn has_payload(&self) -> bool {
        self.bytes[3] & 0x10 != 0
    }

    /// What follows head and adaptation field; empty when there is none or the length is wrong.
    pub(crate) fn payload(&self) -> &'a [u8] {
        if !self.has_payload() {
            return &[];
        }
        let start = if self.bytes[3] & 0x20 != 0 { 5 + usize::from(self.bytes[4]) } else { 4 };
        self.bytes.get(start..).unwrap_or(&[])
    }

    fn adaptation(&self) -> &'a [u8] {
        if self.bytes[3] & 0x20 == 0 {
            return &[];
        }
        self.bytes.get(5..5 + usize::from(self.bytes[4])).unwrap_or(&[])
    }

    /// Whether the packet says that a decoder may begin here.
    pub(crate) fn is_random_access(&self) -> bool {
        self.adaptation().first().is_some_and(|flags| flags & 0x40 != 0)
    }

    /// Whether the packet says that its counter or the clock does not go on from the one before.
    pub(crate) fn is_discontinuous(&self) -> bool {
        self.adaptation().first().is_some_and(|flags| flags & 0x80 != 0)
    }

    /// The program clock's base in 90 kHz ticks.
    pub(crate) fn pcr(&self) -> Option<u64> {
        match self.adaptation() {
            [flags, a, b, c, d, e, ..] if flags & 0x10 != 0 => {
                let high = u32::from_be_bytes([*a, *b, *c, *d]);
                Some(u64::from(high) << 1 | u64::from(e >> 7))
            }
            _ => None,
        }
    }

    /// The presentation time stamp of the PES packet that begins here, in 90 kHz ticks.
    pub(crate) fn pts(&self) -> Option<u64> {
        let pes = self.pes()?;
        (*pes.get(7)? & 0x80 != 0).then_some(())?;
        Some(read_stamp(pes.get(9..)?.first_chunk()?))
    }

    /// The payload when a PES packet with a stamped kind of head begins in it.
    fn pes(&self) -> Option<&'a [u8]> {
        let payload = self.payload();
        let is_pes = self.starts_unit() && payload.starts_with(&[0, 0, 1]) && *payload.get(6)? & 0xc0 == 0x80;
        is_pes.then_some(payload)
    }

    /// What the PES packet that begins here carries, as far as this packet reaches.
    pub(crate) fn elementary(&self) -> Option<&'a [u8]> {
        let pes = self.pes()?;
        pes.get(9 + usize::from(*pes.get(8)?)..)
    }

    /// Where its time stamps lie in its 188 bytes: presentation, then decoding.
    pub(crate) fn stamp_places(&self) -> [Option<usize>; 2] {
        let Some(pes) = self.pes() else { return [None, None] };
        let start = PACKET - pes.len();
        let flags = pes.get(7).copied().unwrap_or(0);
        let place = |offset: usize| (start + offset + 5 <= PACKET).then_some(start + offset);
        [(flags & 0x80 != 0).then(|| place(9)).flatten(), (flags & 0xc0 == 0xc0).then(|| place(14)).flatten()]
    }
}

fn read_stamp(field: &[u8; 5]) -> u64 {
    u64::from(field[0] >> 1 & 0x07) << 30
        | u64::from(field[1]) << 22
        | u64::from(field[2] >> 1) << 15
        | u64::from(field[3]) << 7
        | u64::from(field[4] >> 1)
}

/// Adds ticks to the time stamp at a place that [`Packet::stamp_places`] gave.
pub(crate) fn write_stamp(packet: &mut [u8; PACKET], place: usize, add: u64) {
    let Some(field) = packet.get_mut(place..).and_then(|rest| rest.first_chunk_mut::<5>()) else { return };
    let stamp = (read_stamp(field) + add) & STAMP_MASK;
    // Keeps the marker bits and the prefix, which are not part of the number.
    field[0] = field[0] & 0xf1 | ((stamp >> 30) as u8 & 0x07) << 1;
    field[1] = (stamp >> 22) as u8;
    field[2] = field[2] & 0x01 | ((stamp >> 15) as u8 & 0x7f) << 1;
    field[3] = (stamp >> 7) as u8;
    field[4] = field[4] & 0x01 | (stamp as u8 & 0x7f) << 1;
}

/// Sets the base of the clock of a packet that has one.
pub(crate) fn write_pcr(packet: &mut [u8; PACKET], base: u64) {
    let base = base & STAMP_MASK;
    packet[6..10].copy_from_slice(&((base >> 1) as u32).to_be_bytes());
    packet[10] = packet[10] & 0x7f | ((base & 1) as u8) << 7;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A packet with a clock and a PES head with both stamps.
    fn stamped() -> [u8; PACKET] {
        let mut bytes = [0xff; PACKET];
        bytes[..12].copy_from_slice(&[0x47, 0x41, 0x00, 0x30, 7, 0x50, 0, 0, 0, 0, 0x7e, 0]);
        bytes[12..31].copy_from_slice(&[0, 0, 1, 0xe0, 0, 0, 0x80, 0xc0, 10, 0x31, 0, 1, 0, 1, 0x11, 0, 1, 0, 1]);
        bytes
    }

    #[test]
    fn stamps_and_clock_are_read_back_as_written() {
        let mut bytes = stamped();
        for place in Packet::parse(&bytes).unwrap().stamp_places() {
            write_stamp(&mut bytes, place.unwrap(), 0x1_2345_6789);
        }
        write_pcr(&mut bytes, 0x1_0000_0001);
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(packet.pid(), 0x100);
        assert_eq!(packet.pts(), Some(0x1_2345_6789));
        assert_eq!(packet.pcr(), Some(0x1_0000_0001));
        assert!(packet.is_random_access());
        assert_eq!(packet.elementary().unwrap().len(), PACKET - 31);
        write_stamp(&mut bytes, 21, STAMP_MASK);
        assert_eq!(Packet::parse(&bytes).unwrap().pts(), Some(0x1_2345_6788), "stamps wrap at 33 bits");
    }

    #[test]
    fn a_length_that_points_outside_gives_an_empty_payload() {
        let mut bytes = stamped();
        bytes[4] = 250;
        let packet = Packet::parse(&bytes).unwrap();
        assert!(packet.payload().is_empty());
        assert_eq!((packet.pcr(), packet.pts(), packet.elementary()), (None, None, None));
        assert!(Packet::parse(&bytes[..187]).is_none());
        assert!(Packet::parse(&[0; PACKET]).is_none());
    }
}
