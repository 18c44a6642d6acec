//! What one call of a guest may use, and the counters that hold it to that.

use host_core::action::Budget;
use host_core::refusal::{Code, Refusal};
use std::time::Duration;
use wasmtime::{OutOfMemory, PoolConcurrencyLimitError, ResourceLimiter};

/// Bytes of linear memory, over all memories of a guest.
pub(crate) const MEMORY_BYTES: usize = 64 << 20;
/// Linear memories of a guest.
pub(crate) const MEMORIES: u32 = 1;
/// Tables of a guest, over all its modules.
pub(crate) const TABLES: u32 = 4;
/// Bytes of one function, unless the operator allows a plugin more.
pub(crate) const FUNCTION_BYTES: usize = 64 << 10;
/// Elements of all tables of a guest.
pub(crate) const TABLE_ELEMENTS: usize = 10_000;
/// Core instances of a guest.
pub(crate) const CORE_INSTANCES: u32 = 16;
/// Bytes of guest stack.
pub(crate) const STACK_BYTES: usize = 512 << 10;
/// Live handles of a guest.
pub(crate) const HANDLES: usize = 1_000;
/// Bytes that a guest may hand over in one host call.
pub(crate) const HOST_CALL_BYTES: usize = 16 << 20;
/// Bytes of a text that a guest hands over, but for a piece of its body.
pub(crate) const ARGUMENT_BYTES: usize = 256 << 10;
/// Bytes of a reply.
pub(crate) const REPLY_BYTES: usize = 8 << 20;
/// Bytes of a body that the host holds in memory.
pub(crate) const BODY_BYTES: usize = 64 << 20;
/// Bytes of the text of a body that goes into a file.
pub(crate) const BODY_TEXT_BYTES: u64 = 4 << 30;
/// Bytes of such a file.
pub(crate) const BODY_FILE_BYTES: u64 = 512 << 20;
/// Bytes of all such files of a tenant.
pub(crate) const BODY_FILES_BYTES: u64 = 1 << 30;

const HOST_CALLS: u32 = 1_000;
const HOST_CALLS_BUILDING: u32 = 100_000;
const LOG_BYTES: usize = 64 << 10;
/// What the shortest log line counts.
const LOG_LINE: usize = 256;
const RANDOM_BYTES: usize = 64 << 10;

/// A limit that a call ran into. It ends the call; its caller is refused, because a smaller wish may fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    /// Guest time of its budget class.
    #[error("it used up its guest time")]
    Time,
    /// Wall time of its budget class.
    #[error("it used up its wall time")]
    Wall,
    /// Linear memory.
    #[error("it wanted more than {} MiB of memory", MEMORY_BYTES >> 20)]
    Memory,
    /// Table elements.
    #[error("it wanted tables of more than {TABLE_ELEMENTS} elements")]
    Table,
    /// Host calls.
    #[error("it made more host calls than one call may")]
    HostCalls,
    /// Random bytes.
    #[error("it asked for more than {} KiB of random bytes", RANDOM_BYTES >> 10)]
    Random,
    /// Bytes of a text that it hands to the host.
    #[error("it handed the host a text of more than {} KiB", ARGUMENT_BYTES >> 10)]
    Argument,
    /// Bytes of its body.
    #[error("its body is larger than {} MiB; name `file` in its cache rule", BODY_BYTES >> 20)]
    Body,
    /// Bytes of its body in a file.
    #[error("its body is larger than {} GiB, or {} MiB when compressed", BODY_TEXT_BYTES >> 30, BODY_FILE_BYTES >> 20)]
    BodyFile,
    /// Bytes of its reply.
    #[error("its reply is larger than {} MiB; write it through the body capability", REPLY_BYTES >> 20)]
    Reply,
}

impl Spent {
    /// What the caller is told.
    pub(crate) fn refusal(self) -> Refusal {
        let (code, message) = match self {
            Spent::Time | Spent::Wall => (Code::Unavailable, "This took longer than it may; ask for less at once."),
            Spent::Memory | Spent::Table | Spent::HostCalls | Spent::Random => {
                (Code::TooLarge, "This is more work than one request may be; ask for less at once.")
            }
            Spent::Argument | Spent::Body | Spent::BodyFile | Spent::Reply => {
                (Code::TooLarge, "The answer is larger than it may be; ask for less at once.")
            }
        };
        Refusal::new(code, message)
    }
}

/// Counts what one call uses.
#[derive(Debug)]
pub(crate) struct Meter {
    memory: usize,
    table: usize,
    host_calls: u32,
    log: usize,
    random: usize,
    /// Of guest time.
    ticks: u32,
}

impl Meter {
    /// For an ordinary call, or for one that builds a body.
    pub(crate) fn new(building: bool) -> Meter {
        let host_calls = if building { HOST_CALLS_BUILDING } else { HOST_CALLS };
        let ticks = Time::of(Budget::Fast).ticks;
        Meter { memory: 0, table: 0, host_calls, log: LOG_BYTES, random: RANDOM_BYTES, ticks }
    }

    /// With the guest time of a call.
    pub(crate) fn with_time(self, time: Time) -> Meter {
        Meter { ticks: time.ticks, ..self }
    }

    /// What is left of it for another guest of the same call, in an instance of its own.
    pub(crate) fn for_another(self) -> Meter {
        Meter { memory: 0, table: 0, ..self }
    }

    /// Counts a tick of guest time.
    pub(crate) fn tick(&mut self) -> Result<(), Spent> {
        self.ticks = self.ticks.checked_sub(1).ok_or(Spent::Time)?;
        Ok(())
    }

    /// Counts one host call.
    pub(crate) fn host_call(&mut self) -> Result<(), Spent> {
        self.host_calls(1)
    }

    /// Counts a host call that costs as much as `count` ordinary ones.
    pub(crate) fn host_calls(&mut self, count: u32) -> Result<(), Spent> {
        self.host_calls = self.host_calls.checked_sub(count).ok_or(Spent::HostCalls)?;
        Ok(())
    }

    /// How many bytes of a log line of `wanted` bytes are still allowed; none when no line is.
    pub(crate) fn log_line(&mut self, wanted: usize) -> Option<usize> {
        // An empty line takes a place in the ring like any other.
        let taken = self.log(wanted.max(LOG_LINE));
        (taken > 0).then_some(wanted.min(taken))
    }

    /// How many of `wanted` bytes for the log are still allowed.
    pub(crate) fn log(&mut self, wanted: usize) -> usize {
        let allowed = wanted.min(self.log);
        self.log -= allowed;
        allowed
    }

    /// Counts random bytes.
    pub(crate) fn random(&mut self, wanted: usize) -> Result<(), Spent> {
        self.random = self.random.checked_sub(wanted).ok_or(Spent::Random)?;
        Ok(())
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        // Sums over all memories: one limit for the guest, however it divides it.
        let total = self.memory.saturating_sub(current).saturating_add(desired);
        if total > MEMORY_BYTES {
            return Err(Spent::Memory.into());
        }
        self.memory = total;
        Ok(true)
    }

    fn table_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.table.saturating_sub(current).saturating_add(desired);
        if total > TABLE_ELEMENTS {
            return Err(Spent::Table.into());
        }
        self.table = total;
        Ok(true)
    }

    fn memory_grow_failed(&mut self, error: wasmtime::Error) -> wasmtime::Result<()> {
        // The guest hears that it got no memory, unless it is the machine that has none.
        if has_no_room(&error) { Err(error) } else { Ok(()) }
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES as usize
    }

    fn tables(&self) -> usize {
        TABLES as usize
    }

    fn memories(&self) -> usize {
        MEMORIES as usize
    }
}

/// How long a call may run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Time {
    /// Ticks of guest time.
    pub(crate) ticks: u32,
    /// Wall time of its own, in which it does not wait for the host.
    pub(crate) wall: Duration,
    /// Wall time in all, without waiting for commit. What the host let it wait is not its fault.
    pub(crate) all: Duration,
}

impl Time {
    /// The limits of a budget class.
    pub(crate) fn of(budget: Budget) -> Time {
        match budget {
            Budget::Fast => Time { ticks: ticks(250), wall: Duration::from_millis(250), all: Duration::from_secs(2) },
            Budget::Http => Time { ticks: ticks(250), wall: Duration::from_secs(20), all: Duration::from_secs(20) },
            Budget::Job => Time { ticks: ticks(60_000), wall: Duration::from_secs(60), all: Duration::from_secs(60) },
        }
    }
}

const fn ticks(milliseconds: u32) -> u32 {
    milliseconds / TICK.as_millis() as u32
}

/// How often the epoch advances: the unit in which guest time is counted, and in which guests take turns.
pub(crate) const TICK: Duration = Duration::from_millis(2);

/// Whether a guest could not run because the pool or the machine had no room for it.
pub(crate) fn has_no_room(error: &wasmtime::Error) -> bool {
    let of_machine = |cause: &(dyn std::error::Error + 'static)| {
        let io = cause.downcast_ref::<std::io::Error>();
        io.is_some_and(|error| error.kind() == std::io::ErrorKind::OutOfMemory)
            || cause.downcast_ref::<rustix::io::Errno>() == Some(&rustix::io::Errno::NOMEM)
    };
    error.is::<PoolConcurrencyLimitError>() || error.is::<OutOfMemory>() || error.chain().any(of_machine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_summed_over_all_memories_of_a_guest() {
        let mut meter = Meter::new(false);
        assert!(meter.memory_growing(0, MEMORY_BYTES / 2, None).unwrap());
        assert!(meter.memory_growing(0, MEMORY_BYTES / 2, None).unwrap());
        assert_eq!(meter.memory_growing(0, 65_536, None).unwrap_err().downcast_ref(), Some(&Spent::Memory));
    }

    #[test]
    fn elements_are_summed_over_all_tables_of_a_guest() {
        let mut meter = Meter::new(false);
        assert!(meter.table_growing(0, TABLE_ELEMENTS - 10, None).unwrap());
        assert!(meter.table_growing(0, 10, None).unwrap());
        assert_eq!(meter.table_growing(10, 11, None).unwrap_err().downcast_ref(), Some(&Spent::Table));
    }

    #[test]
    fn a_log_line_is_cut_where_the_allowance_ends() {
        let mut meter = Meter::new(false);
        assert_eq!(meter.log_line(60 << 10), Some(60 << 10));
        assert_eq!(meter.log_line(60 << 10), Some(4 << 10));
        assert_eq!(meter.log_line(1), None);
    }

    #[test]
    fn empty_lines_use_the_allowance_up_too() {
        let mut meter = Meter::new(false);
        assert_eq!((0..10_000).filter(|_| meter.log_line(0).is_some()).count(), 256);
    }

    #[test]
    fn another_guest_of_the_call_has_what_is_left_and_memory_of_its_own() {
        let time = Time { ticks: 3, wall: TICK, all: TICK };
        let mut meter = Meter::new(false).with_time(time);
        assert!(meter.memory_growing(0, MEMORY_BYTES, None).unwrap());
        assert_eq!((meter.host_calls(999), meter.tick(), meter.tick()), (Ok(()), Ok(()), Ok(())));
        let mut another = meter.for_another();
        assert!(another.memory_growing(0, MEMORY_BYTES, None).unwrap());
        assert_eq!((another.host_call(), another.host_call()), (Ok(()), Err(Spent::HostCalls)));
        assert_eq!((another.tick(), another.tick()), (Ok(()), Err(Spent::Time)));
    }

    #[test]
    fn a_build_may_make_more_host_calls_than_a_call() {
        let count = |building| {
            let mut meter = Meter::new(building);
            (0..200_000).take_while(|_| meter.host_call().is_ok()).count()
        };
        assert_eq!((count(false), count(true)), (1_000, 100_000));
    }
}
