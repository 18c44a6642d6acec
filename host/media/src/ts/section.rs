//! Puts table sections together from the packets of one PID, and takes them apart again.
//! What the tables say is read elsewhere.

use super::packet::{PACKET, Packet, SYNC};

/// Payload of a packet that has nothing but a payload.
const ROOM: usize = PACKET - 4;

/// The sections that are arriving on one PID. Keeps less than one section, which is at most 4 KiB.
#[derive(Default)]
pub(super) struct Assembly {
    bytes: Vec<u8>,
    /// A section has begun, and nothing of it was lost.
    is_open: bool,
    counter: Option<u8>,
}

impl Assembly {
    /// Takes the next packet of the PID and shows each section that ends in it and whose checksum is
    /// right, from the table id up to the checksum, which is left out. A packet may end one section
    /// and begin others.
    pub(super) fn push(&mut self, packet: &Packet<'_>, mut found: impl FnMut(&[u8])) {
        let counter = packet.counter();
        match self.counter.replace(counter) {
            // A packet may be sent twice.
            Some(last) if last == counter && !packet.starts_unit() => return,
            Some(last) if (last + 1) & 0x0f != counter => self.forget(),
            _ => {}
        }
        let payload = packet.payload();
        if !packet.starts_unit() {
            return self.extend(payload, &mut found);
        }
        let Some((pointer, rest)) = payload.split_first() else { return self.forget() };
        let Some((before, after)) = rest.split_at_checked(usize::from(*pointer)) else { return self.forget() };
        self.extend(before, &mut found);
        self.bytes.clear();
        self.is_open = true;
        self.extend(after, &mut found);
    }

    fn extend(&mut self, bytes: &[u8], found: &mut impl FnMut(&[u8])) {
        if !self.is_open {
            return;
        }
        self.bytes.extend_from_slice(bytes);
        let mut at = 0;
        // What follows the last section of a packet is filled with 0xff.
        while let Some([kind, high, low, ..]) = self.bytes.get(at..).filter(|rest| rest.first() != Some(&0xff)) {
            let _ = kind;
            let length = usize::from(u16::from_be_bytes([*high, *low]) & 0x0fff) + 3;
            let Some(whole) = self.bytes.get(at..at + length) else { break };
            if let Some((body, _)) = whole.split_last_chunk::<4>().filter(|_| checksum(whole) == 0) {
                found(body);
            }
            at += length;
        }
        self.bytes.drain(..at);
        if self.bytes.first().is_none_or(|kind| *kind == 0xff) {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.bytes.clear();
        self.is_open = false;
    }
}

/// A section, given without its checksum, as packets of a PID with counters from 0.
pub(super) fn packed(pid: u16, body: &[u8]) -> Vec<u8> {
    let section = [&[0], body, &checksum(body).to_be_bytes()].concat();
    let mut packets = Vec::with_capacity(section.len().div_ceil(ROOM) * PACKET);
    for (number, part) in section.chunks(ROOM).enumerate() {
        let begins = if number == 0 { 0x40 } else { 0 };
        packets.extend([SYNC, begins | (pid >> 8) as u8 & 0x1f, pid as u8, 0x10 | number as u8 & 0x0f]);
        packets.extend(part);
        packets.resize((number + 1) * PACKET, 0xff);
    }
    packets
}

/// CRC-32/MPEG-2. Over a section with its checksum it is 0.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            if crc & 0x8000_0000 != 0 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(kind: u8, length: usize) -> Vec<u8> {
        let told = (0xb000 | (length + 4 - 3) as u16).to_be_bytes();
        let mut body = vec![kind, told[0], told[1]];
        body.extend((3..length).map(|n| n as u8));
        body
    }

    fn found(packets: &[u8]) -> Vec<Vec<u8>> {
        let (mut assembly, mut all) = (Assembly::default(), Vec::new());
        for bytes in packets.chunks(PACKET) {
            assembly.push(&Packet::parse(bytes).unwrap(), |body| all.push(body.to_vec()));
        }
        all
    }

    #[test]
    fn a_section_of_any_length_is_read_back_from_its_packets() {
        for length in [12, 100, 179, 180, 400, 1_000] {
            let body = section(2, length);
            assert_eq!(found(&packed(0x100, &body)), [body], "{length} bytes");
        }
    }

    #[test]
    fn a_packet_may_end_one_section_and_begin_two_more() {
        let (long, short) = (section(2, 250), section(3, 20));
        let with_checksum = |body: &[u8]| [body, &checksum(body).to_be_bytes()].concat();
        let mut packets = packed(0x100, &long);
        let rest = with_checksum(&long).len() - (ROOM - 1);
        let tail = [&with_checksum(&long)[ROOM - 1..], &with_checksum(&short), &with_checksum(&short)].concat();
        packets.truncate(PACKET);
        packets.extend([SYNC, 0x41, 0, 0x11, rest as u8]);
        packets.extend(tail);
        packets.resize(2 * PACKET, 0xff);
        assert_eq!(found(&packets), [long, short.clone(), short]);
    }

    #[test]
    fn a_packet_sent_twice_changes_nothing_and_a_lost_one_costs_its_section_only() {
        let body = section(2, 600);
        let packets = packed(0x100, &body);
        let twice: Vec<u8> = packets.chunks(PACKET).flat_map(|packet| packet.repeat(2)).collect();
        assert_eq!(found(&twice), std::slice::from_ref(&body));
        let mut torn = packets[..PACKET].to_vec();
        torn.extend(&packets[2 * PACKET..]);
        torn.extend(packets);
        assert_eq!(found(&torn), [body]);
    }
}
