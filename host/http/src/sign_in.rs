//! Who is asking on a surface: what the dialect found, handed to the engine's sign-in.

use crate::dialect::credential::{Shown, shown};
use crate::dialect::{Gathered, Refused};
use crate::visitor::Visitor;
use host_core::TenantId;
use host_core::action::Surface;
use host_core::api_key::ApiKey;
use host_core::caller::{Caller, Identity};
use host_core::line::Line;
use host_core::secret::Secret;
use host_engine::Engine;
use http::header::AUTHORIZATION;
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
}

/// Signs the caller in as the surface's dialect says.
pub(crate) async fn signed(
    engine: &Engine,
    tenant: TenantId,
    surface: &Surface,
    parts: &Parts,
    gathered: &Gathered<'_>,
    visitor: &Visitor,
) -> Result<Signed, SignInError> {
    let authorization = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    match shown(&surface.credential, gathered, authorization)? {
        Shown::Line { username, password } => {
            let from = visitor.from(&surface.name);
            let line = engine.sign_in_line(tenant, &username, &password, &from).await?;
            visitor.told.caller(line.caller.identity.clone());
            engine.turn_away(tenant, visitor.address).await?;
            Ok(Signed { caller: line.caller, line: Some(line.line), password: Some(line.password), key: None })
        }
        Shown::Key { key, in_header } => {
            let from = visitor.from(&surface.name);
            let user = engine.sign_in_key(tenant, &key, in_header, &from).await?;
            visitor.told.caller(user.caller.identity.clone());
            Ok(Signed { caller: user.caller, line: None, password: None, key: Some(user.key) })
        }
        Shown::Nothing => {
            let caller = Caller {
                tenant,
                identity: Identity::Stranger,
                address: Some(visitor.address),
                key_prefix: None,
                session: None,
                request: visitor.id.clone(),
            };
            Ok(Signed { caller, line: None, password: None, key: None })
        }
    }
}

/// Why nobody signed in: a correct no, or a failure of ours.
pub(crate) enum SignInError {
    /// A no, in the surface's voice.
    Refused(Refused),
    /// Ours.
    Ours(host_engine::Error),
}

impl From<Refused> for SignInError {
    fn from(refused: Refused) -> SignInError {
        SignInError::Refused(refused)
    }
}

impl From<host_engine::Error> for SignInError {
    fn from(error: host_engine::Error) -> SignInError {
        match error {
            host_engine::Error::Refusal(refusal) => SignInError::Refused(refusal.into()),
            error => SignInError::Ours(error),
        }
    }
}
