//! Puts packets that overtook each other back into their order, within a few packets. It has no clock: its caller says
//! when to stop waiting for a missing packet.

use bytes::Bytes;
use std::collections::VecDeque;

/// Packets that are held while one before them is missing; also how far a packet may come too early.
const HELD: u16 = 64;
/// A number that jumps further than this, ahead or back, begins another count (RFC 3550, A.1).
const JUMP: u16 = 3_000;

/// A packet that came.
pub(super) struct Arrived {
    /// Who sent it (SSRC).
    pub(super) sender: u32,
    /// Its sequence number.
    pub(super) number: u16,
    pub(super) payload: Bytes,
}

/// The packets that wait for one before them.
#[derive(Default)]
pub(super) struct Window {
    /// Whose packets these are, and the number of the one that is due; `None` before the first.
    due: Option<(u32, u16)>,
    /// From the one that is due on. It never ends with one that is missing.
    held: VecDeque<Option<Bytes>>,
    /// The packet that would prove another count, after one that did not fit into this one.
    proof: Option<(u32, u16)>,
    lost: u64,
}

impl Window {
    /// Takes a packet and gives those that are due now. True when the one that was due is not due any more.
    pub(super) fn take(&mut self, arrived: Arrived, out: &mut VecDeque<Bytes>) -> bool {
        let Arrived { sender, number, payload } = arrived;
        let (of, due) = *self.due.get_or_insert((sender, number));
        let (ahead, behind) = (number.wrapping_sub(due), due.wrapping_sub(number));
        if of != sender || ahead >= JUMP && behind > JUMP {
            // One stray packet changes nothing; two in a row are a sender that began anew.
            if self.proof.replace((sender, number.wrapping_add(1))) != Some((sender, number)) {
                return false;
            }
            while !self.held.is_empty() {
                self.give_up(out);
            }
            (self.due, self.proof) = (Some((sender, number.wrapping_add(1))), None);
            out.push_back(payload);
            return true;
        }
        self.proof = None;
        if ahead >= JUMP {
            // Too late: it was given up.
            return false;
        }
        let had = self.due;
        let mut ahead = usize::from(ahead);
        while ahead >= usize::from(HELD) {
            self.pass(out);
            ahead -= 1;
        }
        if self.held.len() <= ahead {
            self.held.resize(ahead + 1, None);
        }
        if let Some(place) = self.held.get_mut(ahead) {
            place.get_or_insert(payload);
        }
        self.drain(out);
        self.due != had
    }

    /// Whether a packet is missing that others wait for.
    pub(super) fn is_waiting(&self) -> bool {
        !self.held.is_empty()
    }

    /// Gives up what is missing before the first packet that is there, and gives those that are due then.
    pub(super) fn give_up(&mut self, out: &mut VecDeque<Bytes>) {
        while self.held.front().is_some_and(Option::is_none) {
            self.pass(out);
        }
        self.drain(out);
    }

    /// How many were given up since this was last asked.
    pub(super) fn take_lost(&mut self) -> u64 {
        std::mem::take(&mut self.lost)
    }

    fn drain(&mut self, out: &mut VecDeque<Bytes>) {
        while self.held.front().is_some_and(Option::is_some) {
            self.pass(out);
        }
    }

    /// Goes on to the next number: with its packet, or without it.
    fn pass(&mut self, out: &mut VecDeque<Bytes>) {
        match self.held.pop_front().flatten() {
            Some(payload) => out.push_back(payload),
            None => self.lost += 1,
        }
        if let Some((_, due)) = &mut self.due {
            *due = due.wrapping_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes out, in its order, and how many were given up.
    fn given(arrived: &[(u32, u16)]) -> (Vec<u16>, u64) {
        let (mut window, mut out) = (Window::default(), VecDeque::new());
        for (sender, number) in arrived {
            let payload = Bytes::copy_from_slice(&number.to_be_bytes());
            window.take(Arrived { sender: *sender, number: *number, payload }, &mut out);
            assert!(window.held.len() <= usize::from(HELD));
        }
        while window.is_waiting() {
            window.give_up(&mut out);
        }
        let numbers = out.iter().map(|payload| u16::from_be_bytes(payload[..].try_into().unwrap()));
        (numbers.collect(), window.take_lost())
    }

    fn of_one(numbers: &[u16]) -> (Vec<u16>, u64) {
        given(&numbers.iter().map(|number| (1, *number)).collect::<Vec<_>>())
    }

    #[test]
    fn packets_that_overtook_each_other_come_out_in_their_order_across_the_wrap() {
        assert_eq!(of_one(&[65_533, 65_535, 65_534, 1, 0, 2]), (vec![65_533, 65_534, 65_535, 0, 1, 2], 0));
    }

    #[test]
    fn a_packet_that_comes_twice_or_too_late_is_given_once_and_never_out_of_order() {
        assert_eq!(of_one(&[5, 5, 6, 5, 8, 8, 7, 7, 9]), (vec![5, 6, 7, 8, 9], 0));
    }

    #[test]
    fn a_missing_packet_is_given_up_when_the_window_is_full() {
        let numbers: Vec<u16> = std::iter::once(0).chain(2..=HELD + 1).chain([1]).collect();
        let wanted: Vec<u16> = std::iter::once(0).chain(2..=HELD + 1).collect();
        assert_eq!(of_one(&numbers), (wanted, 1));
    }

    #[test]
    fn a_long_gap_is_counted_whole() {
        assert_eq!(of_one(&[10, 1_010, 1_011]), (vec![10, 1_010, 1_011], 999));
    }

    #[test]
    fn a_sender_that_begins_anew_is_followed_and_a_stray_packet_is_not() {
        assert_eq!(of_one(&[10, 40_000, 11, 12]), (vec![10, 11, 12], 0));
        assert_eq!(of_one(&[10, 11, 40_000, 40_001, 40_002]), (vec![10, 11, 40_001, 40_002], 0));
        assert_eq!(given(&[(1, 5), (2, 9), (1, 6), (2, 10), (1, 7)]), (vec![5, 6, 7], 0));
        assert_eq!(given(&[(1, 5), (2, 6), (2, 7), (2, 8)]), (vec![5, 7, 8], 0));
    }
}
