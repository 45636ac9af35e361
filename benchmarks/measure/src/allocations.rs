//! An allocator that counts what it hands out and takes back.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static BLOCKS: AtomicU64 = AtomicU64::new(0);
static BYTES: AtomicU64 = AtomicU64::new(0);
static HELD_BLOCKS: AtomicI64 = AtomicI64::new(0);
static HELD_BYTES: AtomicI64 = AtomicI64::new(0);

/// What has been allocated since the program began, and what of it is held now.
pub(crate) struct Allocations {
    pub(crate) blocks: u64,
    pub(crate) bytes: u64,
    pub(crate) held_blocks: i64,
    pub(crate) held_bytes: i64,
}

pub(crate) fn so_far() -> Allocations {
    Allocations {
        blocks: BLOCKS.load(Ordering::Relaxed),
        bytes: BYTES.load(Ordering::Relaxed),
        held_blocks: HELD_BLOCKS.load(Ordering::Relaxed),
        held_bytes: HELD_BYTES.load(Ordering::Relaxed),
    }
}

// SAFETY: every method hands its arguments on to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        took(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        gave_back(layout.size());
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        gave_back(layout.size());
        took(size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

fn took(bytes: usize) {
    BLOCKS.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(bytes as u64, Ordering::Relaxed);
    HELD_BLOCKS.fetch_add(1, Ordering::Relaxed);
    HELD_BYTES.fetch_add(bytes as i64, Ordering::Relaxed);
}

fn gave_back(bytes: usize) {
    HELD_BLOCKS.fetch_sub(1, Ordering::Relaxed);
    HELD_BYTES.fetch_sub(bytes as i64, Ordering::Relaxed);
}
