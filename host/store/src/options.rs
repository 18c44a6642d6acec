//! Bounds of the store.

use std::time::Duration;

/// How much the store may use.
#[derive(Debug, Clone)]
pub struct Options {
    /// Writer threads, 1 to 64; 0 is two per core.
    pub writers: usize,
    /// Plans that may wait in front of one writer; beyond it a commit fails with `Busy`.
    pub queue: usize,
    /// Databases that stay open, for writing and for reading each, 1 to 4,096; 0: as many as a
    /// quarter of the process's descriptors holds. The longest unused is closed first.
    pub databases: usize,
    /// Threads for reads that take longer the more there is; 0: one per core, 2 to 4.
    pub lane: usize,
    /// How long such a read may take, its wait for a thread included, at most an hour. Then it
    /// ends, and whoever asked hears that it took too long.
    pub longest_read: Duration,
    /// Seats that can be mirrored at once.
    pub lease_slots: u32,
    /// Journal rows that may wait for the next second; beyond it rows are dropped and counted.
    pub journal_buffer: usize,
    /// Rows that each log of a tenant's journal keeps, however many days they may stay; the oldest go.
    pub journal_rows: u32,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            writers: 0,
            queue: 8_192,
            databases: 0,
            lane: 0,
            longest_read: Duration::from_secs(2),
            lease_slots: 65_536,
            journal_buffer: 65_536,
            journal_rows: 1_000_000,
        }
    }
}

impl Options {
    /// Threads of the read lane.
    pub(crate) fn lane_threads(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        if self.lane == 0 { cores.clamp(2, 4) } else { self.lane.min(64) }
    }
}
