//! The order in which the items of a list are played: all of them, again and again, as they stand or in another order
//! each time.

/// Which item is next.
pub(super) struct Rounds {
    order: Vec<usize>,
    next: usize,
    is_shuffled: bool,
    chance: u64,
}

impl Rounds {
    /// Begins a first round over `count` items. `chance` decides the orders where it is shuffled.
    pub(super) fn new(count: usize, is_shuffled: bool, chance: u64) -> Rounds {
        let mut rounds = Rounds { order: (0..count).collect(), next: 0, is_shuffled, chance };
        rounds.shuffle(None);
        rounds
    }

    /// The place of the next item; none when there are no items.
    pub(super) fn next(&mut self) -> Option<usize> {
        if self.next >= self.order.len() {
            self.next = 0;
            self.shuffle(self.order.last().copied());
        }
        self.next += 1;
        self.order.get(self.next - 1).copied()
    }

    /// Brings the items into another order, which does not begin with `last`.
    fn shuffle(&mut self, last: Option<usize>) {
        let count = self.order.len();
        if !self.is_shuffled || count < 2 {
            return;
        }
        for place in (1..count).rev() {
            let other = self.draw(place + 1);
            self.order.swap(place, other);
        }
        if self.order.first().copied() == last {
            let other = 1 + self.draw(count - 1);
            self.order.swap(0, other);
        }
    }

    /// A number below `end`, by splitmix64.
    fn draw(&mut self, end: usize) -> usize {
        self.chance = self.chance.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.chance;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % end.max(1) as u64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rounds: &mut Rounds, count: usize) -> Vec<usize> {
        (0..count).map(|_| rounds.next().unwrap()).collect()
    }

    #[test]
    fn a_list_is_played_over_and_over_as_it_stands() {
        assert_eq!(drawn(&mut Rounds::new(3, false, 7), 7), [0, 1, 2, 0, 1, 2, 0]);
        assert_eq!(Rounds::new(0, true, 7).next(), None);
        assert_eq!(drawn(&mut Rounds::new(1, true, 7), 3), [0, 0, 0]);
    }

    #[test]
    fn a_shuffled_round_has_each_item_once_and_none_twice_in_a_row() {
        let mut rounds = Rounds::new(5, true, 7);
        let all = drawn(&mut rounds, 500);
        let mut orders = std::collections::HashSet::new();
        for round in all.chunks(5) {
            let mut sorted = round.to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, [0, 1, 2, 3, 4]);
            orders.insert(round.to_vec());
        }
        assert!(orders.len() > 30, "{}", orders.len());
        assert!(all.windows(2).all(|pair| pair[0] != pair[1]));
        assert_ne!(drawn(&mut Rounds::new(5, true, 8), 10), all[..10]);
    }
}
