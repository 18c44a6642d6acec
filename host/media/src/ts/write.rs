//! Writes a transport stream of one program with one sound.

use super::packet::{PACKET, STAMP_MASK, SYNC};
use super::tables::{Program, Table, Tables, Versions, map_body};
use bytes::Bytes;

/// Where the sound of a stream of ours is, and its clock.
const SOUND_PID: u16 = 0x100;
/// Longest unit, in bytes: its length is told in 16 bits, with the rest of its head.
const MAX_UNIT: usize = 0xffff - 8;

/// Both tables of a stream that has nothing but one sound of this type.
pub(crate) fn sound_tables(kind: u8) -> Bytes {
    let program = Program { stream: 1, number: 1, map_pid: 0x1000 };
    let mut tables = Tables::default();
    tables.make(program, &map_body(program.number, SOUND_PID, &[(kind, SOUND_PID, &[])]), &Versions::default());
    tables.packets
}

/// Keeps the counters of what it writes.
#[derive(Default)]
pub(crate) struct Writer {
    /// Of the association, the map, the sound.
    counters: [u8; 3],
}

impl Writer {
    /// Appends the packets of both tables.
    pub(crate) fn tables(&mut self, tables: &[u8], out: &mut Vec<u8>) {
        for packet in tables.as_chunks::<PACKET>().0 {
            let table = if (packet[1] & 0x1f, packet[2]) == (0, 0) { Table::Association } else { Table::Map };
            let counter = self.next(usize::from(table == Table::Map));
            let at = out.len();
            out.extend_from_slice(packet);
            if let Some(place) = out.get_mut(at + 3) {
                *place = *place & 0xf0 | counter;
            }
        }
    }

    /// Appends a unit of sound that plays at `at`, with the clock at `clock`, both in 90 kHz ticks.
    pub(crate) fn sound(&mut self, at: u64, clock: u64, unit: &[u8], out: &mut Vec<u8>) {
        let unit = unit.get(..MAX_UNIT).unwrap_or(unit);
        let length = ((unit.len() + 8) as u16).to_be_bytes();
        let mut bytes = vec![0, 0, 1, 0xc0, length[0], length[1], 0x84, 0x80, 5];
        bytes.extend(stamp(at));
        bytes.extend_from_slice(unit);
        let mut rest = bytes.as_slice();
        let mut head = clock_field(clock);
        let mut begins = 0x40;
        while !rest.is_empty() {
            let room = PACKET - 4 - head.len();
            // What does not fill its packet is pushed to its end by the field before it.
            let stuffing = room.saturating_sub(rest.len());
            let field = stuffed(std::mem::take(&mut head), stuffing);
            let (now, later) = rest.split_at(PACKET - 4 - field.len());
            let has_field = if field.is_empty() { 0 } else { 0x20 };
            let counter = self.next(2);
            out.extend([SYNC, begins | (SOUND_PID >> 8) as u8, SOUND_PID as u8, 0x10 | has_field | counter]);
            out.extend(field);
            out.extend_from_slice(now);
            (rest, begins) = (later, 0);
        }
    }

    fn next(&mut self, which: usize) -> u8 {
        let Some(counter) = self.counters.get_mut(which) else { return 0 };
        let now = *counter & 0x0f;
        *counter = counter.wrapping_add(1);
        now
    }
}

/// An adaptation field that holds the clock and says that a decoder may begin here.
fn clock_field(clock: u64) -> Vec<u8> {
    let base = clock & STAMP_MASK;
    let mut field = vec![7, 0x50];
    field.extend(((base >> 1) as u32).to_be_bytes());
    field.extend([((base & 1) as u8) << 7 | 0x7e, 0]);
    field
}

/// The adaptation field, longer by `bytes`.
fn stuffed(mut field: Vec<u8>, bytes: usize) -> Vec<u8> {
    for _ in 0..bytes {
        match field.len() {
            0 => field.push(0),
            // The second byte has the flags.
            1 => field.push(0),
            _ => field.push(0xff),
        }
    }
    if let Some((length, rest)) = field.split_first_mut() {
        *length = rest.len() as u8;
    }
    field
}

/// A presentation time stamp as it stands in a unit's head.
fn stamp(ticks: u64) -> [u8; 5] {
    let ticks = ticks & STAMP_MASK;
    [
        0x21 | (ticks >> 29) as u8 & 0x0e,
        (ticks >> 22) as u8,
        (ticks >> 14) as u8 | 1,
        (ticks >> 7) as u8,
        (ticks << 1) as u8 | 1,
    ]
}
