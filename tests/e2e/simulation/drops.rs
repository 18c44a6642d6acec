//! Files on their way into the drop folders, and what the plugin host makes of them and of what an
//! operator brings: the watcher's steps, and one thing after the other.

use super::calls::{Held, Unpark};
use super::chance::{Dice, HandClock};
use super::gauge::Gauge;
use super::ground::Premises;
use super::plugin_files::{BROKEN, FILES, NAME, VERSIONS};
use super::trace::Trace;
use host_core::action::Columns;
use host_core::caller::{Caller, Identity};
use host_core::port::Clock;
use host_core::{Code, LineId, TenantId};
use host_engine::Engine;
use host_runtime::watch::{Nomination, Watcher};
use host_runtime::{Call, CallError, Installed, LoadError, Options, Outcome, Reply, RequestFacts, Runtime};
use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Names that files are dropped under.
const NAMES: [&str; 2] = ["a.wasm", "b.wasm"];

/// A version that an operator puts in place; none is a file that is broken.
#[derive(Clone, Copy)]
pub struct Put {
    pub tenant: usize,
    pub id: TenantId,
    pub version: Option<usize>,
}

/// What the plugin host has to do.
enum Job {
    Nominated(Nomination),
    Put(Put),
}

/// What became of it.
enum Done {
    Nominated(PathBuf, Outcome),
    Put(Put, Result<Installed, LoadError>),
}

/// The plugin host of one process, with what waits for it.
pub struct Drops {
    watcher: Watcher,
    waiting: VecDeque<Job>,
    taking: Option<Held<Done>>,
    putting: Option<Put>,
    pub runtime: Arc<Runtime>,
    data: PathBuf,
    store: Arc<Gauge>,
    trace: Arc<Trace>,
    clock: Arc<HandClock>,
    executor: tokio::runtime::Runtime,
}

/// Copies under way: how much of which version is written. They go on whatever becomes of the panel.
pub type Copies = BTreeMap<(usize, usize), (usize, usize)>;

impl Drops {
    pub fn new(
        data: &Path,
        options: Options,
        engine: Arc<Engine>,
        store: Arc<Gauge>,
        trace: &Arc<Trace>,
        clock: &Arc<HandClock>,
    ) -> Drops {
        // Its time stands still, so that no call takes too long on a busy machine.
        let executor = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let runtime = {
            let _inside = executor.enter();
            let runtime = Runtime::new(engine, options).unwrap();
            executor.block_on(runtime.start()).unwrap();
            runtime
        };
        let watcher = Watcher::new(data.join("tenants"));
        let (waiting, taking, putting, data) = (VecDeque::new(), None, None, data.to_owned());
        let (trace, clock) = (trace.clone(), clock.clone());
        Drops { watcher, waiting, taking, putting, runtime, data, store, trace, clock, executor }
    }

    /// Something happens to a file.
    pub fn touch(&mut self, dice: &mut Dice, tenants: &[Premises], copies: &mut Copies) {
        let (tenant, name) = (dice.roll(tenants.len()), dice.roll(NAMES.len()));
        let path = self.path(&tenants[tenant], name);
        let told = match dice.roll(10) {
            0..6 => match copies.remove(&(tenant, name)) {
                Some((version, written)) => {
                    let to = if dice.one_in(2) { FILES[version].len() } else { written + dice.roll(4_000) };
                    let to = to.min(FILES[version].len());
                    self.write(&path, &FILES[version], written, to);
                    if to < FILES[version].len() {
                        copies.insert((tenant, name), (version, to));
                    }
                    format!("{to} bytes of version {version} are there")
                }
                None => {
                    let (version, from_scratch) = (dice.roll(VERSIONS), dice.one_in(2));
                    if from_scratch {
                        File::create(&path).unwrap();
                    }
                    let to = dice.roll(FILES[version].len());
                    self.write(&path, &FILES[version], 0, to);
                    copies.insert((tenant, name), (version, to));
                    format!("version {version} begins over what was there: {}", !from_scratch)
                }
            },
            6 | 7 => {
                let version = dice.roll(VERSIONS);
                let beside = path.with_extension("part");
                self.write(&beside, &FILES[version], 0, FILES[version].len());
                fs::rename(&beside, &path).unwrap();
                copies.remove(&(tenant, name));
                format!("is replaced by version {version} at once")
            }
            8 => {
                let (spoilt, told) = spoilt(dice);
                File::create(&path).unwrap();
                self.write(&path, &spoilt, 0, spoilt.len());
                copies.remove(&(tenant, name));
                told.to_owned()
            }
            _ => {
                copies.remove(&(tenant, name));
                format!("is removed: {}", fs::remove_file(&path).is_ok())
            }
        };
        self.trace.note(format!("{}/{} {told}", tenants[tenant].name, NAMES[name]));
    }

    fn path(&self, premises: &Premises, name: usize) -> PathBuf {
        self.data.join("tenants").join(&premises.name).join("plugins").join(NAMES[name])
    }

    fn write(&self, path: &Path, file: &[u8], from: usize, to: usize) {
        let mut open = OpenOptions::new().create(true).truncate(false).write(true).open(path).unwrap();
        open.seek(SeekFrom::Start(from as u64)).unwrap();
        open.write_all(&file[from..to]).unwrap();
        if to == file.len() {
            open.set_len(to as u64).unwrap();
        }
        open.set_modified(self.clock.stamp()).unwrap();
    }

    /// The watcher looks.
    pub fn look(&mut self, is_nudged: bool) {
        if is_nudged {
            self.watcher.nudge();
        }
        for nomination in self.watcher.step(self.clock.monotonic()) {
            let (word, Nomination::Ready { path, .. } | Nomination::Gone { path, .. }) = match &nomination {
                Nomination::Ready { .. } => ("nominated", &nomination),
                Nomination::Gone { .. } => ("gone", &nomination),
            };
            let name = path.strip_prefix(&self.data).unwrap().display();
            self.trace.note(format!("{name} is {word}"));
            self.waiting.push_back(Job::Nominated(nomination));
        }
    }

    /// An operator brings a file.
    pub fn put(&mut self, put: Put) {
        self.waiting.push_back(Job::Put(put));
    }

    /// What an operator brought and the plugin host is at work on.
    pub fn putting(&self) -> Option<Put> {
        self.putting
    }

    /// The plugin host goes on with what it has to do, until it has to wait for the writer. The answer:
    /// what an operator brought, when that is done.
    pub fn take(&mut self) -> Option<(Put, Result<Installed, LoadError>)> {
        if self.taking.is_none() {
            let job = self.waiting.pop_front()?;
            self.begin(job);
        }
        let done = self.poll()?;
        (self.taking, self.putting) = (None, None);
        self.trace.note("a nomination is dealt with");
        match done {
            Done::Put(put, outcome) => return Some((put, outcome)),
            Done::Nominated(path, Outcome::Again) => self.watcher.again(&path, self.clock.monotonic()),
            Done::Nominated(_, Outcome::Settled) => {}
        }
        None
    }

    fn begin(&mut self, job: Job) {
        let runtime = self.runtime.clone();
        self.taking = Some(match job {
            Job::Nominated(nomination) => Box::pin(async move {
                let (Nomination::Ready { path, .. } | Nomination::Gone { path, .. }) = &nomination;
                let path = path.clone();
                Done::Nominated(path, runtime.nominated(nomination).await)
            }),
            Job::Put(put) => {
                self.putting = Some(put);
                let file = put.version.map_or(&*BROKEN, |version| &FILES[version]).clone();
                let operator = Caller::system(put.id, "walk");
                Box::pin(async move { Done::Put(put, runtime.install(operator, file.into()).await) })
            }
        });
    }

    fn poll(&mut self) -> Option<Done> {
        let taking = self.taking.as_mut()?;
        let _inside = self.executor.enter();
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let begun = Instant::now();
        // Files are read and compiled on other threads; the walk waits for them.
        loop {
            let mut context = Context::from_waker(&waker);
            if let Poll::Ready(done) = self.store.as_plugin_host(|| taking.as_mut().poll(&mut context)) {
                return Some(done);
            }
            if self.store.waits_for_control() {
                self.trace.note("a nomination waits for its plan");
                return None;
            }
            std::thread::park_timeout(Duration::from_millis(100));
            assert!(begun.elapsed() < Duration::from_secs(60), "a nomination hangs");
        }
    }

    /// Whether the plugin host is in the middle of something.
    pub fn is_working(&self) -> bool {
        self.taking.is_some()
    }

    /// Whether everything is dealt with.
    pub fn is_idle(&self) -> bool {
        self.taking.is_none() && self.waiting.is_empty()
    }

    /// What the plugin says to a line. It always says something.
    pub fn ask(&self, tenant: TenantId, line: u32) -> String {
        let snapshot = self.runtime.snapshot(tenant);
        let route = snapshot.route(NAME, "hello").expect("the plugin answers no more");
        loop {
            let call = asked(tenant, line);
            match self.executor.block_on(self.runtime.call(&snapshot, route, call)) {
                Ok(Reply::Data { data, .. }) => return greeting(&data),
                Ok(Reply::Body(_)) => panic!("a body for a greeting"),
                // A guest's time is the machine's, which may be busy with something else.
                Err(CallError::Refusal(refusal)) if refusal.code == Code::Unavailable => {}
                Err(error) => panic!("a request of line {line} in {tenant} is lost: {error}"),
            }
        }
    }

    /// Ends all copies: each file is whole. The versions that each tenant's folder holds.
    pub fn finish(&mut self, tenants: &[Premises], copies: &mut Copies) -> Vec<Vec<usize>> {
        for ((tenant, name), (version, written)) in std::mem::take(copies) {
            let path = self.path(&tenants[tenant], name);
            self.write(&path, &FILES[version], written, FILES[version].len());
        }
        let versions = |premises: &Premises| {
            let there = (0..NAMES.len()).filter_map(|name| fs::read(self.path(premises, name)).ok());
            there.filter_map(|file| FILES.iter().position(|known| *known == file)).collect()
        };
        tenants.iter().map(versions).collect()
    }
}

/// A file that must not come into force, and what it is.
fn spoilt(dice: &mut Dice) -> (Vec<u8>, &'static str) {
    if dice.one_in(2) {
        return (BROKEN.clone(), "is broken");
    }
    let mut spoilt = FILES[dice.roll(VERSIONS)].clone();
    let at = dice.roll(spoilt.len() - 400);
    spoilt[at] ^= 1;
    (spoilt, "has one wrong bit")
}

fn greeting(data: &str) -> String {
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    data["greeting"].as_str().unwrap().to_owned()
}

/// A line's request.
fn asked(tenant: TenantId, line: u32) -> Call {
    let request = RequestFacts {
        scheme: "http",
        host: "north.test".into(),
        port: 80,
        address: Ipv4Addr::LOCALHOST.into(),
        agent: "walk".into(),
        code: Default::default(),
    };
    let caller = Caller { identity: Identity::Line { id: LineId(line) }, ..Caller::system(tenant, "walk") };
    let (parameters, columns) = (serde_json::Map::new(), Columns::default());
    let (line, password, asked_name, idempotency) = (None, None, None, None);
    let body = Default::default();
    Call { caller, line, password, parameters, columns, asked_name, body, request, dry_run: false, idempotency }
}
