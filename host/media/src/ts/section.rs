//! Puts table sections together from packets, and keeps the packets they came in.
//! Knows nothing of what the tables say.

use super::packet::{PACKET, Packet};

/// A section is at most 1,024 bytes; with pointer field and heads it fits 7 packets.
const MAX_PACKETS: usize = 7;

/// The section that is being put together on one PID.
#[derive(Default)]
pub(super) struct Assembly {
    bytes: Vec<u8>,
    packets: Vec<u8>,
}

/// A section whose checksum is right.
pub(super) struct Section {
    /// From the table id up to the checksum, which is left out.
    pub(super) body: Vec<u8>,
    /// The packets it came in, whole.
    pub(super) packets: Vec<u8>,
}

impl Assembly {
    /// Takes the next packet of the PID; gives the section that it completes.
    pub(super) fn push(&mut self, packet: &Packet<'_>) -> Option<Section> {
        let mut payload = packet.payload();
        if packet.starts_unit() {
            let (pointer, rest) = payload.split_first()?;
            payload = rest.get(usize::from(*pointer)..)?;
            self.bytes.clear();
            self.packets.clear();
        } else if self.packets.is_empty() {
            return None;
        }
        if self.packets.len() >= MAX_PACKETS * PACKET {
            self.packets.clear();
            return None;
        }
        self.bytes.extend_from_slice(payload);
        self.packets.extend_from_slice(packet.bytes());
        self.finish()
    }

    fn finish(&mut self) -> Option<Section> {
        let length = usize::from(u16::from_be_bytes([*self.bytes.get(1)?, *self.bytes.get(2)?]) & 0x0fff) + 3;
        let whole = self.bytes.get(..length)?;
        let body = (checksum(whole) == 0).then(|| whole.get(..length.checked_sub(4)?).map(<[u8]>::to_vec)).flatten();
        let packets = std::mem::take(&mut self.packets);
        Some(Section { body: body?, packets })
    }
}

/// CRC-32/MPEG-2. Over a section with its checksum it is 0.
pub(super) fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            if crc & 0x8000_0000 != 0 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 }
        })
    })
}
