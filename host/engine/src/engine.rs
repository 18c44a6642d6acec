//! The engine: the ports that all use cases stand on, and what it remembers between them. The use
//! cases themselves are in the files of their verbs.

use crate::cache::Cache;
use crate::collection::Shapes;
use crate::connection::Seats;
use crate::due::Due;
use crate::ids::Ids;
use crate::outbox::Outbox;
use crate::sightings::Sightings;
use crate::sign_in::SignInState;
use crate::sql::Terms;
use crate::tenant::Directory;
use crate::unfinished::Tenants;
use crate::zone::Zones;
use host_core::port::{Airing, Clock, Entropy, Journal, Keyring, Leases, Machine, Networks, Pricing, Store};
use host_core::record::RecordKinds;
use host_core::{NodeId, TenantId, UserId};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, OnceLock};

/// What the engine needs of the outside world.
#[derive(Clone)]
pub struct Ports {
    /// Who this process is among those that serve the panel.
    pub node: NodeId,
    /// Storage.
    pub store: Arc<dyn Store>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Sealing and digests.
    pub keyring: Arc<dyn Keyring>,
    /// The leases of all lines.
    pub leases: Arc<dyn Leases>,
    /// Where journal rows go.
    pub journal: Arc<dyn Journal>,
    /// Network operators and countries.
    pub networks: Arc<dyn Networks>,
    /// What sales cost.
    pub pricing: Arc<dyn Pricing>,
}

/// All use cases of one process.
pub struct Engine {
    pub(crate) ports: Ports,
    pub(crate) ids: Ids,
    pub(crate) running: Mutex<HashSet<(TenantId, UserId, String)>>,
    pub(crate) cache: Cache,
    pub(crate) zones: Zones,
    pub(crate) sign_ins: SignInState,
    pub(crate) outbox: Outbox,
    pub(crate) unfinished: Tenants,
    pub(crate) directory: Directory,
    pub(crate) due: Due,
    pub(crate) shapes: Shapes,
    pub(crate) sightings: Sightings,
    pub(crate) airing: OnceLock<Arc<dyn Airing>>,
    pub(crate) sql: OnceLock<Terms>,
    pub(crate) machine: OnceLock<Arc<dyn Machine>>,
    kinds: RecordKinds,
    seats: Arc<Seats>,
    http_port: AtomicU16,
    https_port: AtomicU16,
}

impl Engine {
    /// An engine over these ports.
    pub fn new(ports: Ports) -> Arc<Engine> {
        Engine::with_kinds(ports, RecordKinds::default())
    }

    /// Likewise, with other plain kinds of record than the shipped ones.
    pub fn with_kinds(ports: Ports, kinds: RecordKinds) -> Arc<Engine> {
        let (clock, leases, journal) = (ports.clock.clone(), ports.leases.clone(), ports.journal.clone());
        let seats = Seats::new(ports.node, clock, &*ports.entropy, leases, journal);
        Arc::new(Engine {
            sign_ins: SignInState::new(&*ports.entropy),
            ports,
            ids: Ids::default(),
            running: Mutex::default(),
            cache: Cache::default(),
            zones: Zones::default(),
            outbox: Outbox::default(),
            unfinished: Tenants::default(),
            directory: Directory::default(),
            due: Due::default(),
            shapes: Shapes::default(),
            sightings: Sightings::default(),
            airing: OnceLock::new(),
            sql: OnceLock::new(),
            machine: OnceLock::new(),
            kinds,
            seats: Arc::new(seats),
            http_port: AtomicU16::new(0),
            https_port: AtomicU16::new(0),
        })
    }

    /// Who this process is.
    pub fn node(&self) -> NodeId {
        self.ports.node
    }

    /// Storage, for the verbs here and for tests that look under them; the floors above ask verbs.
    pub fn store(&self) -> &dyn Store {
        &*self.ports.store
    }

    /// Time.
    pub fn clock(&self) -> &dyn Clock {
        &*self.ports.clock
    }

    /// Chance.
    pub fn entropy(&self) -> &dyn Entropy {
        &*self.ports.entropy
    }

    /// Sealing and digests.
    pub fn keyring(&self) -> &dyn Keyring {
        &*self.ports.keyring
    }

    /// Where journal rows go.
    pub fn journal(&self) -> &dyn Journal {
        &*self.ports.journal
    }

    /// Network operators and countries.
    pub fn networks(&self) -> &dyn Networks {
        &*self.ports.networks
    }

    /// What sales cost.
    pub fn pricing(&self) -> &dyn Pricing {
        &*self.ports.pricing
    }

    /// The kinds of record.
    pub fn kinds(&self) -> &RecordKinds {
        &self.kinds
    }

    /// The seats of all lines.
    pub fn seats(&self) -> &Arc<Seats> {
        &self.seats
    }

    /// Says on which ports players reach the panel, for the documents that name them; 0 means no port.
    pub fn announce_ports(&self, http: u16, https: u16) {
        self.http_port.store(http, Ordering::Relaxed);
        self.https_port.store(https, Ordering::Relaxed);
    }

    /// The ports as announced: (http, https).
    pub fn ports_announced(&self) -> (u16, u16) {
        (self.http_port.load(Ordering::Relaxed), self.https_port.load(Ordering::Relaxed))
    }
}
