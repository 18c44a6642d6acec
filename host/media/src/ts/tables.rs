//! What the two tables of a program say: where its map is, and which stream to watch for entries.
//! Knows one program; of several it takes the first.

use super::entry::Codec;

/// The elementary stream whose units decide where a viewer may enter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lead {
    /// Its PID.
    pub(super) pid: u16,
    /// How entries are told in it.
    pub(super) codec: Codec,
}

/// The PID of the first program's map, from an association table.
pub(super) fn map_pid(body: &[u8]) -> Option<u16> {
    let (0, programs) = (*body.first()?, body.get(8..)?) else { return None };
    programs
        .as_chunks::<4>()
        .0
        .iter()
        .find(|entry| (entry[0], entry[1]) != (0, 0))
        .map(|entry| u16::from(entry[2] & 0x1f) << 8 | u16::from(entry[3]))
}

/// The stream to watch, from a program map: video if there is any, else the first sound.
pub(super) fn lead(body: &[u8]) -> Option<Lead> {
    let 2 = *body.first()? else { return None };
    let skip = usize::from(u16::from_be_bytes([*body.get(10)?, *body.get(11)?]) & 0x0fff);
    let mut rest = body.get(12 + skip..)?;
    let mut sound = None;
    while let [kind, high, low, length_high, length_low, ..] = rest {
        let pid = u16::from(high & 0x1f) << 8 | u16::from(*low);
        let lead = Lead { pid, codec: Codec::of_stream_type(*kind) };
        match lead.codec {
            Codec::Other => {}
            Codec::Sound => sound = sound.or(Some(lead)),
            _ => return Some(lead),
        }
        let descriptors = usize::from(u16::from_be_bytes([*length_high, *length_low]) & 0x0fff);
        rest = rest.get(5 + descriptors..).unwrap_or(&[]);
    }
    sound
}
