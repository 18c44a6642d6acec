//! Leases in a memory-mapped file of fixed slots: they outlive the process, not the machine. One of
//! the two files with `unsafe`: mapping, and the view as words.
#![allow(unsafe_code)]

use crate::directory::DataDirectory;
use crate::error::OpenError;
use crate::leases::LeaseMirror;
use host_core::lease::{Fence, Lease};
use host_core::time::Unix;
use host_core::{LineId, StreamId, TenantId, UserId};
use memmap2::MmapMut;
use parking_lot::Mutex;
use std::net::{IpAddr, Ipv6Addr};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// Words of eight bytes in a slot: 128 bytes, two cache lines.
const WORDS: usize = 16;
/// Words that the checksum covers; the expiry moves and carries its own.
const COVERED: usize = 9;
/// Where they stand in a slot. Word 0 is the checksum, 0 in a free slot.
const SUM: usize = 0;
const FIRST: usize = 1;
const EXPIRY: usize = FIRST + COVERED;
/// Bits of the expiry word that hold seconds; the rest is its check.
const SECONDS: u32 = 40;

/// The file `leases.map`. No call makes a system call: the pages are there from the start.
pub struct MappedLeases {
    map: MmapMut,
    slots: u32,
    /// Slots that nobody holds.
    free: Mutex<Vec<u32>>,
}

impl std::fmt::Debug for MappedLeases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MappedLeases({} slots)", self.slots)
    }
}

impl MappedLeases {
    /// Maps the file, which is made or enlarged to `slots`.
    pub(crate) fn open(directory: &DataDirectory, slots: u32) -> Result<MappedLeases, OpenError> {
        let path = directory.leases();
        let io = |error| OpenError::io(&path)(error);
        let file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .mode(0o600)
            .open(&path)
            .map_err(io)?;
        let there = file.metadata().map_err(io)?.len();
        let slots = slots.max(1).max(u32::try_from(there / (WORDS as u64 * 8)).unwrap_or(0));
        let bytes = u64::from(slots) * WORDS as u64 * 8;
        // Takes the blocks now: writing to a mapped page of a full disk would kill the process.
        rustix::fs::fallocate(&file, rustix::fs::FallocateFlags::empty(), 0, bytes)
            .map_err(|error| io(error.into()))?;
        // SAFETY: the file is private to this user and, by the directory's lock, to this process;
        // nothing here or elsewhere truncates it while it is mapped.
        let map = unsafe { MmapMut::map_mut(&file) }.map_err(io)?;
        let mirror = MappedLeases { map, slots, free: Mutex::default() };
        let words = mirror.words();
        // Touches every page, so that no later call waits for one. Low numbers are given first.
        let free = (0..slots).rev().filter(|slot| words[*slot as usize * WORDS].load(Ordering::Relaxed) == 0);
        *mirror.free.lock() = free.collect();
        Ok(mirror)
    }

    fn words(&self) -> &[AtomicU64] {
        let length = self.slots as usize * WORDS;
        // SAFETY: the mapping is page-aligned, at least `length` words long (it was allocated to
        // that size) and lives as long as `self`. All access goes through these atomics, so that
        // shared references may write; every bit pattern is a valid word.
        unsafe { std::slice::from_raw_parts(self.map.as_ptr().cast::<AtomicU64>(), length) }
    }

    fn slot(&self, slot: u32) -> Option<&[AtomicU64]> {
        let first = slot as usize * WORDS;
        self.words().get(first..first + WORDS)
    }
}

// Both sums find what a crash tore, on every start and end of a connection: fast, and the same in
// every version of the program. They keep nobody out; the file's mode does.

fn sum(words: &[u64; COVERED]) -> u64 {
    // Never 0: that is a free slot.
    short(words) | 1
}

fn short<const N: usize>(words: &[u64; N]) -> u64 {
    let mut bytes = [[0; 8]; N];
    for (bytes, word) in bytes.iter_mut().zip(words) {
        *bytes = word.to_le_bytes();
    }
    xxh3_64(bytes.as_flattened())
}

/// The expiry as one word, so that a renewal is one store and cannot be torn.
fn expiry(fence: u64, at: Unix) -> u64 {
    let seconds = at.0.clamp(0, (1 << SECONDS) - 1).cast_unsigned();
    seconds | short(&[fence, seconds]) << SECONDS
}

fn expiry_of(fence: u64, word: u64) -> Option<Unix> {
    let at = Unix((word & ((1 << SECONDS) - 1)).cast_signed());
    (expiry(fence, at) == word).then_some(at)
}

fn covered(lease: &Lease) -> [u64; COVERED] {
    let (family, address) = match lease.address {
        IpAddr::V4(address) => (4, u128::from(address.to_bits())),
        IpAddr::V6(address) => (6, address.to_bits()),
    };
    [
        lease.fence.0,
        u64::from(lease.tenant.0) << 32 | u64::from(lease.line.0),
        u64::from(lease.stream.0) << 32 | family,
        lease.session,
        lease.agent,
        (address >> 64) as u64,
        address as u64,
        lease.started_at.0.cast_unsigned(),
        // 0 in leases of programs that did not mirror it.
        lease.owner.map_or(0, |owner| u64::from(owner.0)),
    ]
}

fn high(word: u64) -> u32 {
    (word >> 32) as u32
}

fn low(word: u64) -> u32 {
    word as u32
}

fn lease_of(words: &[u64; COVERED], expires_at: Unix) -> Option<Lease> {
    let [fence, who, what, session, agent, address_high, address_low, started, owner] = *words;
    let address = u128::from(address_high) << 64 | u128::from(address_low);
    let address = match low(what) {
        4 => IpAddr::V4(u32::try_from(address).ok()?.into()),
        6 => IpAddr::V6(Ipv6Addr::from_bits(address)),
        _ => return None,
    };
    Some(Lease {
        fence: Fence(fence),
        tenant: TenantId(high(who)),
        line: LineId(low(who)),
        owner: Some(UserId(low(owner))).filter(|owner| owner.0 != 0),
        stream: StreamId(high(what)),
        session,
        agent,
        address,
        started_at: Unix(started.cast_signed()),
        expires_at,
    })
}

impl LeaseMirror for MappedLeases {
    fn put(&self, lease: &Lease) -> Option<u32> {
        let number = self.free.lock().pop()?;
        let slot = self.slot(number)?;
        let words = covered(lease);
        for (cell, word) in slot.iter().skip(FIRST).zip(words) {
            cell.store(word, Ordering::Relaxed);
        }
        slot[EXPIRY].store(expiry(lease.fence.0, lease.expires_at), Ordering::Relaxed);
        // Last: before it the slot counts as free.
        slot[SUM].store(sum(&words), Ordering::Release);
        Some(number)
    }

    fn renew(&self, slot: u32, expires_at: Unix) {
        if let Some(slot) = self.slot(slot)
            && slot[SUM].load(Ordering::Acquire) != 0
        {
            let fence = slot[FIRST].load(Ordering::Relaxed);
            slot[EXPIRY].store(expiry(fence, expires_at), Ordering::Release);
        }
    }

    fn clear(&self, slot: u32) {
        if let Some(words) = self.slot(slot)
            && words[SUM].swap(0, Ordering::AcqRel) != 0
        {
            self.free.lock().push(slot);
        }
    }

    fn load(&self) -> Vec<(u32, Lease)> {
        let mut leases = Vec::new();
        for number in 0..self.slots {
            let Some(slot) = self.slot(number) else { break };
            let stored = slot[SUM].load(Ordering::Acquire);
            if stored == 0 {
                continue;
            }
            let words: [u64; COVERED] = std::array::from_fn(|at| slot[FIRST + at].load(Ordering::Relaxed));
            let whole = (sum(&words) == stored).then(|| expiry_of(words[0], slot[EXPIRY].load(Ordering::Relaxed)));
            match whole.flatten().and_then(|expires_at| lease_of(&words, expires_at)) {
                Some(lease) => leases.push((number, lease)),
                None => self.clear(number),
            }
        }
        leases
    }
}
