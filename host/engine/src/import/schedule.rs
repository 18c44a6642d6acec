//! What is fetched by the clock, guides and lists of providers: which are due when, and which of them are being fetched.
//! Kept in memory; what is due when stands in the rows as well, and a start reads it there.

use host_core::TenantId;
use host_core::guide::MOST_HOURS;
use host_core::time::Unix;
use parking_lot::Mutex;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::Notify;

/// Things of one sort that are fetched at once, of all tenants together.
const AT_ONCE: usize = 2;
/// Seconds that a fetch is put off at most: the longest schedule, and what chance adds.
const LONGEST: i64 = MOST_HOURS as i64 * 2 * 3_600;
/// Seconds after which a source is looked at again when its fetch left no word of when the next one is due.
pub(super) const AGAIN: i64 = 60;

/// One that is fetched, of a tenant.
pub(super) type Which<I> = (TenantId, I);

/// Those of one sort that are fetched.
pub(crate) struct Fetches<I>(Mutex<BTreeMap<Which<I>, Entry>>);

impl<I> Default for Fetches<I> {
    fn default() -> Fetches<I> {
        Fetches(Mutex::default())
    }
}

#[derive(Default)]
struct Entry {
    /// None for one that is fetched no more.
    due: Option<Unix>,
    /// How the fetch that is under way is told to end.
    stop: Option<Arc<Notify>>,
}

impl<I: Copy + Ord> Fetches<I> {
    /// When it is due by its row. Where it is fetched no more, a fetch that is under way ends.
    pub(crate) fn schedule(&self, tenant: TenantId, id: I, due_at: Option<Unix>) {
        match due_at {
            Some(at) => self.0.lock().entry((tenant, id)).or_default().due = Some(at),
            None => self.stop(tenant, id),
        }
    }

    /// It is fetched no more.
    pub(crate) fn stop(&self, tenant: TenantId, id: I) {
        let mut all = self.0.lock();
        let Some(entry) = all.get_mut(&(tenant, id)) else { return };
        entry.due = None;
        match &entry.stop {
            Some(stop) => stop.notify_one(),
            None => drop(all.remove(&(tenant, id))),
        }
    }

    /// Takes out the one that is due longest, unless as many as may be are being fetched. It comes back with
    /// [`Fetches::end`].
    pub(super) fn take(&self, now: Unix) -> Option<(Which<I>, Arc<Notify>)> {
        let mut all = self.0.lock();
        if all.values().filter(|entry| entry.stop.is_some()).count() >= AT_ONCE {
            return None;
        }
        let waiting = all.iter().filter(|(_, entry)| entry.stop.is_none());
        let due = waiting.filter_map(|(which, entry)| Some((entry.due?, *which)));
        let (_, which) = due.filter(|(at, _)| at.has_come(now, LONGEST)).min()?;
        let entry = all.get_mut(&which)?;
        let stop = Arc::new(Notify::new());
        (entry.due, entry.stop) = (Some(now.plus(AGAIN)), Some(Arc::clone(&stop)));
        Some((which, stop))
    }

    /// The fetch is over.
    pub(super) fn end(&self, which: Which<I>) {
        let mut all = self.0.lock();
        let Some(entry) = all.get_mut(&which) else { return };
        entry.stop = None;
        if entry.due.is_none() {
            all.remove(&which);
        }
    }

    /// It is looked at again then, whatever its row says.
    pub(super) fn put_off(&self, which: Which<I>, until: Unix) {
        if let Some(entry) = self.0.lock().get_mut(&which)
            && entry.due.is_some()
        {
            entry.due = Some(until);
        }
    }

    /// Whether the tenant has sources that are fetched: then a start looks into its database.
    pub(crate) fn has_work(&self, tenant: TenantId) -> bool {
        self.0.lock().keys().any(|(of, _)| *of == tenant)
    }

    pub(crate) fn forget(&self, tenant: TenantId) {
        let of_it: Vec<Which<I>> = self.0.lock().keys().filter(|(of, _)| *of == tenant).copied().collect();
        of_it.into_iter().for_each(|(tenant, id)| self.stop(tenant, id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use host_core::GuideSourceId;

    const HERE: TenantId = TenantId(1);

    fn guides(due: &[i64]) -> Fetches<GuideSourceId> {
        let guides = Fetches::default();
        for (id, at) in (1..).zip(due) {
            guides.schedule(HERE, GuideSourceId(id), Some(Unix(*at)));
        }
        guides
    }

    fn taken(guides: &Fetches<GuideSourceId>, now: i64) -> Option<u32> {
        guides.take(Unix(now)).map(|((_, source), _)| source.0)
    }

    #[test]
    fn the_one_that_is_due_longest_comes_first_and_two_at_once_are_enough() {
        let guides = guides(&[30, 10, 20, 99]);
        assert_eq!(taken(&guides, 9), None);
        assert_eq!([taken(&guides, 50), taken(&guides, 50), taken(&guides, 50)], [Some(2), Some(3), None]);
        guides.end((HERE, GuideSourceId(2)));
        assert_eq!([taken(&guides, 50), taken(&guides, 50)], [Some(1), None]);
        guides.end((HERE, GuideSourceId(1)));
        guides.end((HERE, GuideSourceId(3)));
        assert_eq!(taken(&guides, 50), None, "those that were fetched have their turn again later");
    }

    #[test]
    fn a_clock_that_is_set_back_holds_no_guide_up() {
        let guides = guides(&[10 * 86_400 * 365]);
        assert_eq!(taken(&guides, 0), Some(1));
    }

    #[tokio::test]
    async fn a_source_that_is_fetched_no_more_ends_its_fetch_and_is_no_work_then() {
        let guides = guides(&[10, 20]);
        let (which, stop) = guides.take(Unix(10)).unwrap();
        guides.stop(HERE, which.1);
        stop.notified().await;
        assert!(guides.has_work(HERE));
        guides.forget(HERE);
        assert!(guides.has_work(HERE), "its fetch is not over");
        guides.put_off(which, Unix(99));
        guides.end(which);
        assert!(!guides.has_work(HERE));
    }
}
