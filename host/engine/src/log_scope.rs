//! What log lines say of the request that they are written for. A request notes it once, as plain facts; it is put into
//! words only where a line is written, and most requests write none.

use host_core::action::Action;
use host_core::tenant::Tenant;
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};

thread_local! {
    static CURRENT: RefCell<Option<Arc<LogScope>>> = const { RefCell::new(None) };
}

/// What is said of a request. No credential is among it: of the path there is the route that matched.
#[derive(Debug)]
pub struct LogScope {
    /// Its id.
    pub id: Arc<str>,
    /// Its method.
    pub method: &'static str,
    /// Whose panel, where one was found.
    pub tenant: Option<Arc<Tenant>>,
    /// Where it led, where it led anywhere.
    pub place: Option<Arc<LoggedPlace>>,
    /// What was asked for, once that is known.
    action: OnceLock<Arc<Action>>,
}

/// Where requests lead, as logs name it.
#[derive(Debug)]
pub struct LoggedPlace {
    /// The surface, or `live` for media.
    pub surface: String,
    /// The route as it was written, with its variable segments.
    pub route: String,
}

impl LogScope {
    /// Of a request with this id.
    pub fn new(
        id: Arc<str>,
        method: &'static str,
        tenant: Option<Arc<Tenant>>,
        place: Option<Arc<LoggedPlace>>,
    ) -> Arc<LogScope> {
        Arc::new(LogScope { id, method, tenant, place, action: OnceLock::new() })
    }

    /// The request asks for this action.
    pub fn asks_for(&self, action: &Arc<Action>) {
        // The first word counts: a request asks for one action.
        let _ = self.action.set(Arc::clone(action));
    }

    /// Name and value of all that is known.
    pub fn facts(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let place = self.place.as_ref();
        let known = [
            Some(("id", &*self.id)),
            Some(("method", self.method)),
            self.tenant.as_ref().map(|tenant| ("tenant", tenant.name.as_str())),
            place.map(|place| ("surface", place.surface.as_str())),
            place.map(|place| ("route", place.route.as_str())),
            self.action.get().map(|action| ("action", action.name.as_str())),
        ];
        known.into_iter().flatten()
    }

    /// That of the lines that this thread writes now.
    pub fn current() -> Option<Arc<LogScope>> {
        CURRENT.with_borrow(Clone::clone)
    }

    /// Runs something whose lines are about this request.
    pub fn within<T>(self: &Arc<LogScope>, run: impl FnOnce() -> T) -> T {
        let _entered = Entered::enter(Some(Arc::clone(self)));
        run()
    }

    /// Drives a future whose lines are about this request.
    pub async fn during<F: Future>(self: &Arc<LogScope>, mut future: Pin<&mut F>) -> F::Output {
        poll_fn(|context| self.within(|| future.as_mut().poll(context))).await
    }
}

/// A future whose lines are about the request of whoever makes it, on whichever thread it runs.
pub fn in_current_scope<F: Future>(future: F) -> impl Future<Output = F::Output> {
    let scope = LogScope::current();
    async move {
        let future = pin!(future);
        match scope {
            Some(scope) => scope.during(future).await,
            None => future.await,
        }
    }
}

/// The scope before, put back when this ends.
struct Entered(Option<Arc<LogScope>>);

impl Entered {
    fn enter(scope: Option<Arc<LogScope>>) -> Entered {
        Entered(CURRENT.replace(scope))
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        CURRENT.set(self.0.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    fn current_id() -> Option<String> {
        LogScope::current().map(|scope| scope.id.to_string())
    }

    #[test]
    fn lines_are_about_the_innermost_request_and_afterwards_about_the_one_around_it() {
        let scope = |id: &str| LogScope::new(id.into(), "GET", None, None);
        scope("a").within(|| {
            assert_eq!(current_id().as_deref(), Some("a"));
            scope("b").within(|| assert_eq!(current_id().as_deref(), Some("b")));
            assert_eq!(current_id().as_deref(), Some("a"));
        });
        assert_eq!(current_id(), None);
    }

    #[test]
    fn a_future_takes_the_scope_of_its_maker_along() {
        let future = LogScope::new("a".into(), "GET", None, None).within(|| in_current_scope(async { current_id() }));
        assert_eq!(future.now_or_never(), Some(Some("a".to_owned())));
        assert_eq!(current_id(), None);
    }

    #[test]
    fn a_scope_is_left_when_what_runs_in_it_panics() {
        let scope = LogScope::new("a".into(), "GET", None, None);
        let panics = std::panic::catch_unwind(|| scope.within(|| panic!("a bug")));
        assert!(panics.is_err());
        assert_eq!(current_id(), None);
    }

    #[test]
    fn what_is_not_known_is_not_said() {
        let place = LoggedPlace { surface: "player".into(), route: "/player_api.php".into() };
        let scope = LogScope::new("a".into(), "GET", None, Some(Arc::new(place)));
        let facts: Vec<_> = scope.facts().collect();
        assert_eq!(facts, [("id", "a"), ("method", "GET"), ("surface", "player"), ("route", "/player_api.php")]);
    }
}
