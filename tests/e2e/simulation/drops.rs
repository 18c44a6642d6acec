//! Files on their way into the drop folders, and what the plugin host makes of them: the
//! watcher's steps and one nomination after the other, as its thread drives them.

use super::calls::Held;
use super::chance::{Dice, HandClock};
use super::ending::Unpark;
use super::gauge::Gauge;
use super::ground::Premises;
use super::plugin_files::{FILES, VERSIONS};
use super::trace::Trace;
use host_core::port::Clock;
use host_engine::Engine;
use host_runtime::watch::{Nomination, Watcher};
use host_runtime::{Options, Runtime};
use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// Names that files are dropped under.
const NAMES: [&str; 2] = ["a.wasm", "b.wasm"];

/// The plugin host of one process, with what waits for it.
pub struct Drops {
    watcher: Watcher,
    nominated: VecDeque<Nomination>,
    taking: Option<Held<()>>,
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
        let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let runtime = {
            let _inside = executor.enter();
            let runtime = Runtime::new(engine, options).unwrap();
            executor.block_on(runtime.start()).unwrap();
            runtime
        };
        let watcher = Watcher::new(data.join("tenants"));
        let (nominated, taking, data) = (VecDeque::new(), None, data.to_owned());
        let (trace, clock) = (trace.clone(), clock.clone());
        Drops { watcher, nominated, taking, runtime, data, store, trace, clock, executor }
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
                let mut spoilt = FILES[dice.roll(VERSIONS)].clone();
                let at = dice.roll(spoilt.len() - 400);
                spoilt[at] ^= 1;
                File::create(&path).unwrap();
                self.write(&path, &spoilt, 0, spoilt.len());
                copies.remove(&(tenant, name));
                "has one wrong bit".to_owned()
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
            self.nominated.push_back(nomination);
        }
    }

    /// The plugin host goes on with what is nominated, until it has to wait for the writer.
    pub fn take(&mut self) {
        if self.taking.is_none() {
            let Some(nomination) = self.nominated.pop_front() else { return };
            let runtime = self.runtime.clone();
            self.taking = Some(Box::pin(async move {
                runtime.nominated(nomination).await;
            }));
        }
        let Some(taking) = &mut self.taking else { return };
        let _inside = self.executor.enter();
        let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
        let begun = Instant::now();
        // Files are read and compiled on other threads; the walk waits for them.
        while taking.as_mut().poll(&mut Context::from_waker(&waker)) == Poll::Pending {
            if self.store.waits_for_control() {
                return self.trace.note("a nomination waits for its plan");
            }
            std::thread::park_timeout(Duration::from_millis(100));
            assert!(begun.elapsed() < Duration::from_secs(60), "a nomination hangs");
        }
        self.taking = None;
        self.trace.note("a nomination is dealt with");
    }

    /// Whether everything nominated is dealt with.
    pub fn is_idle(&self) -> bool {
        self.taking.is_none() && self.nominated.is_empty()
    }

    /// Ends all copies: each file is whole. The newest version that each tenant's folder holds.
    pub fn finish(&mut self, tenants: &[Premises], copies: &mut Copies) -> Vec<Option<usize>> {
        for ((tenant, name), (version, written)) in std::mem::take(copies) {
            let path = self.path(&tenants[tenant], name);
            self.write(&path, &FILES[version], written, FILES[version].len());
        }
        let newest = |premises: &Premises| {
            let there = (0..NAMES.len()).filter_map(|name| fs::read(self.path(premises, name)).ok());
            there.filter_map(|file| FILES.iter().position(|known| *known == file)).max()
        };
        tenants.iter().map(newest).collect()
    }
}
