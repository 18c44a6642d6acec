//! Reservations of one database: which names are held for a re-run, and who waits for that. Time is passed in.

use host_core::plan::{Name, Reservation};
use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

/// After this time a reservation ends by itself.
pub(super) const HELD: Duration = Duration::from_millis(250);

/// A reservation that was granted.
struct Granted {
    reservation: Reservation,
    names: BTreeSet<Name>,
    alone: bool,
    until: Duration,
}

impl Granted {
    fn meets(&self, names: &BTreeSet<Name>, alone: bool) -> bool {
        self.alone || alone || !self.names.is_disjoint(names)
    }
}

struct Asked<A> {
    names: BTreeSet<Name>,
    alone: bool,
    answer: A,
}

/// The reservations of a database. `A` is what a grant is answered to.
pub(super) struct Reservations<A> {
    held: Vec<Granted>,
    waiting: VecDeque<Asked<A>>,
}

impl<A> Default for Reservations<A> {
    fn default() -> Self {
        Reservations { held: Vec::new(), waiting: VecDeque::new() }
    }
}

impl<A> Reservations<A> {
    /// Asks for names, or for the whole database.
    pub(super) fn ask(&mut self, names: BTreeSet<Name>, alone: bool, answer: A) {
        self.waiting.push_back(Asked { names, alone, answer });
    }

    /// Ends a reservation; harmless when it is over.
    pub(super) fn release(&mut self, reservation: Reservation) {
        self.held.retain(|held| held.reservation != reservation);
    }

    /// Ends what has been held too long and grants what can be granted, first come first served:
    /// nobody overtakes one that waits for the same name.
    pub(super) fn step(&mut self, now: Duration, mut next: impl FnMut() -> Reservation) -> Vec<(A, Reservation)> {
        self.held.retain(|held| held.until > now);
        let (mut granted, mut waiting) = (Vec::new(), VecDeque::<Asked<A>>::new());
        for asked in std::mem::take(&mut self.waiting) {
            let behind =
                waiting.iter().any(|first| first.alone || asked.alone || !first.names.is_disjoint(&asked.names));
            if behind || self.held.iter().any(|held| held.meets(&asked.names, asked.alone)) {
                waiting.push_back(asked);
                continue;
            }
            let reservation = next();
            self.held.push(Granted { reservation, names: asked.names, alone: asked.alone, until: now + HELD });
            granted.push((asked.answer, reservation));
        }
        self.waiting = waiting;
        granted
    }

    /// Whether a plan with these names must wait. `own`: the reservation that it may use.
    pub(super) fn holds_back(&self, names: &BTreeSet<Name>, own: Option<Reservation>) -> bool {
        self.held.iter().any(|held| Some(held.reservation) != own && held.meets(names, false))
    }

    /// Whether anybody waits for a grant.
    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Whether nothing is held and nobody waits.
    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.waiting.is_empty()
    }

    /// When the next reservation ends by itself.
    pub(super) fn next_end(&self) -> Option<Duration> {
        self.held.iter().map(|held| held.until).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::LineId;
    use host_core::object::Key;

    fn names(ids: &[u32]) -> BTreeSet<Name> {
        ids.iter().map(|id| Name::Row(Key::Line(LineId(*id)))).collect()
    }

    fn grants(held: &mut Reservations<&'static str>, at_ms: u64, next: &mut u64) -> Vec<&'static str> {
        let granted = held.step(Duration::from_millis(at_ms), || {
            *next += 1;
            Reservation(*next)
        });
        granted.into_iter().map(|(who, _)| who).collect()
    }

    #[test]
    fn a_held_name_holds_others_back_and_lets_its_own_reservation_through() {
        let (mut held, mut next) = (Reservations::default(), 0);
        held.ask(names(&[1, 2]), false, "first");
        assert_eq!(grants(&mut held, 0, &mut next), ["first"]);
        assert!(held.holds_back(&names(&[2]), None));
        assert!(!held.holds_back(&names(&[3]), None));
        assert!(!held.holds_back(&names(&[2]), Some(Reservation(1))));
        held.release(Reservation(1));
        held.release(Reservation(1));
        assert!(!held.holds_back(&names(&[2]), None));
    }

    #[test]
    fn a_reservation_ends_by_itself_after_250_ms() {
        let (mut held, mut next) = (Reservations::default(), 0);
        held.ask(names(&[1]), false, "first");
        held.ask(names(&[1]), false, "second");
        assert_eq!(grants(&mut held, 0, &mut next), ["first"]);
        assert_eq!(grants(&mut held, 249, &mut next), Vec::<&str>::new());
        assert_eq!(grants(&mut held, 250, &mut next), ["second"]);
    }

    #[test]
    fn alone_waits_for_all_and_nobody_overtakes_it() {
        let (mut held, mut next) = (Reservations::default(), 0);
        held.ask(names(&[1]), false, "first");
        held.ask(names(&[9]), true, "alone");
        held.ask(names(&[5]), false, "late");
        assert_eq!(grants(&mut held, 0, &mut next), ["first"]);
        held.release(Reservation(1));
        assert_eq!(grants(&mut held, 1, &mut next), ["alone"]);
        assert!(held.holds_back(&names(&[77]), None));
        held.release(Reservation(2));
        assert_eq!(grants(&mut held, 2, &mut next), ["late"]);
    }
}
