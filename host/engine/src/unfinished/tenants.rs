//! What is known in memory of tenants that are noted as unfinished, and of plans that may leave work.

use host_core::TenantId;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a tenant rests before its note goes: who is busy every few minutes costs no further flush.
const REST: Duration = Duration::from_secs(600);
/// How often it is looked which tenants have rested.
const EACH: Duration = Duration::from_secs(60);
/// Tenants that are looked at then, at most: each may be a database to open.
const MOST: usize = 100;

/// The tenants with a note, or with a plan that waits for one.
#[derive(Default)]
pub(crate) struct Tenants {
    known: Mutex<BTreeMap<TenantId, Known>>,
    /// Notes are made side by side, and taken away alone: what the control database gets last is what holds.
    pub(super) turn: tokio::sync::RwLock<()>,
    looked: Mutex<Duration>,
}

#[derive(Default)]
struct Known {
    /// The note is durable.
    noted: bool,
    /// Plans on their way to the writer.
    under_way: u32,
    /// Since when there is no other.
    since: Duration,
}

/// A plan that may leave work is on its way. When nobody hears its answer, it counts as under way until the process
/// ends: the note stays, and the next start looks.
pub(crate) struct UnderWay<'t> {
    tenants: &'t Tenants,
    tenant: TenantId,
    pub(super) is_noted: bool,
    pub(super) is_sent: bool,
}

impl UnderWay<'_> {
    /// The answer came, whatever it was.
    pub(crate) fn answered(mut self, now: Duration) {
        self.is_sent = false;
        self.tenants.touch(self.tenant, now);
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.is_sent {
            self.tenants.end(self.tenant);
        }
    }
}

impl Tenants {
    /// Counts a plan before it is sent.
    pub(super) fn begin(&self, tenant: TenantId, now: Duration) -> UnderWay<'_> {
        let mut all = self.known.lock();
        let known = all.entry(tenant).or_default();
        known.under_way += 1;
        known.since = now;
        UnderWay { tenants: self, tenant, is_noted: known.noted, is_sent: false }
    }

    pub(super) fn touch(&self, tenant: TenantId, now: Duration) {
        self.known.lock().entry(tenant).or_default().since = now;
    }

    fn end(&self, tenant: TenantId) {
        let mut all = self.known.lock();
        let Some(known) = all.get_mut(&tenant) else { return };
        known.under_way = known.under_way.saturating_sub(1);
        if known.under_way == 0 && !known.noted {
            all.remove(&tenant);
        }
    }

    /// These have a durable note.
    pub(super) fn noted(&self, tenants: impl IntoIterator<Item = TenantId>, now: Duration) {
        let mut all = self.known.lock();
        for tenant in tenants {
            let known = all.entry(tenant).or_default();
            (known.noted, known.since) = (true, now);
        }
    }

    /// Whether it is time to look who has rested; the answer counts as the look.
    pub(super) fn is_due(&self, now: Duration) -> bool {
        let mut looked = self.looked.lock();
        let is_due = now.saturating_sub(*looked) >= EACH;
        if is_due {
            *looked = now;
        }
        is_due
    }

    /// Some that are noted and have rested.
    pub(super) fn rested(&self, now: Duration) -> Vec<TenantId> {
        let all = self.known.lock();
        let rested = all.iter().filter(|(_, known)| known.has_rested(now));
        rested.map(|(tenant, _)| *tenant).take(MOST).collect()
    }

    /// Takes out those that still rest: whoever begins a plan from here on asks for a new note.
    pub(super) fn take(&self, tenants: &[TenantId], now: Duration) -> Vec<TenantId> {
        let mut all = self.known.lock();
        let rest = |tenant: &&TenantId| all.get(tenant).is_some_and(|known| known.has_rested(now));
        let taken: Vec<TenantId> = tenants.iter().filter(rest).copied().collect();
        for tenant in &taken {
            all.remove(tenant);
        }
        taken
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        self.known.lock().remove(&tenant);
    }
}

impl Known {
    fn has_rested(&self, now: Duration) -> bool {
        self.noted && self.under_way == 0 && now.saturating_sub(self.since) >= REST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: TenantId = TenantId(1);

    fn after(seconds: u64) -> Duration {
        REST + Duration::from_secs(seconds)
    }

    fn noted() -> Tenants {
        let tenants = Tenants::default();
        tenants.noted([HERE], Duration::ZERO);
        tenants
    }

    #[test]
    fn a_tenant_rests_when_no_plan_was_under_way_for_a_while() {
        let tenants = noted();
        assert_eq!(tenants.rested(REST - Duration::from_secs(1)), []);
        assert_eq!(tenants.rested(REST), [HERE]);
        let plan = tenants.begin(HERE, after(0));
        assert!(plan.is_noted);
        assert_eq!(tenants.rested(after(900)), [], "it is under way");
        plan.answered(after(900));
        assert_eq!(tenants.rested(after(901)), []);
        assert_eq!(tenants.rested(after(900) + REST), [HERE]);
    }

    #[test]
    fn a_plan_that_begins_while_its_tenant_is_looked_at_keeps_the_note() {
        let tenants = noted();
        assert_eq!(tenants.rested(after(0)), [HERE]);
        tenants.begin(HERE, after(0)).answered(after(0));
        assert_eq!(tenants.take(&[HERE], after(0)), [], "there may be work again");
        assert_eq!(tenants.take(&[HERE], after(0) + REST), [HERE]);
        assert!(!tenants.begin(HERE, after(700)).is_noted, "whoever comes now asks for a new one");
    }

    #[test]
    fn a_plan_whose_answer_nobody_heard_keeps_the_note_and_one_that_was_not_sent_does_not() {
        let tenants = noted();
        let mut plan = tenants.begin(HERE, Duration::ZERO);
        plan.is_sent = true;
        drop(tenants.begin(HERE, Duration::ZERO));
        drop(plan);
        assert_eq!(tenants.rested(after(1_000_000)), []);
        let tenants = noted();
        drop(tenants.begin(HERE, Duration::ZERO));
        assert_eq!(tenants.rested(after(0)), [HERE]);
    }
}
