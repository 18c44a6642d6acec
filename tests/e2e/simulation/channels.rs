//! Viewers of live channels, and the time that the media engine's timers go by.

use super::calls::{Held, at_once, poll};
use super::chance::{Dice, HandClock};
use super::ground::Premises;
use super::origins::{Mood, Origins};
use super::trace::Trace;
use futures_util::Stream;
use host_core::caller::Scope;
use host_core::object::{Key, Object};
use host_core::plan::Database;
use host_core::port::{Keyring, NoLibrary, Store};
use host_core::stream::Stream as Row;
use host_core::{StreamId, TenantId};
use host_media::{Detect, Media, MediaError, MediaOptions, Timing, Viewer};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// How far the media engine's time moves at once.
const STRIDE: u64 = 100;
/// Turns that its tasks get after something happened.
const TURNS: usize = 12;

enum Watching {
    Starting(Held<Result<Viewer, MediaError>>),
    Playing(Viewer),
}

/// The media engine of one process, with its viewers.
pub struct Channels {
    viewers: Vec<(usize, Watching)>,
    began: usize,
    pub media: Arc<Media>,
    pub origins: Arc<Origins>,
    trace: Arc<Trace>,
    // Last: what runs on it goes first.
    executor: Runtime,
}

impl Channels {
    pub fn new(trace: Arc<Trace>, clock: Arc<HandClock>, keyring: Arc<dyn Keyring>, origins: Arc<Origins>) -> Channels {
        let executor = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        let seconds = Duration::from_secs;
        let timing = Timing {
            linger: seconds(2),
            stall: seconds(3),
            open: seconds(4),
            begin: seconds(10),
            return_after: seconds(8),
            give_up: seconds(10),
            ..Timing::default()
        };
        let (fetch, receive) = (origins.clone(), origins.clone());
        let (media_root, ffmpeg, mark, library) = (None, Detect::Off, None, Arc::new(NoLibrary));
        let options = MediaOptions { fetch, receive, clock, keyring, media_root, ffmpeg, mark, library, timing };
        let media = Media::new(options);
        Channels { viewers: Vec::new(), began: 0, media, origins, trace, executor }
    }

    /// Lets the engine's tasks run until nothing is left to do at this moment.
    fn settle(&self, moved: Duration) {
        self.executor.block_on(async {
            if !moved.is_zero() {
                tokio::time::advance(moved).await;
            }
            for _ in 0..TURNS {
                tokio::task::yield_now().await;
            }
        });
    }

    /// Moves the clock, and the timers with it.
    pub fn pass(&self, clock: &HandClock, ms: u64) {
        let stride = STRIDE * if ms > 100_000 { 50 } else { 1 };
        let mut left = ms;
        while left > 0 {
            let step = left.min(stride);
            clock.pass(step);
            self.origins.play();
            self.settle(Duration::from_millis(step));
            left -= step;
        }
    }

    /// One step of what is watched, or of the servers behind it.
    pub fn step(&mut self, dice: &mut Dice, store: &dyn Store, tenants: &[Premises]) {
        let tenant = dice.roll(tenants.len());
        let stream = dice.roll(tenants[tenant].streams.len());
        match dice.roll(10) {
            0 | 1 if self.viewers.len() < 6 => self.watch(store, &tenants[tenant], stream),
            2 => self.leave(dice),
            3 => {
                let (place, mood) =
                    (dice.roll(2), [Mood::Up, Mood::Up, Mood::Silent, Mood::Down, Mood::Hung][dice.roll(5)]);
                self.trace.note(format!("source {place} of {}/{stream} is {mood:?}", tenants[tenant].name));
                self.origins.set(&tenants[tenant].name, stream, place, mood);
            }
            4 => {
                if let Some(number) = dice.pick(&self.origins.open()) {
                    self.trace.note(format!("connection {number} breaks off"));
                    self.origins.break_off(*number);
                }
            }
            _ => self.read(dice),
        }
        self.settle(Duration::ZERO);
    }

    fn watch(&mut self, store: &dyn Store, premises: &Premises, stream: usize) {
        let row = row(store, premises.id, premises.streams[stream]);
        let (media, tenant) = (self.media.clone(), premises.id);
        let starting = Box::pin(async move { media.watch(tenant, &row).await });
        self.began += 1;
        self.trace.note(format!("viewer {} watches {}/{stream}", self.began, premises.name));
        self.viewers.push((self.began, Watching::Starting(starting)));
        self.read_one(self.viewers.len() - 1);
    }

    fn leave(&mut self, dice: &mut Dice) {
        if !self.viewers.is_empty() {
            let (number, _) = self.viewers.remove(dice.roll(self.viewers.len()));
            self.trace.note(format!("viewer {number} leaves"));
        }
    }

    fn read(&mut self, dice: &mut Dice) {
        if !self.viewers.is_empty() {
            self.read_one(dice.roll(self.viewers.len()));
        }
    }

    fn read_one(&mut self, at: usize) {
        let _inside = self.executor.enter();
        let (number, watching) = self.viewers.remove(at);
        match watching {
            Watching::Starting(mut starting) => match poll(&mut starting) {
                None => self.viewers.push((number, Watching::Starting(starting))),
                Some(Ok(viewer)) => self.viewers.push((number, Watching::Playing(viewer))),
                Some(Err(error)) => self.trace.note(format!("viewer {number} gets nothing: {error}")),
            },
            Watching::Playing(mut viewer) => {
                let (bytes, is_over) = ready(&mut viewer);
                self.trace.note(format!("viewer {number} reads {bytes} bytes, over: {is_over}"));
                if !is_over {
                    self.viewers.push((number, Watching::Playing(viewer)));
                }
            }
        }
    }

    /// What must be true at every moment.
    pub fn check(&self, now: u64) {
        let findings = self.origins.findings(now);
        assert!(findings.is_empty(), "{findings:?}");
    }

    /// Everybody leaves. Nothing is fetched for nobody.
    pub fn end(&mut self, clock: &HandClock) {
        self.viewers.clear();
        self.pass(clock, 5_000);
        let (open, metrics) = (self.origins.open(), self.media.metrics());
        assert!(open.is_empty() && metrics.channels.is_empty(), "nobody watches, and {open:?} stay open: {metrics:?}");
    }
}

/// All that is there already. Whole packets, or the walk fails.
fn ready(viewer: &mut Viewer) -> (usize, bool) {
    let mut context = Context::from_waker(Waker::noop());
    let mut count = 0;
    loop {
        match Pin::new(&mut *viewer).poll_next(&mut context) {
            Poll::Ready(Some(bytes)) => {
                assert!(bytes.chunks(188).all(|packet| packet.len() == 188 && packet[0] == 0x47), "half a packet");
                count += bytes.len();
            }
            Poll::Ready(None) => return (count, true),
            Poll::Pending => return (count, false),
        }
    }
}

fn row(store: &dyn Store, tenant: TenantId, stream: u32) -> Row {
    match at_once(store.get(Database::Tenant(tenant), Scope::Tenant, Key::Stream(StreamId(stream)))).unwrap() {
        Some(Object::Stream(row)) => row,
        other => panic!("no stream {stream}: {other:?}"),
    }
}
