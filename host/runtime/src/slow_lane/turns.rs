//! The turns of the slow lane: which call is polled next, and what becomes of it.

use host_core::TenantId;
use parking_lot::{Condvar, Mutex};
use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use tokio::runtime::Handle;

/// What the threads of the lane share.
#[derive(Default)]
pub(super) struct Shared {
    pub(super) queue: Mutex<Queue>,
    pub(super) ready: Condvar,
}

#[derive(Default)]
pub(super) struct Queue {
    /// Tenants that have a call waiting, each once, in the order of their turns.
    turns: VecDeque<TenantId>,
    waiting: HashMap<TenantId, VecDeque<Arc<Task>>>,
    /// How many calls of a tenant are being polled.
    pub(super) running: HashMap<TenantId, usize>,
    pub(super) ended: bool,
}

impl Queue {
    /// The next call: of the first tenant in turn that has none running, or of the first when all have.
    pub(super) fn next(&mut self) -> Option<Arc<Task>> {
        let rests = |tenant: &TenantId| !self.running.contains_key(tenant);
        let at = self.turns.iter().position(rests).unwrap_or(0);
        let tenant = self.turns.remove(at)?;
        let calls = self.waiting.get_mut(&tenant)?;
        let task = calls.pop_front();
        if calls.is_empty() {
            self.waiting.remove(&tenant);
        } else {
            self.turns.push_back(tenant);
        }
        if task.is_some() {
            *self.running.entry(tenant).or_default() += 1;
        }
        task
    }
}

impl Shared {
    /// Queues a call: `at_once` before the others of its tenant.
    pub(super) fn push(&self, task: Arc<Task>, at_once: bool) {
        let mut queue = self.queue.lock();
        let calls = queue.waiting.entry(task.tenant).or_default();
        let is_first = calls.is_empty();
        let tenant = task.tenant;
        if at_once {
            calls.push_front(task);
        } else {
            calls.push_back(task);
        }
        if is_first {
            queue.turns.push_back(tenant);
        }
        drop(queue);
        self.ready.notify_one();
    }

    /// The next call, when there is one; none once the lane was ended.
    pub(super) fn wait(&self) -> Option<Arc<Task>> {
        let mut queue = self.queue.lock();
        loop {
            if queue.ended {
                return None;
            }
            match queue.next() {
                Some(task) => return Some(task),
                None => self.ready.wait(&mut queue),
            }
        }
    }

    fn rest(&self, tenant: TenantId) {
        let mut queue = self.queue.lock();
        if let Some(running) = queue.running.get_mut(&tenant) {
            *running -= 1;
            if *running == 0 {
                queue.running.remove(&tenant);
            }
        }
    }
}

/// Waits for something.
const IDLE: u8 = 0;
/// In the queue.
const QUEUED: u8 = 1;
/// Being polled.
const RUNNING: u8 = 2;
/// Being polled, and to be polled again.
const WOKEN: u8 = 3;

/// A call on the lane.
pub(super) struct Task {
    pub(super) tenant: TenantId,
    lane: Arc<Shared>,
    /// Of the request: what the call waits for may need its timers.
    executor: Option<Handle>,
    step: AtomicU8,
    abandoned: AtomicBool,
    work: Mutex<Option<Pin<Box<dyn Future<Output = ()> + Send>>>>,
}

impl Task {
    /// To be queued on a lane.
    pub(super) fn new(
        tenant: TenantId,
        lane: &Arc<Shared>,
        work: impl Future<Output = ()> + Send + 'static,
    ) -> Arc<Task> {
        Arc::new(Task {
            tenant,
            lane: Arc::clone(lane),
            executor: Handle::try_current().ok(),
            step: AtomicU8::new(QUEUED),
            abandoned: AtomicBool::new(false),
            work: Mutex::new(Some(Box::pin(work))),
        })
    }

    /// Polls it once.
    pub(super) fn run(self: Arc<Task>) {
        self.step.store(RUNNING, Ordering::SeqCst);
        let is_pending = self.poll();
        self.lane.rest(self.tenant);
        if !is_pending {
            return;
        }
        let idle = self.step.compare_exchange(RUNNING, IDLE, Ordering::SeqCst, Ordering::SeqCst);
        if idle.is_err() {
            self.step.store(QUEUED, Ordering::SeqCst);
            self.lane.push(Arc::clone(&self), false);
        }
    }

    /// Whether there is more to do.
    fn poll(self: &Arc<Task>) -> bool {
        let _executor = self.executor.as_ref().map(Handle::enter);
        let waker = Waker::from(Arc::clone(self));
        let mut slot = self.work.lock();
        let Some(work) = slot.as_mut().filter(|_| !self.abandoned.load(Ordering::SeqCst)) else {
            *slot = None;
            return false;
        };
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(&mut Context::from_waker(&waker))));
        if matches!(polled, Ok(Poll::Pending)) && !self.abandoned.load(Ordering::SeqCst) {
            return true;
        }
        *slot = None;
        false
    }
}

impl Wake for Task {
    fn wake(self: Arc<Task>) {
        loop {
            let (seen, next) = match self.step.load(Ordering::SeqCst) {
                IDLE => (IDLE, QUEUED),
                RUNNING => (RUNNING, WOKEN),
                _ => return,
            };
            if self.step.compare_exchange(seen, next, Ordering::SeqCst, Ordering::SeqCst).is_ok() {
                if next == QUEUED {
                    Arc::clone(&self.lane).push(self, false);
                }
                return;
            }
        }
    }
}

/// Ends a call whose request is gone: at once when it waits, after its tick when it runs.
pub(super) struct Abandon(pub(super) Arc<Task>);

impl Drop for Abandon {
    fn drop(&mut self) {
        self.0.abandoned.store(true, Ordering::SeqCst);
        if let Some(mut slot) = self.0.work.try_lock() {
            *slot = None;
        }
    }
}
