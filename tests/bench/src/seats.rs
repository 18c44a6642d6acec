//! Taking and leaving a seat: with the mirrored file, and with the same map alone.

use crate::cpu;
use crate::panel::ADDRESS;
use crate::report::Report;
use anyhow::bail;
use host_core::journal::{Entry, LogPage, LogQuery};
use host_core::line::SeatLimit;
use host_core::port::{Journal, Pending};
use host_core::settings::{ConnectionPolicy, SamePlayer};
use host_core::time::{Expiry, Unix};
use host_core::{LineId, NodeId, StreamId, TenantId, UserId};
use host_engine::connection::{Coming, SeatRequest, Seats};
use host_store::{LeaseMirror, LocalLeases, NoMirror, Opened, Options, SystemClock, SystemEntropy};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Pairs of one turn, and lines that they go round.
const PAIRS: u32 = 500_000;
const LINES: u32 = 10_000;

pub(crate) fn measure(report: &mut Report) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let opened = host_store::open(&folder.path().join("data"), Options::default())?;
    let (mirrored, alone) = (mirrored(&opened), seats(Arc::new(NoMirror)));
    report.compare(
        "a seat taken and left",
        "the map without the mirror",
        Some(1.5),
        || pairs(&mirrored, PAIRS),
        || pairs(&alone, PAIRS),
    )
}

/// Takes and leaves so often; what `strace -c` is told to watch.
pub(crate) fn repeat(count: u32) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let opened = host_store::open(&folder.path().join("data"), Options::default())?;
    pairs(&mirrored(&opened), count)?;
    Ok(())
}

fn mirrored(opened: &Opened) -> Arc<Seats> {
    seats(opened.mirror.clone())
}

fn seats(mirror: Arc<dyn LeaseMirror>) -> Arc<Seats> {
    let (node, clock) = (NodeId(1), Arc::new(SystemClock::default()));
    let leases = LocalLeases::new(node, clock.clone(), mirror);
    Arc::new(Seats::new(node, clock, &SystemEntropy, leases, Arc::new(NoJournal)))
}

/// CPU of this thread per pair.
fn pairs(seats: &Arc<Seats>, count: u32) -> anyhow::Result<Duration> {
    let before = cpu::of_this_thread();
    for number in 0..count {
        let session = seats.fresh_session();
        let seat = seats.acquire(SeatRequest {
            tenant: TenantId(1),
            line: LineId(1 + number % LINES),
            owner: UserId(1),
            stream: StreamId(7),
            session,
            coming: Coming::Start,
            agent_hash: u64::from(number),
            agent: "VLC/3.0.20 LibVLC/3.0.20",
            address: ADDRESS,
            output: None,
            credentials: None,
            limit: SeatLimit::AtMost(NonZeroU32::MIN),
            expiry: Expiry::Never,
            policy: ConnectionPolicy::Refuse,
            same_player: SamePlayer::TakeOver,
        });
        drop(at_once(seat)??);
    }
    Ok((cpu::of_this_thread() - before) / count)
}

/// The answer of what waits for nothing.
fn at_once<T>(answer: impl Future<Output = T>) -> anyhow::Result<T> {
    match pin!(answer).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => Ok(answer),
        Poll::Pending => bail!("the leases of one node are asked, and do not answer at once"),
    }
}

/// Keeps nothing: the history of both sides costs the same, and is not what is measured.
struct NoJournal;

impl Journal for NoJournal {
    fn note(&self, _: TenantId, _: Entry) {}

    fn read(&self, _: TenantId, _: LogQuery) -> Pending<'_, LogPage> {
        Pending::ready(Ok(LogPage::uncounted(Vec::new())))
    }

    fn is_trusted(&self, _: TenantId, _: LineId, _: IpAddr, _: Unix) -> Pending<'_, bool> {
        Pending::ready(Ok(false))
    }
}
