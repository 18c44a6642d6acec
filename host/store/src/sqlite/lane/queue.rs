//! Whose turn it is among the reads that wait. A state machine without threads or databases.

use host_core::plan::Database;
use std::collections::{HashMap, VecDeque};

/// Reads of one database that may wait: more than it may have plugins running at a time.
pub(super) const WAITING_EACH: usize = 256;
/// Reads that may wait in all.
const WAITING: usize = 4_096;

/// What a database has in the lane.
struct Row<J> {
    waiting: VecDeque<J>,
    running: usize,
}

/// The reads that wait, by database. A database gets a thread before another one gets a second.
pub(super) struct Queue<J> {
    databases: HashMap<Database, Row<J>>,
    /// Databases with a read that waits; who was served longest ago stands in front.
    turns: VecDeque<Database>,
    waiting: usize,
    /// Reads of one database that run at a time, even when nobody else waits.
    each: usize,
}

impl<J> Queue<J> {
    pub(super) fn new(each: usize) -> Queue<J> {
        Queue { databases: HashMap::new(), turns: VecDeque::new(), waiting: 0, each: each.max(1) }
    }

    /// Takes a read in. It comes back when its database, or all of them, have too many.
    pub(super) fn push(&mut self, database: Database, read: J) -> Result<(), J> {
        if self.waiting >= WAITING {
            return Err(read);
        }
        let row = self.databases.entry(database).or_insert_with(|| Row { waiting: VecDeque::new(), running: 0 });
        if row.waiting.len() >= WAITING_EACH {
            return Err(read);
        }
        if row.waiting.is_empty() {
            self.turns.push_back(database);
        }
        row.waiting.push_back(read);
        self.waiting += 1;
        Ok(())
    }

    /// The read that runs next: of the database with the fewest running, and among these of the one
    /// that was served longest ago.
    pub(super) fn take(&mut self) -> Option<(Database, J)> {
        let running = |database: &Database| self.databases.get(database).map_or(0, |row| row.running);
        let turns = self.turns.iter().enumerate().map(|(at, database)| (running(database), at));
        let (_, at) = turns.filter(|(running, _)| *running < self.each).min()?;
        let database = self.turns.remove(at)?;
        let row = self.databases.get_mut(&database)?;
        let read = row.waiting.pop_front()?;
        row.running += 1;
        self.waiting -= 1;
        if !row.waiting.is_empty() {
            self.turns.push_back(database);
        }
        Some((database, read))
    }

    /// A read of the database has ended.
    pub(super) fn done(&mut self, database: Database) {
        if let Some(row) = self.databases.get_mut(&database) {
            row.running = row.running.saturating_sub(1);
            if row.running == 0 && row.waiting.is_empty() {
                self.databases.remove(&database);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::TenantId;

    fn database(number: u32) -> Database {
        Database::Tenant(TenantId(number))
    }

    fn filled(each: usize, reads: &[(u32, &'static str)]) -> Queue<&'static str> {
        let mut queue = Queue::new(each);
        for (number, read) in reads {
            queue.push(database(*number), *read).unwrap();
        }
        queue
    }

    #[test]
    fn places_take_turns_whoever_asked_more() {
        let mut queue = filled(4, &[(1, "a1"), (1, "a2"), (1, "a3"), (2, "b1"), (2, "b2"), (3, "c1")]);
        let mut served = Vec::new();
        while let Some((at, read)) = queue.take() {
            served.push(read);
            queue.done(at);
        }
        assert_eq!(served, ["a1", "b1", "c1", "a2", "b2", "a3"]);
    }

    #[test]
    fn a_place_gets_no_second_thread_while_another_has_none() {
        let mut queue = filled(2, &[(1, "a1"), (1, "a2"), (1, "a3")]);
        assert_eq!(queue.take(), Some((database(1), "a1")));
        queue.push(database(2), "b1").unwrap();
        assert_eq!(queue.take(), Some((database(2), "b1")));
        assert_eq!(queue.take(), Some((database(1), "a2")), "nobody else waits");
        assert_eq!(queue.take(), None, "a database never has more than its share");
        queue.done(database(1));
        assert_eq!(queue.take(), Some((database(1), "a3")));
    }

    #[test]
    fn one_more_than_may_wait_comes_back_and_others_still_get_in() {
        let mut queue = Queue::new(2);
        for read in 0..WAITING_EACH {
            assert!(queue.push(database(1), read).is_ok());
        }
        assert_eq!(queue.push(database(1), 7), Err(7));
        assert!(queue.push(database(2), 0).is_ok());
        assert!(queue.take().is_some());
        assert!(queue.push(database(1), 7).is_ok(), "one of them runs now");
        let others = (3..).map(database).flat_map(|database| (0..WAITING_EACH).map(move |read| (database, read)));
        let taken = others.take(WAITING).take_while(|(database, read)| queue.push(*database, *read).is_ok()).count();
        assert!(taken < WAITING, "and all together have a bound");
    }

    #[test]
    fn a_place_without_reads_leaves_nothing_behind() {
        let mut queue = filled(2, &[(1, "a1"), (2, "b1")]);
        while let Some((at, _)) = queue.take() {
            queue.done(at);
        }
        assert!(queue.databases.is_empty() && queue.turns.is_empty());
    }
}
