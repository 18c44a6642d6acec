//! Suspends and resumes tenants. A suspended tenant answers nothing.

use super::create::NOWHERE;
use super::named;
use crate::{Engine, Result, Work, act};
use host_core::caller::Caller;
use host_core::event::Effect;
use host_core::tenant::Tenant;
use std::sync::Arc;

/// Suspends a tenant and ends its connections: those that run are ended by the plan's effect, and
/// no start gets a seat from the commit on.
///
/// # Errors
/// `not_found`.
pub async fn suspend(engine: &Arc<Engine>, request: &str, name: &str) -> Result<Tenant> {
    set(engine, request, name, true).await
}

/// Lets a suspended tenant answer again.
///
/// # Errors
/// `not_found`.
pub async fn resume(engine: &Arc<Engine>, request: &str, name: &str) -> Result<Tenant> {
    set(engine, request, name, false).await
}

async fn set(engine: &Arc<Engine>, request: &str, name: &str, suspended: bool) -> Result<Tenant> {
    let action = if suspended { "tenant suspend" } else { "tenant resume" };
    Ok(act!(engine.begin_control(Caller::system(NOWHERE, request), action), |work| switch(work, name, suspended)
        .await?))
}

async fn switch(work: &mut Work, name: &str, suspended: bool) -> Result<Tenant> {
    let before = named(work, name).await?;
    let after = Tenant { suspended, ..before.clone() };
    work.update(&before, after.clone());
    work.effect(Effect::EndTenant { tenant: after.id });
    Ok(after)
}
