//! Finds packets in arriving bytes and tells what each means for viewers. It has no clock; what it
//! keeps of the past is bounded by a few packets and one section of each table.

use super::packet::{PACKET, Packet, SYNC};
use super::section::Assembly;
use super::tables::{self, Association, Map, Program, Table, Tables, Versions};
use super::ticks_between;
use bytes::Bytes;

/// Sound may be entered anywhere; so often (0.4 s) is enough, and keeps pieces large.
pub(super) const SOUND_ENTRIES: u64 = 36_000;

/// How far packets lie apart: bare; with the arrival stamp of disc recorders before each; with the
/// check bytes of a DVB modulator behind each.
const STRIDES: [usize; 3] = [PACKET, 192, 204];
/// Packets in a row that prove another stride than the one before.
const PROOF: usize = 4;

/// A place where a viewer may enter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Enter {
    /// A decoder may begin here.
    Key,
    /// A picture begins, and nothing says that a decoder may begin with it.
    Weak,
}

/// One packet and what it means.
pub(crate) struct Seen<'a> {
    /// The packet.
    pub(crate) packet: Packet<'a>,
    /// A viewer may begin with this packet, once it has got [`Reader::tables`].
    pub(crate) entry: Option<Enter>,
    /// Presentation time of that entry, in 90 kHz ticks.
    pub(crate) pts: Option<u64>,
    /// It belongs to the table that [`Reader::table`] gives in its place. Of a table that takes
    /// several packets only the first is to be replaced, and the others left out.
    pub(crate) table: Option<Table>,
    /// It belongs to the program that is read. Where the stream has that program alone, everything does.
    pub(crate) belongs: bool,
}

/// Reads a stream that arrives in pieces of any size. Garbage is skipped and counted.
pub(crate) struct Reader {
    /// The start of a packet whose end has not arrived: fewer than 2 packets, or than the proof of a
    /// stride.
    rest: Vec<u8>,
    stride: usize,
    association: Assembly,
    map: Assembly,
    /// The number of the program to read; none reads the first one.
    wanted: Option<u16>,
    program: Option<Program>,
    /// Only what belongs to the program is of it.
    is_one_of_several: bool,
    /// A table of programs was read.
    was_listed: bool,
    mapped: Option<Map>,
    tables: Tables,
    versions: Versions,
    lead_was_seen: bool,
    is_scrambled: bool,
    entry_pts: Option<u64>,
    clock: Option<u64>,
    skipped: u64,
    packets: u64,
}

impl Reader {
    /// A reader of the first program, at the start of a stream.
    pub(crate) fn new(versions: Versions) -> Reader {
        Reader::of(versions, None)
    }

    /// A reader of the program with this number.
    pub(crate) fn of(versions: Versions, wanted: Option<u16>) -> Reader {
        Reader {
            wanted,
            is_one_of_several: wanted.is_some(),
            was_listed: false,
            rest: Vec::new(),
            stride: PACKET,
            association: Assembly::default(),
            map: Assembly::default(),
            program: None,
            mapped: None,
            tables: Tables::default(),
            versions,
            lead_was_seen: false,
            is_scrambled: false,
            entry_pts: None,
            clock: None,
            skipped: 0,
            packets: 0,
        }
    }

    /// Takes the next bytes and shows each whole packet.
    pub(crate) fn feed(&mut self, bytes: &[u8], mut see: impl FnMut(&Reader, Seen<'_>)) {
        let mut held = std::mem::take(&mut self.rest);
        held.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(window) = held.get(at..).filter(|window| window.len() > self.stride) {
            // A sync byte counts only with the next packet's behind it; 0x47 is common in pictures.
            if let Some(packet) = Packet::parse(window).filter(|_| window.get(self.stride) == Some(&SYNC)) {
                let seen = self.look(packet);
                see(self, seen);
                at += self.stride;
                continue;
            }
            match other_stride(window, self.stride) {
                Proof::Given(stride) => self.stride = stride,
                Proof::Waits => break,
                Proof::None => {
                    at += 1;
                    self.skipped += 1;
                }
            }
        }
        held.drain(..at);
        self.rest = held;
    }

    /// Shows the packet that ends exactly with the stream; no other follows to confirm it.
    pub(crate) fn end(&mut self, mut see: impl FnMut(&Reader, Seen<'_>)) {
        let held = std::mem::take(&mut self.rest);
        let is_last = held.len() == PACKET || held.len() == self.stride;
        if let Some(packet) = Packet::parse(&held).filter(|_| is_last) {
            let seen = self.look(packet);
            see(self, seen);
        }
    }

    /// The packets of both tables, to be sent before an entry; empty until both were read.
    pub(crate) fn tables(&self) -> &Bytes {
        &self.tables.packets
    }

    /// What stands for a table's own packets: ours, with counters from 0.
    pub(crate) fn table(&self, table: Table) -> &[u8] {
        self.tables.of(table)
    }

    /// The program's clock as it was last seen, in 90 kHz ticks.
    pub(crate) fn clock(&self) -> Option<u64> {
        self.clock
    }

    /// Whether the stream names its programs, and the wanted one is not among them.
    pub(crate) fn lacks_wanted(&self) -> bool {
        self.wanted.is_some() && self.was_listed && self.program.is_none()
    }

    /// Whether what viewers enter by came scrambled.
    pub(crate) fn is_scrambled(&self) -> bool {
        self.is_scrambled
    }

    /// Bytes that belonged to no packet.
    pub(crate) fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Packets read.
    pub(crate) fn packets(&self) -> u64 {
        self.packets
    }

    /// Bytes that wait for the rest of their packet.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        self.rest.len()
    }

    fn look<'a>(&mut self, packet: Packet<'a>) -> Seen<'a> {
        self.packets += 1;
        let pid = packet.pid();
        let table = match self.program {
            _ if pid == 0 => Some(Table::Association),
            Some(program) if program.map_pid == pid => Some(Table::Map),
            _ => None,
        };
        match table {
            Some(Table::Association) => self.read_association(&packet),
            Some(Table::Map) => self.read_map(&packet),
            None => {}
        }
        let has = || self.mapped.as_ref().is_some_and(|map| map.has(pid));
        let belongs = table.is_some() || !self.is_one_of_several || has();
        let entry = if belongs { self.entry(&packet) } else { None };
        let pts = entry.and_then(|_| packet.pts());
        Seen { packet, entry, pts, table, belongs }
    }

    fn entry(&mut self, packet: &Packet<'_>) -> Option<Enter> {
        let map = self.mapped.as_ref()?;
        if packet.pid() == map.clock_pid {
            self.clock = packet.pcr().or(self.clock);
        }
        if packet.pid() != map.lead.pid {
            // Pictures may be announced and not there: then anything else is better than nothing.
            let stands_in = !self.lead_was_seen && packet.starts_unit() && packet.elementary().is_some();
            return stands_in.then_some(Enter::Weak);
        }
        self.lead_was_seen = true;
        self.is_scrambled = packet.is_scrambled();
        if !packet.starts_unit() {
            return None;
        }
        if !map.lead.codec.is_entry(packet) {
            return Some(Enter::Weak);
        }
        let is_sound = map.lead.codec.is_sound();
        if is_sound && self.has_just_entered(packet) {
            return None;
        }
        self.entry_pts = packet.pts();
        Some(Enter::Key)
    }

    fn has_just_entered(&self, packet: &Packet<'_>) -> bool {
        let both = self.entry_pts.zip(packet.pts());
        both.is_some_and(|(last, now)| ticks_between(last, now, SOUND_ENTRIES).is_some())
    }

    fn read_association(&mut self, packet: &Packet<'_>) {
        let (wanted, mut program) = (self.wanted, self.program);
        let Reader { association, is_one_of_several, was_listed, .. } = self;
        association.push(packet, |body| {
            let Some(section) = Association::read(body) else { return };
            *was_listed = true;
            *is_one_of_several |= section.has_several();
            program = section.program(program, wanted).or(program);
        });
        if program != self.program {
            self.program = program;
            self.map = Assembly::default();
            self.mapped = None;
            self.tables.forget();
        }
    }

    fn read_map(&mut self, packet: &Packet<'_>) {
        let Some(program) = self.program else { return };
        let Reader { map, mapped, tables, versions, lead_was_seen, .. } = self;
        map.push(packet, |body| {
            let Some(read) = tables::map(body, program.number) else { return };
            *lead_was_seen &= mapped.as_ref().is_some_and(|mapped| mapped.lead.pid == read.lead.pid);
            *mapped = Some(read);
            tables.make(program, body, versions);
        });
    }
}

/// Whether bytes are packets with another stride.
enum Proof {
    Given(usize),
    /// So far they are, and more bytes will tell.
    Waits,
    None,
}

fn other_stride(window: &[u8], stride: usize) -> Proof {
    if Packet::parse(window).is_none() {
        return Proof::None;
    }
    let is_so = |stride: &usize| window.iter().step_by(*stride).take(PROOF).all(|byte| *byte == SYNC);
    match STRIDES.into_iter().find(|other| *other != stride && is_so(other)) {
        Some(other) if window.len() > (PROOF - 1) * other => Proof::Given(other),
        Some(_) => Proof::Waits,
        None => Proof::None,
    }
}
