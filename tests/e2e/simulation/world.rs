//! One walk's world: what a process has in memory, what lies in its directory, and how the one is lost and opened again
//! from the other.

use super::book::{Book, Fact, facts_of};
use super::calls::{Call, Held, Request, at_once};
use super::chance::{Dice, HandClock, Seeded};
use super::channels::Channels;
use super::drops::{Copies, Drops};
use super::effects::{Effects, Performed};
use super::gauge::Gauge;
use super::ground::{self, Ground, NoJournal, Premises, Suspension};
use super::origins::Origins;
use super::players::Players;
use super::plugin_files::InForce;
use super::trace::Trace;
use host_core::port::{Clock, Store};
use host_engine::{Engine, MaxMind, Ports};
use host_store::{LeaseMirror, LocalLeases, Writers};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// A process: all that a crash takes.
pub struct Process {
    pub calls: Vec<Call>,
    /// The engine's step under way, and the millisecond at which it began.
    pub stepping: Option<(u64, Held<host_engine::Result<()>>)>,
    pub players: Players,
    pub drops: Drops,
    pub channels: Channels,
    pub effects: Arc<Effects>,
    pub engine: Arc<Engine>,
    pub mirror: Arc<dyn LeaseMirror>,
    pub store: Arc<Gauge>,
    pub writers: Writers,
}

/// How a process ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// What is queued is written; nobody hears of it.
    InOrder,
    /// Between two steps.
    Killed,
    /// While the writer flushes: the last of it may be torn off.
    KilledWriting,
}

/// Everything of one walk.
pub struct World {
    pub dice: Dice,
    pub clock: Arc<HandClock>,
    pub trace: Arc<Trace>,
    pub tenants: Vec<Premises>,
    pub book: Book,
    pub performed: Arc<Mutex<Performed>>,
    pub copies: Copies,
    /// The most seats that a line may have now, by tenant and line.
    pub seats: BTreeMap<(usize, u32), u32>,
    /// What is known of each tenant's plugin.
    pub in_force: Vec<InForce>,
    /// Whether each tenant is suspended.
    pub suspensions: Vec<Suspension>,
    /// Requests of which nobody knows whether they were done.
    pub in_doubt: Vec<Request>,
    /// Whether flushes failed just now.
    pub in_vain: bool,
    /// Calls that were begun.
    pub begun: usize,
    seed: u64,
    starts: u64,
    process: Option<Process>,
    ground: Arc<Ground>,
    folder: TempDir,
}

impl World {
    pub fn new(seed: u64) -> World {
        let clock = Arc::new(HandClock::default());
        let trace = Arc::new(Trace::new(seed, clock.clone()));
        let ground = ground::ground();
        let tenants = ground.tenants.clone();
        let mut world = World {
            dice: Dice::new(seed),
            in_force: vec![InForce::default(); tenants.len()],
            suspensions: vec![Suspension::default(); tenants.len()],
            in_doubt: Vec::new(),
            in_vain: false,
            tenants,
            clock,
            trace,
            book: Book::default(),
            performed: Arc::default(),
            copies: Copies::default(),
            seats: BTreeMap::new(),
            begun: 0,
            seed,
            starts: 0,
            process: None,
            ground,
            folder: ground::folder(),
        };
        world.ground.copy_to(&world.data());
        let origins = Origins::new(world.trace.clone());
        world.open(origins);
        world
    }

    /// The running process.
    pub fn process(&mut self) -> &mut Process {
        self.process.as_mut().unwrap()
    }

    /// The process, its chance, and who lives there: for a step that needs all of them.
    pub fn parts(&mut self) -> (&mut Process, &mut Dice, &[Premises], &mut Copies) {
        (self.process.as_mut().unwrap(), &mut self.dice, &self.tenants, &mut self.copies)
    }

    /// The data directory of the running process.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join(format!("data-{}", self.starts))
    }

    fn open(&mut self, origins: Origins) {
        let (opened, writers) = host_store::open_stepped(&self.data(), ground::options()).unwrap();
        let store = Arc::new(Gauge::new(opened.store));
        let mirror: Arc<dyn LeaseMirror> = opened.mirror;
        let engine = Engine::new(Ports {
            node: ground::NODE,
            store: store.clone(),
            clock: self.clock.clone(),
            entropy: Arc::new(Seeded::new(self.seed ^ self.starts << 32)),
            keyring: opened.keyring.clone(),
            leases: LocalLeases::new(ground::NODE, self.clock.clone(), mirror.clone()),
            journal: Arc::new(NoJournal),
            networks: Arc::new(MaxMind::default()),
            pricing: Arc::new(host_core::port::ListPrices),
        });
        let channels = Channels::new(self.trace.clone(), self.clock.clone(), opened.keyring, Arc::new(origins));
        let effects = Arc::new(Effects {
            trace: self.trace.clone(),
            clock: self.clock.clone(),
            store: store.clone(),
            media: channels.media.clone(),
            origins: channels.origins.clone(),
            tenants: self.tenants.clone(),
            dice: Mutex::new(Dice::new(self.seed.wrapping_add(self.starts))),
            fails: AtomicBool::new(false),
            performed: self.performed.clone(),
        });
        engine.set_performer(effects.clone());
        at_once(engine.wake_outbox()).unwrap();
        let options = ground::runtime_options(&self.data(), self.ground.cache());
        let drops = Drops::new(&self.data(), options, engine.clone(), store.clone(), &self.trace, &self.clock);
        let players = Players::new(self.trace.clone());
        let (calls, stepping) = (Vec::new(), None);
        self.process =
            Some(Process { calls, stepping, players, drops, channels, effects, engine, mirror, store, writers });
    }

    /// Ends the process and starts the next one on what the first left behind.
    fn restart(&mut self, end: End) {
        self.trace.note(format!("the process ends: {end:?}"));
        let (from, now) = (self.data(), self.clock.monotonic());
        let before = (end == End::KilledWriting).then(|| self.flushing());
        self.starts += 1;
        let to = self.data();
        let process = self.process.take().unwrap();
        if end != End::InOrder {
            ground::copy(&from, &to);
            for log in before.into_iter().flatten() {
                log.tear(&from, &to, &mut self.dice, &self.trace);
            }
        }
        process.calls.iter().for_each(|call| self.book.lost(&call.request));
        let origins = process.channels.origins.abandoned();
        let Process { calls, stepping, players, drops, channels, effects, engine, mirror, store, writers } = process;
        if end == End::InOrder {
            writers.finish(now);
        } else {
            drop(writers);
        }
        drop((calls, stepping, players, drops, channels, effects, engine, mirror, store));
        match end {
            End::InOrder => std::fs::rename(&from, &to).unwrap(),
            _ => std::fs::remove_dir_all(&from).unwrap(),
        }
        self.open(origins);
    }

    /// Lets the writer flush. Returns its logs as they were before.
    fn flushing(&mut self) -> Vec<Log> {
        let data = self.data();
        let names = self.tenants.iter().map(|premises| format!("tenants/{}/panel.db", premises.name));
        let logs = names.chain(["control.db".to_owned()]).map(|name| Log::of(&data, name)).collect();
        let now = self.clock.monotonic();
        self.process().writers.step(now);
        logs
    }

    /// Ends the process, starts the next one, and looks at what it finds.
    pub fn lose(&mut self, end: End) {
        self.restart(end);
        self.in_doubt.clear();
        let counted = self.check();
        self.settle(&counted);
        self.settle_suspensions();
        self.check_plugins();
        self.forget_puts();
        self.check_answers();
    }

    /// Facts that may still become true: by calls under way, and by calls whose outcome nobody knows.
    pub fn running(&self) -> BTreeSet<Fact> {
        let calls = self.process.iter().flat_map(|process| &process.calls).map(|call| &call.request);
        calls.chain(&self.in_doubt).flat_map(facts_of).collect()
    }

    /// Finds out, from what is stored, what became of calls that ended without an answer.
    pub fn settle(&mut self, counted: &BTreeMap<Fact, u32>) {
        let running = self.running();
        self.book.settle(counted, &running);
        for key in self.book.lost_keys(&self.in_doubt) {
            let premises = &self.tenants[key.0];
            let (id, user) = (premises.id, premises.user(key.1));
            let kept = at_once(self.process().store.replayed(id, user, key.2.clone())).unwrap();
            self.book.settle_key(&key, kept.map(|kept| kept.reply));
        }
    }
}

/// A database and its write-ahead log as they were before a flush.
struct Log {
    name: String,
    database: Vec<u8>,
    length: u64,
}

impl Log {
    fn of(data: &Path, name: String) -> Log {
        let path = data.join(&name);
        let length = std::fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len());
        Log { database: std::fs::read(path).unwrap(), length, name }
    }

    /// In the copy, tears off the end of what the flush added; not when the log was moved into the database, which
    /// happens after it is safe.
    fn tear(&self, from: &Path, to: &Path, dice: &mut Dice, trace: &Trace) {
        let path = to.join(&self.name);
        let log = path.with_extension("db-wal");
        let length = std::fs::metadata(&log).map_or(0, |log| log.len());
        if length <= self.length || std::fs::read(from.join(&self.name)).unwrap() != self.database {
            return;
        }
        let left = dice.roll(1_000) as u64;
        if dice.one_in(2) {
            trace.note(format!("the last flush of {} is torn", self.name));
            let kept = self.length + (length - self.length) * left / 1_000;
            std::fs::OpenOptions::new().write(true).open(log).unwrap().set_len(kept).unwrap();
        }
    }
}
