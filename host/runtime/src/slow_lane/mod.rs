//! The slow lane: threads of lower priority on which calls run that met their first tick. A call is polled once by the
//! thread of its request, where nearly all end; one that does not is handed over as it is, so that no request's thread
//! is held longer; while calls of an action are here, the next ones of that action begin here, so that a tenant's many
//! endless calls do not each take a request's thread for their first tick. Tenants take turns, a tick each, however
//! many calls each of them has here.

mod turns;

use host_core::TenantId;
use host_engine::log_scope::in_current_scope;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use turns::{Abandon, Shared, Task};

/// How much less than a request's thread the system gives to one of these when both want to run.
const NICE: i32 = 10;

/// What is read and written again in a small part of a tick.
const LARGE_BYTES: usize = 32 * 1024;

/// The lane; it ends with this value.
pub(crate) struct SlowLane {
    shared: Arc<Shared>,
    /// None: every call stays on the thread where it began.
    threads: usize,
}

impl SlowLane {
    /// A lane with `threads` threads.
    pub(crate) fn start(threads: usize) -> io::Result<SlowLane> {
        let shared = Arc::new(Shared::default());
        for number in 0..threads {
            let shared = Arc::clone(&shared);
            std::thread::Builder::new().name(format!("slow-{number}")).spawn(move || {
                // Without it the lane takes turns all the same; it only competes harder.
                let _ = rustix::process::nice(NICE);
                while let Some(task) = shared.wait() {
                    task.run();
                }
            })?;
        }
        Ok(SlowLane { shared, threads })
    }

    /// Runs a call: here until it was polled for longer than `tick` in all, then on the lane; at once there when it is
    /// known to take long, or when others of its action have been handed over and are there still. None when the
    /// lane was ended, or the call panicked there.
    #[expect(clippy::disallowed_methods, reason = "how long a thread was really held decides")]
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        tenant: TenantId,
        mut call: impl Future<Output = T> + Send + Unpin + 'static,
        tick: Duration,
        takes_long: bool,
        others: &HandedOver,
    ) -> Option<T> {
        if self.threads == 0 {
            return Some(call.await);
        }
        if takes_long {
            return self.hand_over(tenant, call, false).await;
        }
        let begins_here = others.0.load(Ordering::Relaxed) == 0;
        if begins_here {
            let mut held = Duration::ZERO;
            let here = poll_fn(|context| {
                let begun = Instant::now();
                let polled = Pin::new(&mut call).poll(context);
                held += begun.elapsed();
                match polled {
                    Poll::Ready(answer) => Poll::Ready(Some(answer)),
                    Poll::Pending if held >= tick => Poll::Ready(None),
                    Poll::Pending => Poll::Pending,
                }
            });
            if let Some(answer) = here.await {
                return Some(answer);
            }
        }
        let _counted = begins_here.then(|| others.one_more());
        // One that has had no tick yet most likely needs no second one.
        self.hand_over(tenant, call, !begins_here).await
    }

    /// Does work that takes as long as its input is large: here when that is small.
    pub(crate) async fn work<T: Send + 'static>(
        &self,
        tenant: TenantId,
        input_bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if self.threads == 0 || input_bytes < LARGE_BYTES {
            return Some(work());
        }
        self.hand_over(tenant, async move { work() }, true).await
    }

    async fn hand_over<T: Send + 'static>(
        &self,
        tenant: TenantId,
        call: impl Future<Output = T> + Send + 'static,
        at_once: bool,
    ) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        let work = async move {
            let _ = answer.send(call.await);
        };
        let task = Task::new(tenant, &self.shared, in_current_scope(work));
        self.shared.push(Arc::clone(&task), at_once);
        let _abandoned_with_the_request = Abandon(task);
        answered.await.ok()
    }
}

/// How many calls of one action in one tenant are on the lane because they met their first tick. Those that began
/// there are not among them: calls that are many and short would otherwise keep one another there.
#[derive(Default)]
pub(crate) struct HandedOver(AtomicUsize);

impl HandedOver {
    fn one_more(&self) -> impl Drop {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self)
    }
}

struct Counted<'a>(&'a HandedOver);

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for SlowLane {
    fn drop(&mut self) {
        self.shared.queue.lock().ended = true;
        self.shared.ready.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parking_lot::Mutex;
    use std::task::{Context, Waker};

    /// Takes turns for ever; counts them.
    struct Endless(Arc<Mutex<Vec<TenantId>>>, TenantId);

    impl Future for Endless {
        type Output = ();

        fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
            self.0.lock().push(self.1);
            context.waker().wake_by_ref();
            Poll::Pending
        }
    }

    /// A lane without threads, whose turns the test takes.
    fn by_hand() -> SlowLane {
        SlowLane { shared: Arc::default(), threads: 1 }
    }

    fn turn(lane: &SlowLane) -> bool {
        let task = lane.shared.queue.lock().next();
        task.is_some_and(|task| {
            task.run();
            true
        })
    }

    type Request = Pin<Box<dyn Future<Output = Option<()>>>>;

    /// A request whose call is on the lane.
    fn requested(lane: &'static SlowLane, call: impl Future<Output = ()> + Send + Unpin + 'static, of: u32) -> Request {
        let mut request: Request =
            Box::pin(async move { lane.run(TenantId(of), call, Duration::MAX, true, &HandedOver::default()).await });
        assert!(request.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        request
    }

    #[test]
    fn tenants_take_turns_however_many_calls_each_has() {
        let (lane, turns) = (Box::leak(Box::new(by_hand())), Arc::new(Mutex::new(Vec::new())));
        let call = |of: u32| requested(lane, Endless(Arc::clone(&turns), TenantId(of)), of);
        let _requests: Vec<Request> = (0..100).map(|_| call(1)).chain([call(2), call(3)]).collect();
        (0..300).for_each(|_| assert!(turn(lane)));
        let count = |of| turns.lock().iter().filter(|tenant| **tenant == TenantId(of)).count();
        assert_eq!((count(1), count(2), count(3)), (100, 100, 100));
    }

    #[test]
    fn a_tenant_has_no_second_call_running_while_another_tenant_waits() {
        let (lane, turns) = (Box::leak(Box::new(by_hand())), Arc::new(Mutex::new(Vec::new())));
        let call = |of: u32| requested(lane, Endless(Arc::clone(&turns), TenantId(of)), of);
        let _requests = [call(1), call(1), call(2)];
        let mut queue = lane.shared.queue.lock();
        let running: Vec<_> = (0..3).map(|_| queue.next().unwrap().tenant.0).collect();
        assert_eq!(running, [1, 2, 1], "and has one when nobody does");
    }

    #[test]
    fn a_call_whose_request_is_gone_is_dropped_at_once() {
        let (lane, turns) = (Box::leak(Box::new(by_hand())), Arc::new(Mutex::new(Vec::new())));
        let request = requested(lane, Endless(Arc::clone(&turns), TenantId(1)), 1);
        assert!(turn(lane));
        assert_eq!(Arc::strong_count(&turns), 2);
        drop(request);
        assert_eq!(Arc::strong_count(&turns), 1);
        assert!(turn(lane) && !turn(lane), "what is left of it leaves the queue");
        assert_eq!(turns.lock().len(), 1);
    }

    #[test]
    fn a_call_that_panics_costs_its_request_and_no_thread() {
        let lane = Box::leak(Box::new(by_hand()));
        let mut request = requested(lane, Box::pin(async { panic!("to be caught") }), 1);
        assert!(turn(lane) && !turn(lane));
        let ended = request.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(matches!(ended, Poll::Ready(None)));
        assert!(lane.shared.queue.lock().running.is_empty());
    }

    #[tokio::test]
    async fn a_call_that_was_polled_for_a_tick_goes_on_elsewhere_and_answers_here() {
        let lane = SlowLane::start(1).unwrap();
        let here = std::thread::current().id();
        let mut polls = 0;
        let call = poll_fn(move |context| {
            polls += 1;
            context.waker().wake_by_ref();
            if polls < 3 { Poll::Pending } else { Poll::Ready(std::thread::current().id()) }
        });
        let others = HandedOver::default();
        assert_ne!(lane.run(TenantId(1), Box::pin(call), Duration::ZERO, false, &others).await, Some(here));
        let short = Box::pin(async { std::thread::current().id() });
        assert_eq!(lane.run(TenantId(1), short, Duration::ZERO, false, &others).await, Some(here));
    }

    #[tokio::test]
    async fn work_on_much_is_done_elsewhere_and_on_little_here() {
        let lane = SlowLane::start(1).unwrap();
        let here = std::thread::current().id();
        let at = |bytes| lane.work(TenantId(1), bytes, || std::thread::current().id());
        assert_eq!(at(LARGE_BYTES - 1).await, Some(here));
        assert_ne!(at(LARGE_BYTES).await, Some(here));
        assert_eq!(lane.work(TenantId(1), LARGE_BYTES, || panic!("to be caught")).await, None::<()>);
    }

    #[test]
    fn while_a_call_of_an_action_is_on_the_lane_the_next_begins_there_and_before_it() {
        let lane: &'static SlowLane = Box::leak(Box::new(by_hand()));
        let others: &'static HandedOver = Box::leak(Box::default());
        let turns = Arc::new(Mutex::new(Vec::new()));
        let request = |of: u32| -> Request {
            let call = Endless(Arc::clone(&turns), TenantId(of));
            let mut request: Request = Box::pin(lane.run(TenantId(1), call, Duration::ZERO, false, others));
            assert!(request.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            request
        };
        let first = request(1);
        assert_eq!(turns.lock().split_off(0), [TenantId(1)], "it had its tick here");
        let second = request(2);
        assert_eq!(turns.lock().len(), 0, "this one has none here");
        assert!(turn(lane) && turn(lane));
        assert_eq!(turns.lock().split_off(0), [TenantId(2), TenantId(1)]);
        drop((first, second));
        let _third = request(3);
        assert_eq!(turns.lock().split_off(0), [TenantId(3)], "the lane is free of the action again");
    }
}
