//! What the two tables of a program say, and both made anew for viewers: one program, whatever else
//! the source sends, and a version of our own, because that of another source says nothing.

use super::entry::{Codec, each};
use super::section::packed;
use bytes::Bytes;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Counts the tables of a channel across all its sources: a decoder that trusts the version must not
/// keep the map of the source before.
#[derive(Clone, Default)]
pub(crate) struct Versions(Arc<AtomicU8>);

impl Versions {
    fn next(&self) -> u8 {
        self.0.fetch_add(1, Relaxed) & 0x1f
    }
}

/// A program of an association table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Program {
    pub(super) stream: u16,
    pub(super) number: u16,
    pub(super) map_pid: u16,
}

/// A section of the association table that counts now.
pub(super) struct Association<'a> {
    stream: u16,
    number: u8,
    last: u8,
    entries: &'a [[u8; 4]],
}

impl<'a> Association<'a> {
    /// `None` for what is none, or is only announced.
    pub(super) fn read(body: &'a [u8]) -> Option<Association<'a>> {
        let [0, _, _, stream_high, stream_low, flags, number, last, entries @ ..] = body else { return None };
        let stream = u16::from_be_bytes([*stream_high, *stream_low]);
        let (number, last, entries) = (*number, *last, entries.as_chunks::<4>().0);
        (flags & 1 != 0).then_some(Association { stream, number, last, entries })
    }

    fn programs(&self) -> impl Iterator<Item = Program> + Clone {
        let stream = self.stream;
        let listed = self.entries.iter().map(move |[a, b, c, d]| Program {
            stream,
            number: u16::from_be_bytes([*a, *b]),
            map_pid: u16::from_be_bytes([*c & 0x1f, *d]),
        });
        listed.filter(|program| program.number != 0)
    }

    /// Whether the table has more than one program, or may have.
    pub(super) fn has_several(&self) -> bool {
        self.last != 0 || self.programs().nth(1).is_some()
    }

    /// The program to play after this section: the one with the wanted number; where none is wanted, the one
    /// that plays for as long as it is listed, else the first. `None` where the section lists no such program.
    pub(super) fn program(&self, playing: Option<Program>, wanted: Option<u16>) -> Option<Program> {
        let mut listed = self.programs();
        if wanted.is_some() {
            return listed.find(|program| Some(program.number) == wanted);
        }
        let first = listed.clone().next()?;
        match playing {
            Some(playing) if listed.any(|program| program == playing) => Some(playing),
            // A table of several sections begins with number 0; the others list other programs.
            Some(playing) if self.number != 0 => Some(playing),
            _ => Some(first),
        }
    }
}

/// The elementary stream whose units decide where a viewer may enter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lead {
    pub(super) pid: u16,
    pub(super) codec: Codec,
}

/// What a program's map says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Map {
    pub(super) lead: Lead,
    /// Where the program's clock stands.
    pub(super) clock_pid: u16,
    /// Everything that belongs to the program, in order.
    pids: Vec<u16>,
}

impl Map {
    /// Whether packets with this PID belong to the program.
    pub(super) fn has(&self, pid: u16) -> bool {
        self.pids.binary_search(&pid).is_ok()
    }
}

/// Reads the map of a program; a PID may carry those of several.
pub(super) fn map(body: &[u8], program: u16) -> Option<Map> {
    let [2, _, _, number_high, number_low, flags, _, _, clock_high, clock_low, skip_high, skip_low, rest @ ..] = body
    else {
        return None;
    };
    if flags & 1 == 0 || u16::from_be_bytes([*number_high, *number_low]) != program {
        return None;
    }
    let skip = usize::from(u16::from_be_bytes([*skip_high, *skip_low]) & 0x0fff);
    let (whole, mut rest) = rest.split_at_checked(skip)?;
    let registered = each(whole).find(|(tag, _)| *tag == 0x05).and_then(|(_, body)| body.get(..4));
    let clock_pid = u16::from_be_bytes([clock_high & 0x1f, *clock_low]);
    let (mut lead, mut pids): (Option<Lead>, _) = (None, vec![clock_pid]);
    while let [kind, high, low, length_high, length_low, after @ ..] = rest {
        let length = usize::from(u16::from_be_bytes([*length_high, *length_low]) & 0x0fff);
        let descriptors = after.get(..length).unwrap_or(after);
        let pid = u16::from_be_bytes([high & 0x1f, *low]);
        pids.push(pid);
        if let Some(codec) = Codec::of(*kind, descriptors, registered) {
            let found = Lead { pid, codec };
            // The first of the pictures, else the first of the rest that is most likely sound.
            let rank = |codec: Codec| codec.min(Codec::Marked);
            if lead.is_none_or(|lead| rank(found.codec) > rank(lead.codec)) {
                lead = Some(found);
            }
        }
        rest = after.get(length..).unwrap_or(&[]);
    }
    pids.sort_unstable();
    Some(Map { lead: lead?, clock_pid, pids })
}

/// The map of a program, without its checksum: where its clock is, and its streams by type, PID and
/// descriptors.
pub(super) fn map_body(program: u16, clock_pid: u16, streams: &[(u8, u16, &[u8])]) -> Vec<u8> {
    let mut body = vec![2, 0, 0];
    body.extend(program.to_be_bytes());
    body.extend([0xc1, 0, 0]);
    body.extend((0xe000 | clock_pid).to_be_bytes());
    body.extend([0xf0, 0]);
    for (kind, pid, descriptors) in streams {
        body.push(*kind);
        body.extend((0xe000 | pid).to_be_bytes());
        body.extend((0xf000 | descriptors.len() as u16).to_be_bytes());
        body.extend(*descriptors);
    }
    let length = 0xb000 | (body.len() + 4 - 3) as u16;
    body.splice(1..3, length.to_be_bytes());
    body
}

/// One of the two tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Table {
    /// Which programs there are, and where their maps are.
    Association,
    /// What a program consists of.
    Map,
}

/// The tables that viewers get: whole packets, both behind one another.
#[derive(Default)]
pub(super) struct Tables {
    /// Association, then map; empty until a map was read.
    pub(super) packets: Bytes,
    association: usize,
    /// The map that they were made from, and its program.
    made_from: Option<(Program, Vec<u8>)>,
}

impl Tables {
    /// Makes them for a program and its map, with a version of their own, unless they are so already.
    pub(super) fn make(&mut self, program: Program, map: &[u8], versions: &Versions) {
        let mut map = map.to_vec();
        let Some(flags) = map.get_mut(5) else { return };
        *flags &= 0xc1;
        // A source's own version and the place of a section among others say nothing here.
        map.get_mut(6..8).into_iter().for_each(|numbers| numbers.fill(0));
        let made_from = (program, map);
        // Tables repeat several times a second; only a change costs new ones.
        if self.made_from.as_ref() == Some(&made_from) {
            return;
        }
        let version = versions.next() << 1;
        let [stream, number, map_pid] = [program.stream, program.number, program.map_pid].map(u16::to_be_bytes);
        let association =
            [0, 0xb0, 13, stream[0], stream[1], 0xc1 | version, 0, 0, number[0], number[1], 0xe0 | map_pid[0]];
        let association = packed(0, &[&association[..], &map_pid[1..]].concat());
        let mut map = made_from.1.clone();
        map.get_mut(5).into_iter().for_each(|flags| *flags |= version);
        self.association = association.len();
        self.packets = [association, packed(program.map_pid, &map)].concat().into();
        self.made_from = Some(made_from);
    }

    /// The packets of one table.
    pub(super) fn of(&self, table: Table) -> &[u8] {
        let (association, map) = self.packets.split_at(self.association);
        match table {
            Table::Association => association,
            Table::Map => map,
        }
    }

    /// Before the first map, and after a change of program until its map was read.
    pub(super) fn forget(&mut self) {
        *self = Tables::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn association(flags: u8, number: u8, programs: &[(u16, u16)]) -> Vec<u8> {
        let mut body = vec![0, 0xb0, 0, 0, 7, flags, number, 1];
        for (program, pid) in programs {
            body.extend(program.to_be_bytes());
            body.extend((0xe000 | pid).to_be_bytes());
        }
        body
    }

    /// A map that counts now or not yet.
    fn map_of(program: u16, flags: u8, streams: &[(u8, u16, &[u8])]) -> Vec<u8> {
        let mut body = map_body(program, 0x120, streams);
        body[5] = flags;
        body
    }

    fn program(body: &[u8], playing: Option<Program>) -> Option<Program> {
        Association::read(body)?.program(playing, None)
    }

    #[test]
    fn a_wanted_program_is_played_wherever_it_is_listed_and_no_other_in_its_place() {
        let sections = [association(0xc1, 0, &[(0, 16), (5, 0x50)]), association(0xc1, 1, &[(6, 0x60)])];
        let [first, second] = sections.each_ref().map(|body| Association::read(body).unwrap());
        assert_eq!(first.program(None, Some(6)), None);
        assert_eq!(second.program(None, Some(6)).unwrap().map_pid, 0x60);
        assert!(first.program(None, Some(0)).is_none(), "the network's entry is no program");
        assert!(first.has_several(), "the table has two sections");
    }

    #[test]
    fn a_table_of_several_sections_plays_its_first_program_and_stays_with_it() {
        let first = program(&association(0xc1, 0, &[(0, 16), (5, 0x50), (6, 0x60)]), None).unwrap();
        assert_eq!((first.number, first.map_pid), (5, 0x50));
        assert_eq!(program(&association(0xc1, 1, &[(9, 0x90)]), Some(first)), Some(first));
        assert_eq!(program(&association(0xc1, 0, &[(6, 0x60), (5, 0x50)]), Some(first)), Some(first));
        let gone = program(&association(0xc1, 0, &[(6, 0x60)]), Some(first)).unwrap();
        assert_eq!(gone.number, 6);
    }

    #[test]
    fn a_table_that_does_not_count_yet_is_passed_over() {
        assert_eq!(program(&association(0xc0, 0, &[(5, 0x50)]), None), None);
        assert_eq!(map(&map_of(5, 0xc0, &[(0x1b, 0x100, &[])]), 5), None);
    }

    #[test]
    fn of_several_programs_on_one_pid_the_right_map_is_read() {
        assert_eq!(map(&map_of(6, 0xc1, &[(0x1b, 0x100, &[])]), 5), None);
        assert_eq!(map(&map_of(5, 0xc1, &[(0x1b, 0x100, &[])]), 5).unwrap().clock_pid, 0x120);
    }

    #[test]
    fn pictures_lead_else_sound_else_whatever_there_is() {
        let lead = |streams: &[(u8, u16, &[u8])]| map(&map_of(1, 0xc1, streams), 1).map(|map| map.lead.pid);
        assert_eq!(lead(&[(0x0f, 1, &[]), (0x24, 2, &[]), (0x1b, 3, &[])]), Some(2));
        assert_eq!(lead(&[(0x06, 1, &[0x59, 0]), (0x06, 2, &[0x6a, 0]), (0x0f, 3, &[])]), Some(2));
        assert_eq!(lead(&[(0x06, 1, &[0x56, 0]), (0x06, 2, &[]), (0x05, 3, &[])]), Some(2));
        assert_eq!(lead(&[(0x06, 2, &[]), (0x81, 3, &[])]), Some(3));
        assert_eq!(lead(&[(0x05, 1, &[]), (0x06, 2, &[0x56, 0])]), None);
    }

    #[test]
    fn tables_get_a_new_version_when_and_only_when_they_change() {
        let versions = Versions::default();
        let program = Program { stream: 7, number: 5, map_pid: 0x50 };
        let version = |tables: &Tables| [Table::Association, Table::Map].map(|table| tables.of(table)[10] >> 1 & 0x1f);
        let mut one = Tables::default();
        one.make(program, &map_of(5, 0xc1, &[(0x1b, 0x100, &[])]), &versions);
        one.make(program, &map_of(5, 0xd3, &[(0x1b, 0x100, &[])]), &versions);
        assert_eq!(version(&one), [0, 0]);
        // Another source with the same version and another map.
        let mut other = Tables::default();
        other.make(program, &map_of(5, 0xc1, &[(0x24, 0x200, &[])]), &versions);
        assert_eq!(version(&other), [1, 1]);
        one.make(program, &map_of(5, 0xc1, &[(0x1b, 0x101, &[])]), &versions);
        assert_eq!(version(&one), [2, 2]);
    }
}
