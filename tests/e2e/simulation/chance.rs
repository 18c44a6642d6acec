//! Chance and time as a seed gives them.

use host_core::port::{Clock, Entropy};
use host_core::time::Unix;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::{Duration, SystemTime};

/// A small generator of numbers (splitmix64): the same seed gives the same ones.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        (self.next() % sides.max(1) as u64) as usize
    }

    /// True once in this many times.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.roll(times) == 0
    }

    /// One of these; none of nothing.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.roll(from.len()))
    }
}

/// The randomness that the engine asks for.
pub struct Seeded(Mutex<Dice>);

impl Seeded {
    pub fn new(seed: u64) -> Seeded {
        Seeded(Mutex::new(Dice::new(seed)))
    }
}

impl Entropy for Seeded {
    fn fill(&self, buffer: &mut [u8]) {
        let mut dice = self.0.lock().unwrap();
        buffer.iter_mut().for_each(|byte| *byte = dice.next() as u8);
    }
}

/// Wall-clock second in which every walk begins.
pub const START: i64 = 1_800_000_000;

/// A clock that stands still until the walk moves it.
#[derive(Default)]
pub struct HandClock(AtomicU64);

impl HandClock {
    /// Milliseconds since the start.
    pub fn ms(&self) -> u64 {
        self.0.load(SeqCst)
    }

    pub fn pass(&self, ms: u64) {
        self.0.fetch_add(ms, SeqCst);
    }

    /// What a file that is written now is stamped with. The machine's own stamps are too coarse
    /// for a walk that does an hour's work in a second.
    pub fn stamp(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(START as u64) + Duration::from_millis(self.ms())
    }
}

impl Clock for HandClock {
    fn now(&self) -> Unix {
        Unix(START + (self.ms() / 1_000) as i64)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.ms())
    }
}
