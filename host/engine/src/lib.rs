//! Floor 1: the use cases of the panel, a file per verb, over the ports of `host_core`.
//! Knows no SQL, no HTTP, no plugin and no media bytes.
//!
//! - [`run`], [`work`]: one action from its first read to its commit (`design.md` section 4)
//! - [`sign_in`]: who is asking
//! - [`connection`]: seats of lines
//! - verbs: [`mod@line`], [`user`], [`credit`], [`package`], [`record`], [`catalogue`], [`guide`],
//!   [`tenant`], [`access_code`], [`plugin`], [`import`]
//! - [`condition`]: how the stored data is doing
//! - [`outbox`], [`scheduler`]: what happens after commits and by the clock, as `step(now)`

pub mod access_code;
mod audit;
mod cache;
pub mod catalogue;
pub mod condition;
pub mod connection;
pub mod credit;
mod document;
mod error;
pub mod guide;
mod ids;
pub mod import;
mod kept;
mod late;
pub mod line;
pub mod networks;
pub mod outbox;
mod overlay;
pub mod package;
pub mod plugin;
pub mod record;
pub mod run;
pub mod scheduler;
pub mod sign_in;
pub mod tenant;
pub mod user;
pub mod work;
mod zone;

pub use condition::Condition;
pub use connection::{Ended, Look, Seat, Session, SessionKey};
pub use error::{Error, Result};
pub use networks::MaxMind;
pub use run::{Finished, Run};
pub use sign_in::{From, SignedLine, SignedUser};
pub use work::Work;

use host_core::port::{Clock, Entropy, Journal, Keyring, LeaseMirror, Networks, Store};
use host_core::{TenantId, UserId};
use parking_lot::Mutex;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

/// What the engine needs of the outside world.
#[derive(Clone)]
pub struct Ports {
    /// Storage.
    pub store: Arc<dyn Store>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// Sealing and digests.
    pub keyring: Arc<dyn Keyring>,
    /// Where leases survive a crash.
    pub mirror: Arc<dyn LeaseMirror>,
    /// Where journal rows go.
    pub journal: Arc<dyn Journal>,
    /// Network operators and countries.
    pub networks: Arc<dyn Networks>,
}

/// All use cases of one process.
pub struct Engine {
    pub(crate) ports: Ports,
    pub(crate) ids: ids::Ids,
    pub(crate) running: Mutex<HashSet<(TenantId, UserId, String)>>,
    pub(crate) cache: cache::Cache,
    pub(crate) zones: zone::Zones,
    pub(crate) gate: sign_in::Gate,
    pub(crate) outbox: outbox::Outbox,
    pub(crate) directory: tenant::Directory,
    pub(crate) due: scheduler::Due,
    seats: Arc<connection::Seats>,
    http_port: AtomicU16,
    https_port: AtomicU16,
}

impl Engine {
    /// An engine over these ports. Leases that the mirror still has count at once.
    pub fn new(ports: Ports) -> Arc<Engine> {
        let seats =
            connection::Seats::new(Arc::clone(&ports.clock), Arc::clone(&ports.mirror), Arc::clone(&ports.journal));
        Arc::new(Engine {
            gate: sign_in::Gate::new(&*ports.entropy),
            ports,
            ids: ids::Ids::default(),
            running: Mutex::default(),
            cache: cache::Cache::default(),
            zones: zone::Zones::default(),
            outbox: outbox::Outbox::default(),
            directory: tenant::Directory::default(),
            due: scheduler::Due::default(),
            seats: Arc::new(seats),
            http_port: AtomicU16::new(0),
            https_port: AtomicU16::new(0),
        })
    }

    /// Storage.
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

    /// The seats of all lines.
    pub fn seats(&self) -> &Arc<connection::Seats> {
        &self.seats
    }

    /// Says on which ports players reach the panel, for the documents that name them; 0 is none.
    pub fn announce_ports(&self, http: u16, https: u16) {
        self.http_port.store(http, Ordering::Relaxed);
        self.https_port.store(https, Ordering::Relaxed);
    }

    /// The ports as announced: (http, https).
    pub fn ports_announced(&self) -> (u16, u16) {
        (self.http_port.load(Ordering::Relaxed), self.https_port.load(Ordering::Relaxed))
    }
}
