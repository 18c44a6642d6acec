//! Who is asking on a surface: what the dialect found, handed to the engine's sign-in.

use crate::dialect::credential::{Shown, shown};
use crate::forgery::proof;
use crate::visitor::Visitor;
use host_core::Refusal;
use host_core::TenantId;
use host_core::action::{Credential, Sent, Surface};
use host_core::api_key::ApiKey;
use host_core::caller::{Caller, Identity};
use host_core::line::Line;
use host_core::secret::Secret;
use host_engine::Engine;
use http::request::Parts;
use std::sync::Arc;

/// A caller with what they signed in with.
pub(crate) struct Signed {
    /// Who.
    pub(crate) caller: Caller,
    /// The line, when it is one.
    pub(crate) line: Option<Arc<Line>>,
    /// What the line showed.
    pub(crate) password: Option<Arc<Secret>>,
    /// The API key, when it was one.
    pub(crate) key: Option<ApiKey>,
    /// The session, when it was one.
    pub(crate) session: Option<ShownSession>,
}

/// The session that a request came with.
pub(crate) struct ShownSession {
    /// What its pages send with what they change.
    pub(crate) proof: String,
    /// The browser sent it by itself.
    pub(crate) in_cookie: bool,
}

/// Signs the caller in as the surface's dialect says.
pub(crate) async fn signed(
    engine: &Engine,
    tenant: TenantId,
    surface: &Surface,
    parts: &Parts,
    sent: &Sent<'_>,
    visitor: &Visitor,
) -> Result<Signed, SignInError> {
    match shown(surface, sent, &parts.headers, is_listed(engine, tenant, surface, visitor).await?)? {
        Shown::Address => {
            let identity = Identity::System;
            visitor.told.caller(identity.clone());
            Ok(Signed {
                caller: unsigned(tenant, identity, visitor),
                line: None,
                password: None,
                key: None,
                session: None,
            })
        }
        Shown::Line { username, password } => {
            let from = visitor.from(&surface.name);
            let line = engine.sign_in_line(tenant, &username, &password, &from).await?;
            visitor.told.caller(line.caller.identity.clone());
            engine.turn_away(tenant, visitor.address).await?;
            Ok(Signed {
                caller: line.caller,
                line: Some(line.line),
                password: Some(line.password),
                key: None,
                session: None,
            })
        }
        Shown::Key { key, in_header } => {
            let from = visitor.from(&surface.name);
            let user = engine.sign_in_key(tenant, &key, in_header, &from).await?;
            visitor.told.caller(user.caller.identity.clone());
            Ok(Signed { caller: user.caller, line: None, password: None, key: Some(user.key), session: None })
        }
        Shown::Session { token, bound, in_cookie } => {
            let from = visitor.from(&surface.name);
            let signed = engine.sign_in_session(tenant, &surface.name, &token, bound.as_deref(), &from).await?;
            visitor.told.caller(signed.caller.identity.clone());
            if signed.line.is_some() {
                engine.turn_away(tenant, visitor.address).await?;
            }
            let session = Some(ShownSession { proof: proof(engine, tenant, &token), in_cookie });
            Ok(Signed { caller: signed.caller, line: signed.line, password: None, key: None, session })
        }
        Shown::Nothing => {
            let caller = unsigned(tenant, Identity::Stranger, visitor);
            Ok(Signed { caller, line: None, password: None, key: None, session: None })
        }
    }
}

/// Whether the tenant has listed the address that the request comes from, and the surface asks for that.
async fn is_listed(
    engine: &Engine,
    tenant: TenantId,
    surface: &Surface,
    visitor: &Visitor,
) -> Result<bool, SignInError> {
    if !surface.credentials.contains(&Credential::Address) || !visitor.is_certain {
        return Ok(false);
    }
    let settings = engine.settings(tenant).await?;
    Ok(settings.api_addresses.iter().any(|network| network.contains(&visitor.address)))
}

/// A caller who has shown nothing of themselves.
fn unsigned(tenant: TenantId, identity: Identity, visitor: &Visitor) -> Caller {
    Caller {
        tenant,
        identity,
        address: Some(visitor.address),
        key_prefix: None,
        session: None,
        request: Arc::clone(&visitor.id),
    }
}

/// Why nobody signed in: a correct no, or a failure of ours.
pub(crate) enum SignInError {
    /// A no, in the surface's voice.
    Refused(Refusal),
    /// Ours.
    Ours(host_engine::Error),
}

impl From<Refusal> for SignInError {
    fn from(refusal: Refusal) -> SignInError {
        SignInError::Refused(refusal)
    }
}

impl From<host_engine::Error> for SignInError {
    fn from(error: host_engine::Error) -> SignInError {
        match error {
            host_engine::Error::Refusal(refusal) => SignInError::Refused(refusal),
            error => SignInError::Ours(error),
        }
    }
}
