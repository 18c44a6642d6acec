//! How many sockets clients may hold: one address, all of them together, and never the last file
//! descriptors of the process, which management, store and sources need.

use crate::address::household;
use crate::config::Sockets;
use ipnet::IpNet;
use metrics::{Counter, counter};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// Most descriptors that are kept from clients.
const MOST_RESERVED: usize = 16_384;
/// One address gets this part of all sockets, unless the configuration says how many.
const SHARE: usize = 8;
/// And no fewer or more than so many.
const FEWEST: usize = 16;
const MOST: usize = 1_024;

/// Why a client is not let in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Full {
    /// Its address, or its /64 of IPv6, holds as many as one may.
    Address,
    /// All clients together do.
    Total,
    /// The descriptors that are left are not for clients.
    Descriptors,
}

impl Full {
    const ALL: [Full; 3] = [Full::Address, Full::Total, Full::Descriptors];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Full::Address => "address",
            Full::Total => "total",
            Full::Descriptors => "descriptors",
        }
    }
}

/// The sockets of all clients of all listeners.
pub(crate) struct Capacity {
    total: usize,
    per_address: usize,
    /// The first descriptor that is not for clients.
    reserved_from: usize,
    exempt: Vec<IpNet>,
    held: Mutex<Taken>,
    refused: [Counter; Full::ALL.len()],
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

impl Capacity {
    /// As configured. Addresses in `exempt` may hold any number, as far as descriptors go.
    pub(crate) fn new(sockets: &Sockets, exempt: Vec<IpNet>) -> Arc<Capacity> {
        let descriptors = sockets.descriptors.unwrap_or(usize::MAX);
        let reserved_from = descriptors - (descriptors / 4).min(MOST_RESERVED);
        let total = sockets.total.unwrap_or(usize::MAX).min(reserved_from);
        let per_address = sockets.per_address.unwrap_or((total / SHARE).clamp(FEWEST, MOST));
        let refused = Full::ALL.map(|why| counter!("linecard_http_refused_sockets_total", "why" => why.name()));
        Arc::new(Capacity { total, per_address, reserved_from, exempt, held: Mutex::default(), refused })
    }

    /// Lets a client in whose socket has this descriptor. The kernel gives out the lowest one that is
    /// free, so its number says how many the process holds, whatever for.
    ///
    /// # Errors
    /// When there is no room; that was counted.
    pub(crate) fn admit(self: &Arc<Self>, client: IpAddr, descriptor: usize) -> Result<Admitted, Full> {
        let admitted = self.room(client, descriptor);
        if let Err(full) = &admitted
            && let Some(refused) = self.refused.get(*full as usize)
        {
            refused.increment(1);
        }
        admitted
    }

    fn room(self: &Arc<Self>, client: IpAddr, descriptor: usize) -> Result<Admitted, Full> {
        if descriptor >= self.reserved_from {
            return Err(Full::Descriptors);
        }
        let address = household(client);
        let is_exempt = self.exempt.iter().any(|network| network.contains(&client.to_canonical()));
        let mut held = self.held.lock();
        if !is_exempt && held.all >= self.total {
            return Err(Full::Total);
        }
        let of_address = held.by_address.entry(address).or_default();
        if !is_exempt && *of_address >= self.per_address {
            return Err(Full::Address);
        }
        *of_address += 1;
        held.all += 1;
        let is_crowded = held.all > self.total / 4 * 3;
        Ok(Admitted { capacity: Arc::clone(self), address, is_crowded })
    }
}

/// One socket of a client; dropping it makes room for another.
pub(crate) struct Admitted {
    capacity: Arc<Capacity>,
    address: IpAddr,
    /// Three quarters of what all clients may hold was taken, this one included.
    pub(crate) is_crowded: bool,
}

impl Admitted {
    /// The same socket as one of this client, for whom a proxy opened it.
    ///
    /// # Errors
    /// When there is no room for the client; that was counted.
    pub(crate) fn held_by(self, client: IpAddr) -> Result<Admitted, Full> {
        let capacity = Arc::clone(&self.capacity);
        // First, so that it does not stand in its own way. Its descriptor was looked at.
        drop(self);
        capacity.admit(client, 0)
    }
}

impl Drop for Admitted {
    fn drop(&mut self) {
        let mut held = self.capacity.held.lock();
        held.all = held.all.saturating_sub(1);
        if let Some(count) = held.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                held.by_address.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn capacity(total: usize, per_address: usize) -> Arc<Capacity> {
        let sockets = Sockets { total: Some(total), per_address: Some(per_address), descriptors: Some(1_000) };
        Capacity::new(&sockets, vec!["10.0.0.0/8".parse().unwrap()])
    }

    fn admit(capacity: &Arc<Capacity>, client: &str) -> Result<Admitted, Full> {
        capacity.admit(client.parse().unwrap(), 3)
    }

    #[test]
    fn an_address_that_holds_all_it_may_makes_room_for_itself_alone() {
        let capacity = capacity(10, 2);
        let first = admit(&capacity, "192.0.2.1").unwrap();
        let _second = admit(&capacity, "::ffff:192.0.2.1").unwrap();
        assert_eq!(admit(&capacity, "192.0.2.1").err(), Some(Full::Address));
        let _other = admit(&capacity, "192.0.2.2").unwrap();
        drop(first);
        assert!(admit(&capacity, "192.0.2.1").is_ok());
    }

    #[test]
    fn a_household_of_ipv6_is_one_address() {
        let capacity = capacity(10, 1);
        let _one = admit(&capacity, "2001:db8::1").unwrap();
        assert_eq!(admit(&capacity, "2001:db8::ffff:2").err(), Some(Full::Address));
        assert!(admit(&capacity, "2001:db8:0:1::1").is_ok());
    }

    #[test]
    fn all_clients_together_are_bounded_but_for_exempt_ones() {
        let capacity = capacity(3, 2);
        let held: Vec<_> = (1..4).map(|at| admit(&capacity, &format!("192.0.2.{at}")).unwrap()).collect();
        assert_eq!(held.iter().map(|admitted| admitted.is_crowded).collect::<Vec<_>>(), [true; 3]);
        assert_eq!(admit(&capacity, "192.0.2.9").err(), Some(Full::Total));
        let own: Vec<_> = (0..4).map(|_| admit(&capacity, "10.0.0.1").unwrap()).collect();
        drop((held, own));
        assert!(admit(&capacity, "192.0.2.9").is_ok());
        assert!(capacity.held.lock().by_address.is_empty(), "nobody is remembered");
    }

    #[test]
    fn a_socket_that_a_proxy_opened_is_held_by_its_client() {
        let capacity = capacity(3, 1);
        let through = |client: &str| admit(&capacity, "10.0.0.1").unwrap().held_by(client.parse().unwrap());
        let held = through("192.0.2.1").unwrap();
        assert_eq!(through("192.0.2.1").err(), Some(Full::Address));
        let _others = [through("192.0.2.2").unwrap(), through("192.0.2.3").unwrap()];
        assert_eq!(through("192.0.2.4").err(), Some(Full::Total));
        drop(held);
        assert!(through("192.0.2.1").is_ok());
        assert!(!capacity.held.lock().by_address.contains_key(&"10.0.0.1".parse::<IpAddr>().unwrap()));
    }

    #[test]
    fn the_last_descriptors_are_for_nobody() {
        let capacity = capacity(100, 100);
        let at = |client: &str, descriptor| capacity.admit(client.parse().unwrap(), descriptor).err();
        assert_eq!((at("192.0.2.1", 749), at("192.0.2.1", 750)), (None, Some(Full::Descriptors)));
        assert_eq!(at("10.0.0.1", 999), Some(Full::Descriptors));
    }

    #[test]
    fn what_is_not_configured_follows_from_the_descriptors() {
        let of = |descriptors: usize| {
            let capacity = Capacity::new(&Sockets { descriptors: Some(descriptors), ..Sockets::default() }, Vec::new());
            (capacity.total, capacity.per_address)
        };
        assert_eq!([of(256), of(1_024), of(524_288)], [(192, 24), (768, 96), (507_904, 1_024)]);
    }
}
