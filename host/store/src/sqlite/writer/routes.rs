//! The ways to the writers, and which of them has which database: the one with the fewest when the
//! database is first asked for, and the same one as long as it has it open or is asked anything.

use super::Order;
use host_core::plan::Database;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

/// The writer of the control database.
const CONTROL: usize = 0;

/// Which writer has a database.
struct Home {
    writer: usize,
    /// Orders that its writer has not taken yet.
    queued: usize,
}

struct Homes {
    of: HashMap<Database, Home>,
    /// How many databases each writer has.
    loads: Vec<usize>,
}

impl Homes {
    /// The home of a database; one that has none gets it at the writer with the fewest.
    fn settle(&mut self, database: Database) -> &mut Home {
        self.of.entry(database).or_insert_with(|| {
            let fewest = || self.loads.iter().enumerate().min_by_key(|(_, load)| **load).map(|(writer, _)| writer);
            let writer = if database == Database::Control { CONTROL } else { fewest().unwrap_or(CONTROL) };
            self.loads.get_mut(writer).into_iter().for_each(|load| *load += 1);
            Home { writer, queued: 0 }
        })
    }

    fn leave(&mut self, database: Database) -> bool {
        if self.of.get(&database).is_some_and(|home| home.queued > 0) {
            return false;
        }
        if let Some(home) = self.of.remove(&database) {
            self.loads.get_mut(home.writer).into_iter().for_each(|load| *load -= 1);
        }
        true
    }
}

/// The ways to the writers. The standard library's channel, because an order that its writer did
/// not live to see is dropped with it: whoever waits for it hears so.
#[derive(Clone)]
pub(in crate::sqlite) struct Senders {
    senders: Arc<[SyncSender<Order>]>,
    homes: Arc<Mutex<Homes>>,
}

impl Senders {
    /// Queues of `queue` orders, and where each of them comes out.
    pub(in crate::sqlite) fn new(writers: usize, queue: usize) -> (Senders, Vec<Receiver<Order>>) {
        let (senders, receivers): (Vec<_>, Vec<_>) = (0..writers.max(1)).map(|_| sync_channel(queue)).unzip();
        let mut homes = Homes { of: HashMap::new(), loads: vec![0; senders.len()] };
        homes.settle(Database::Control);
        (Senders { senders: senders.into(), homes: Arc::new(Mutex::new(homes)) }, receivers)
    }

    /// Hands an order to the writer of its database. It comes back when the queue is full.
    pub(in crate::sqlite) fn send(&self, order: Order) -> Result<(), Order> {
        let Some(database) = order.database() else { return Err(order) };
        // Locked while the order is sent, so that a writer never seems to have taken more than it was sent.
        let mut homes = self.homes.lock();
        let home = homes.settle(database);
        let Some(sender) = self.senders.get(home.writer) else { return Err(order) };
        match sender.try_send(order) {
            Ok(()) => {
                home.queued += 1;
                Ok(())
            }
            Err(TrySendError::Full(order) | TrySendError::Disconnected(order)) => Err(order),
        }
    }

    /// A writer has taken an order for this database out of its queue.
    pub(super) fn taken(&self, database: Database) {
        if let Some(home) = self.homes.lock().of.get_mut(&database) {
            home.queued = home.queued.saturating_sub(1);
        }
    }

    /// Says that its writer has nothing more of this database, so that the next order for it may go to another. False
    /// when an order is on its way already.
    pub(super) fn leave(&self, database: Database) -> bool {
        database == Database::Control || self.homes.lock().leave(database)
    }

    /// Tells a writer to end, behind what is queued.
    pub(in crate::sqlite) fn stop(&self, writer: usize) {
        if let Some(sender) = self.senders.get(writer) {
            // Fails only when the writer has ended already.
            let _ = sender.send(Order::Stop);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::TenantId;
    use std::collections::BTreeSet;

    fn order(id: u32) -> Order {
        Order::Remove(TenantId(id))
    }

    fn has(receiver: &Receiver<Order>) -> Vec<Database> {
        receiver.try_iter().filter_map(|order| order.database()).collect()
    }

    #[test]
    fn databases_are_spread_over_the_writers_whatever_their_ids() {
        let (senders, receivers) = Senders::new(4, 16);
        for id in [1, 33, 65, 97, 129, 161, 193] {
            assert!(senders.send(order(id)).is_ok());
        }
        let shares: Vec<usize> = receivers.iter().map(|receiver| has(receiver).len()).collect();
        assert_eq!(shares, [1, 2, 2, 2], "the first one has the control database too");
    }

    #[test]
    fn a_database_stays_with_its_writer_until_that_has_nothing_more_of_it() {
        let (senders, receivers) = Senders::new(3, 16);
        let here = Database::Tenant(TenantId(7));
        let writer_of =
            |receivers: &[Receiver<Order>]| receivers.iter().position(|receiver| has(receiver).contains(&here));
        assert!(senders.send(order(7)).is_ok());
        assert!(!senders.leave(here), "an order is on its way");
        senders.taken(here);
        let first = writer_of(&receivers);
        // Others come to the same writer meanwhile, as many as to each.
        assert!((8..20).all(|id| senders.send(order(id)).is_ok()));
        assert!(senders.send(order(7)).is_ok());
        assert_eq!(writer_of(&receivers), first);
        senders.taken(here);
        assert!(senders.leave(here));
        // Of those that it has left, two more leave another writer: that one is next.
        let busiest: BTreeSet<_> = (8..20).map(|id| Database::Tenant(TenantId(id))).collect();
        let homes: Vec<_> = {
            let homes = senders.homes.lock();
            busiest.iter().filter(|database| homes.of[*database].writer == 2).copied().take(2).collect()
        };
        homes.iter().for_each(|database| senders.taken(*database));
        assert!(homes.iter().all(|database| senders.leave(*database)));
        assert!(senders.send(order(7)).is_ok());
        assert_eq!(writer_of(&receivers), Some(2));
    }

    #[test]
    fn an_order_for_a_full_queue_comes_back() {
        let (senders, receivers) = Senders::new(1, 1);
        assert!(senders.send(order(1)).is_ok());
        assert!(senders.send(order(1)).is_err());
        assert_eq!(has(&receivers[0]).len(), 1);
        senders.taken(Database::Tenant(TenantId(1)));
        assert!(senders.leave(Database::Tenant(TenantId(1))));
    }
}
