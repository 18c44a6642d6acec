//! Who a command acts as: a user of the tenant, as if they had signed in. Whoever may give commands to a panel needs no
//! credential of its users, and gets no more by them than they have.

use crate::{Engine, Result};
use host_core::caller::{Caller, Identity, Scope};
use host_core::object::{Kind, Object};
use host_core::plan::Database;
use host_core::port::Query;
use host_core::unique::Unique;
use host_core::user::{Role, User};
use host_core::{Code, Refusal, TenantId};
use std::sync::Arc;

impl Engine {
    /// The user of this name and the caller that they are; without a name the first of the tenant's admins who may act.
    ///
    /// # Errors
    /// `not_found` for a name that no user has, and where no admin may act; `disabled` for a user who, or one above
    /// whom, is disabled.
    pub async fn act_as(&self, tenant: TenantId, username: Option<&str>, request: Arc<str>) -> Result<(User, Caller)> {
        let user = match username {
            Some(name) => self.user_of_name(tenant, name).await?,
            None => self.first_admin(tenant).await?,
        };
        let identity = Identity::User { id: user.id, role: user.role, key: None };
        let caller = Caller { identity, ..Caller::system(tenant, request) };
        Ok((user, caller))
    }

    async fn user_of_name(&self, tenant: TenantId, name: &str) -> Result<User> {
        let found: Option<User> = self.row_of(Database::Tenant(tenant), Unique::Username(name.to_lowercase())).await?;
        let missing = || Refusal::new(Code::NotFound, format!("There is no user {name} in this tenant."));
        let user = found.ok_or_else(missing)?;
        let disabled = || {
            let message =
                format!("{name}, or a user above them, is disabled; `linecard user enable` lets them act again.");
            Refusal::new(Code::Disabled, message)
        };
        Ok(self.enabled_user(tenant, user.id).await?.ok_or_else(disabled)?)
    }

    /// Admins stand above all others and mostly came first: they are among the first page.
    async fn first_admin(&self, tenant: TenantId) -> Result<User> {
        let page = self.store().list(Database::Tenant(tenant), Query::all(Kind::User, Scope::Tenant)).await?;
        let users = page.rows.into_iter().filter_map(|row| match row {
            Object::User(user) => Some(user),
            _ => None,
        });
        for user in users.filter(|user| user.role == Role::Admin) {
            if let Some(user) = self.enabled_user(tenant, user.id).await? {
                return Ok(user);
            }
        }
        let message = "No admin of this tenant may act; `linecard user enable` or `user create --role admin` helps.";
        Err(Refusal::new(Code::NotFound, message).into())
    }
}
