//! Who signed in, and the rows that this gives a view of. Only the engine's sign-in makes a
//! caller; every read and every verb takes its scope from one.

use crate::session::Holder;
use crate::user::Role;
use crate::{ApiKeyId, LineId, SessionId, TenantId, UserId};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::sync::Arc;

/// The rows that a caller may see.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Everything of the tenant: admins and the host's own work.
    Tenant,
    /// What this user and the users below own, and these users themselves.
    Tree(UserId),
    /// One line and what its bouquets hold.
    Line(LineId),
    /// Nothing: no one has signed in.
    Nothing,
}

/// Who a caller is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Identity {
    /// The host itself: commands, jobs, schedules. Acts with an admin's rights.
    System,
    /// A user, by an API key or a password.
    User {
        /// Who.
        id: UserId,
        /// As what.
        role: Role,
        /// With which key.
        key: Option<ApiKeyId>,
    },
    /// A line, by user name and password.
    Line {
        /// Which.
        id: LineId,
    },
    /// Nobody, on a surface that answers strangers.
    Stranger,
}

/// Who calls, from where, in which tenant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Caller {
    /// Whose panel. Never a parameter.
    pub tenant: TenantId,
    /// Who.
    pub identity: Identity,
    /// From where; none for the host's own work.
    pub address: Option<IpAddr>,
    /// The public prefix of the key, for the audit.
    pub key_prefix: Option<String>,
    /// The session that they signed in by, if it was one.
    pub session: Option<SessionId>,
    /// The request's id, for logs and the audit.
    pub request: Arc<str>,
}

/// Who may call an action; also the columns a caller may see. Ordered: an admin may see what a
/// reseller may.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallerRole {
    /// Nobody signed in.
    Stranger,
    /// A line.
    Line,
    /// A reseller.
    Reseller,
    /// An admin, or the host itself.
    Admin,
}

impl Caller {
    /// The host's own caller in a tenant: commands, jobs and schedules.
    pub fn system(tenant: TenantId, request: impl Into<Arc<str>>) -> Caller {
        Caller {
            tenant,
            identity: Identity::System,
            address: None,
            key_prefix: None,
            session: None,
            request: request.into(),
        }
    }

    /// The rows it may see.
    pub fn scope(&self) -> Scope {
        match self.identity {
            Identity::System | Identity::User { role: Role::Admin, .. } => Scope::Tenant,
            Identity::User { role: Role::Reseller, id, .. } => Scope::Tree(id),
            Identity::Line { id } => Scope::Line(id),
            Identity::Stranger => Scope::Nothing,
        }
    }

    /// Its role.
    pub fn role(&self) -> CallerRole {
        match self.identity {
            Identity::System | Identity::User { role: Role::Admin, .. } => CallerRole::Admin,
            Identity::User { role: Role::Reseller, .. } => CallerRole::Reseller,
            Identity::Line { .. } => CallerRole::Line,
            Identity::Stranger => CallerRole::Stranger,
        }
    }

    /// The user, if it is one.
    pub fn user(&self) -> Option<UserId> {
        match self.identity {
            Identity::User { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Whose a session of theirs is; none for the host itself and for strangers.
    pub fn holder(&self) -> Option<Holder> {
        match self.identity {
            Identity::User { id, .. } => Some(Holder::User(id)),
            Identity::Line { id } => Some(Holder::Line(id)),
            Identity::System | Identity::Stranger => None,
        }
    }

    /// The line, if it is one.
    pub fn line(&self) -> Option<LineId> {
        match self.identity {
            Identity::Line { id } => Some(id),
            _ => None,
        }
    }
}
