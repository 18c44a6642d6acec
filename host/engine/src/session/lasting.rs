//! The sessions of a holder that last, as the plan leaves them.

use crate::{Result, Work};
use host_core::object::{Object, Stored};
use host_core::plan::Guard;
use host_core::port::Filter;
use host_core::session::{Holder, Session};
use host_core::time::Unix;

/// The holder's sessions on a surface, or on all of them, whose end has not come; the oldest first.
pub(super) async fn lasting(work: &Work, holder: Holder, surface: Option<&str>) -> Result<Vec<Session>> {
    let mut filters = vec![Filter::Holder(holder), Filter::Lasting(work.now())];
    filters.extend(surface.map(|surface| Filter::Surface(surface.to_owned())));
    let committed: Vec<Session> = work.rows(filters).await?;
    let untouched = committed.into_iter().filter(|session| work.overlay.row(session.id.into()).is_none());
    let own = work.overlay.touched().filter_map(|(_, row)| row.after.clone()).filter_map(Session::from_object);
    let mut sessions: Vec<Session> =
        untouched.chain(own).filter(|session| counts(session, holder, surface, work.now())).collect();
    sessions.sort_by_key(|session| (session.created_at, session.id));
    Ok(sessions)
}

fn counts(session: &Session, holder: Holder, surface: Option<&str>, now: Unix) -> bool {
    session.holder == holder && surface.is_none_or(|surface| session.surface == surface) && !session.is_over(now)
}

/// Holds the plan to there being fewer of them at commit, beside those that it ends, than this number.
pub(super) fn guard(work: &mut Work, holder: Holder, surface: Option<&str>, fewer_than: usize) {
    let ended = work.overlay.touched().filter_map(|(_, row)| match (&row.before, &row.after) {
        (Some(Object::Session(session)), None) => Some(session),
        _ => None,
    });
    let now = work.now();
    let ended = ended.filter(|session| counts(session, holder, surface, now)).count();
    let (surface, below) = (surface.map(str::to_owned), u32::try_from(fewer_than + ended).unwrap_or(u32::MAX));
    work.guard(Guard::SessionsBelow { holder, surface, now, below });
}
