//! Where the leases of this node outlive its process.

use host_core::lease::Lease;
use host_core::time::Unix;

/// Keeps leases where a crash of the process does not lose them. Each lease has a slot; no
/// call makes a system call.
pub trait LeaseMirror: Send + Sync + 'static {
    /// Writes a lease into a free slot; `None` when all slots are taken.
    fn put(&self, lease: &Lease) -> Option<u32>;
    /// Moves the expiry of the lease in a slot.
    fn renew(&self, slot: u32, expires_at: Unix);
    /// Frees a slot.
    fn clear(&self, slot: u32);
    /// Every mirrored lease with its slot; torn or damaged slots are cleared and left out.
    fn load(&self) -> Vec<(u32, Lease)>;
}

/// Keeps nothing: what leases cost without a mirror, and tests whose process does not end.
#[derive(Debug)]
pub struct NoMirror;

impl LeaseMirror for NoMirror {
    fn put(&self, _: &Lease) -> Option<u32> {
        None
    }

    fn renew(&self, _: u32, _: Unix) {}

    fn clear(&self, _: u32) {}

    fn load(&self) -> Vec<(u32, Lease)> {
        Vec::new()
    }
}
