//! Which tenants there are.

use super::named;
use crate::{Engine, Result, Work};
use host_core::caller::CallerRole;
use host_core::plan::Database;
use host_core::tenant::Tenant;
use serde_json::{Value, json};

impl Engine {
    /// Every tenant, by id.
    ///
    /// # Errors
    /// When storage fails.
    pub async fn tenants(&self) -> Result<Vec<Tenant>> {
        self.rows(Database::Control, Vec::new()).await
    }
}

/// All tenants as documents.
///
/// # Errors
/// When storage fails.
pub async fn list(work: &mut Work) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    let tenants = work.engine().tenants().await?;
    serde_json::to_value(tenants).map_err(|error| crate::Error::Invalid(error.to_string()))
}

/// One tenant with its settings: the tenant's document with `settings` beside it.
///
/// # Errors
/// `not_found`.
pub async fn show(work: &mut Work, name: &str) -> Result<Value> {
    work.require(CallerRole::Admin)?;
    work.require_control()?;
    let tenant = named(work, name).await?;
    let settings = work.engine().settings(tenant.id).await?;
    let mut document = serde_json::to_value(&tenant).unwrap_or_default();
    if let Value::Object(fields) = &mut document {
        fields.insert("settings".to_owned(), json!(*settings));
    }
    Ok(document)
}
