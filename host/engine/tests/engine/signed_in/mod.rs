//! Sessions by which users and lines go on: what their tests do again and again.

mod ended;
mod issued;

use crate::panel::{Panel, from, map};
use host_core::UserId;
use host_core::caller::{Caller, Identity, Scope};
use host_core::object::Kind;
use host_core::port::Query;
use host_core::secret::Secret;
use host_core::session::SessionOutcome;
use host_engine::{Result, SignedSession, Work, session, user};
use serde_json::{Map, Value};

pub(super) const SURFACE: &str = "console";

/// Runs a verb on sessions to its commit, as a request to a surface; what it did to the client's session.
pub(super) async fn on<T>(
    panel: &Panel,
    surface: &str,
    caller: &Caller,
    mut verb: impl AsyncFnMut(&mut Work) -> Result<T>,
) -> Result<(T, Option<SessionOutcome>)> {
    let from = host_engine::SignInFrom { surface: surface.into(), ..from("10.0.0.1") };
    let mut run = panel.engine.begin(caller.clone(), format!("{surface}/test")).asked(from);
    loop {
        let mut work = run.attempt();
        let answer = verb(&mut work).await?;
        let outcome = work.session_outcome().cloned();
        if run.settle(work).await? {
            return Ok((answer, outcome));
        }
    }
}

pub(super) async fn issue(panel: &Panel, caller: &Caller, options: Value) -> Result<Secret> {
    let options = map(options);
    Ok(on(panel, SURFACE, caller, async |work: &mut Work| session::issue(work, &options).await).await?.0)
}

pub(super) async fn sign_in(
    panel: &Panel,
    surface: &str,
    token: &Secret,
    bound: Option<&str>,
) -> Result<SignedSession> {
    panel.engine.sign_in_session(panel.tenant, surface, token, bound, &from("10.0.0.1")).await
}

pub(super) async fn caller_of(panel: &Panel, token: &Secret) -> Caller {
    sign_in(panel, SURFACE, token, None).await.unwrap().caller
}

pub(super) fn stranger(panel: &Panel) -> Caller {
    Caller { identity: Identity::Stranger, ..Caller::system(panel.tenant, "test") }
}

pub(super) async fn enter(panel: &Panel, username: &str, password: &str) -> Result<Secret> {
    let password = Secret::new(password);
    let verb = async |work: &mut Work| session::sign_in(work, username, &password, &Map::new()).await;
    Ok(on(panel, SURFACE, &stranger(panel), verb).await?.0)
}

pub(super) async fn sessions(panel: &Panel) -> usize {
    let database = host_core::plan::Database::Tenant(panel.tenant);
    panel.engine.store().list(database, Query::all(Kind::Session, Scope::Tenant)).await.unwrap().rows.len()
}

pub(super) async fn reset(panel: &Panel, id: UserId) {
    let verb = async |work: &mut Work| user::reset_password(work, id, None).await;
    panel.engine.act(panel.admin.clone(), "reset", verb).await.unwrap();
}
