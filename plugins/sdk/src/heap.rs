//! The guest's heap: it begins at the end of the stack and lies inside the initial memory, so that an ordinary call
//! never asks the host for more. A released block is kept for the next block of its size, because a build of 50,000
//! rows must not grow with its rows. It needs no lock: a guest has one thread.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout};
use std::cell::UnsafeCell;
use std::ptr;

const PAGE: usize = 65_536;
/// Every block is aligned to this, and none is smaller.
const GRAIN: usize = 16;

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(State { next: 0, end: 0, released: [ptr::null_mut(); 32] }));

struct Heap(UnsafeCell<State>);

struct State {
    /// Where the next new block begins; 0 before the first one.
    next: usize,
    /// Where the memory ends.
    end: usize,
    /// By the power of two that is their size: the last released block; each holds the address
    /// of the one before.
    released: [*mut u8; 32],
}

// SAFETY: a guest has one thread, and no function of the heap calls back into code that allocates.
unsafe impl Sync for Heap {}

unsafe extern "C" {
    /// Set by the linker: the first address after data and stack.
    static __heap_base: u8;
}

/// The size of the block that serves this layout: a power of two.
fn block_size(layout: Layout) -> usize {
    layout.size().max(layout.align()).max(GRAIN).next_power_of_two()
}

impl State {
    /// The list of released blocks of a size.
    fn list(&mut self, size: usize) -> &mut *mut u8 {
        // The remainder changes nothing. Without it there is a check that could panic, and what can panic is no part of
        // `cabi_realloc` that the packer could copy: `plugins/pack/src/two_modules`.
        &mut self.released[size.trailing_zeros() as usize % 32]
    }

    /// A block that has never been used, or null when the host gives no more memory.
    fn fresh(&mut self, size: usize, align: usize) -> *mut u8 {
        if self.next == 0 {
            self.next = (&raw const __heap_base).addr().next_multiple_of(GRAIN);
            self.end = core::arch::wasm32::memory_size(0) * PAGE;
        }
        let start = self.next.next_multiple_of(align.max(GRAIN));
        let Some(end) = start.checked_add(size) else { return ptr::null_mut() };
        if !self.reaches(end) {
            return ptr::null_mut();
        }
        self.next = end;
        ptr::with_exposed_provenance_mut(start)
    }

    /// Whether the memory reaches to `end`, after asking for more where it does not.
    fn reaches(&mut self, end: usize) -> bool {
        if end > self.end {
            let pages = (end - self.end).div_ceil(PAGE);
            if core::arch::wasm32::memory_grow(0, pages) == usize::MAX {
                return false;
            }
            self.end += pages * PAGE;
        }
        true
    }
}

// SAFETY: blocks come from one ever-rising pointer or from the list of released blocks of their
// size, so no two live blocks overlap; alignments above the grain never use the lists.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let state = unsafe { &mut *self.0.get() };
        let size = block_size(layout);
        let list = state.list(size);
        if layout.align() <= GRAIN && !list.is_null() {
            let block = *list;
            *list = unsafe { block.cast::<*mut u8>().read() };
            return block;
        }
        state.fresh(size, layout.align())
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        let state = unsafe { &mut *self.0.get() };
        let size = block_size(layout);
        if block.addr() + size == state.next {
            state.next = block.addr();
            return;
        }
        if layout.align() <= GRAIN {
            let list = state.list(size);
            unsafe { block.cast::<*mut u8>().write(*list) };
            *list = block;
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let Ok(wanted) = Layout::from_size_align(new_size, layout.align()) else { return ptr::null_mut() };
        let (old, new) = (block_size(layout), block_size(wanted));
        if new == old {
            return block;
        }
        let state = unsafe { &mut *self.0.get() };
        // The newest block grows where it is: texts that are written piece by piece are not copied.
        if block.addr() + old == state.next && new > old && state.reaches(block.addr() + new) {
            state.next = block.addr() + new;
            return block;
        }
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(block, moved, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
