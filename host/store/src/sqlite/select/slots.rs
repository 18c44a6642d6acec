//! How many statements of a tenant run at a time.

use host_core::TenantId;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;

/// Statements of one tenant that run or wait at a time.
const AT_A_TIME: u32 = 2;

/// How many statements of each tenant run or wait.
#[derive(Default)]
pub(in crate::sqlite) struct Slots(Mutex<HashMap<TenantId, u32>>);

/// A statement's slot; given back when it is dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    tenant: TenantId,
}

impl Slots {
    /// A slot, where one is free.
    pub(super) fn take(self: &Arc<Slots>, tenant: TenantId) -> Option<Slot> {
        let mut taken = self.0.lock();
        let count = taken.entry(tenant).or_insert(0);
        if *count >= AT_A_TIME {
            return None;
        }
        *count += 1;
        Some(Slot { slots: Arc::clone(self), tenant })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.0.lock();
        if let Some(count) = taken.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.tenant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_two_places_and_nobody_elses() {
        let slots = Arc::new(Slots::default());
        let first = slots.take(TenantId(1));
        let second = slots.take(TenantId(1));
        assert!(first.is_some() && second.is_some() && slots.take(TenantId(1)).is_none());
        assert!(slots.take(TenantId(2)).is_some());
        drop(first);
        assert!(slots.take(TenantId(1)).is_some());
        drop(second);
        assert!(slots.0.lock().is_empty(), "what nobody has takes no room");
    }
}
