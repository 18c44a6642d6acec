//! Who is asking on a surface: what the dialect found, handed to the engine's sign-in.
//! Refuses to know what a credential looks like and whether it is right.

use crate::dialect::credential::{Shown, shown};
use crate::dialect::{Gathered, Refused};
use crate::front::Visitor;
use host_core::action::Surface;
use host_core::api_key::ApiKey;
use host_core::block::Blocked;
use host_core::caller::{Caller, Identity};
use host_core::line::{Line, LineStatus};
use host_core::secret::Secret;
use host_core::time::Unix;
use host_core::{Code, Refusal, TenantId};
use host_engine::Engine;
use http::header::AUTHORIZATION;
use http::request::Parts;
use std::sync::Arc;

/// A caller with what he signed in with.
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
            let lists = engine.blocked(tenant).await?;
            turned_away(&lists, visitor).map_err(Refused::from)?;
            Ok(Signed { caller: line.caller, line: Some(line.line), password: Some(line.password), key: None })
        }
        Shown::Key { key, in_header } => {
            let from = visitor.from(&surface.name);
            let user = engine.sign_in_key(tenant, &key, in_header, &from).await?;
            Ok(Signed { caller: user.caller, line: None, password: None, key: Some(user.key) })
        }
        Shown::Nothing => {
            let caller = Caller {
                tenant,
                identity: Identity::Stranger,
                address: Some(visitor.address),
                key_prefix: None,
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

/// Turns a visitor at a blocked address away, whatever state the line is in. A blocked player or
/// network operator is refused the start of a stream, not what is to be read before.
fn turned_away(lists: &[Blocked], visitor: &Visitor) -> Result<(), Refusal> {
    let hit = |entry: &Blocked| matches!(entry, Blocked::Address(network) if network.contains(&visitor.address));
    if lists.iter().any(hit) {
        return Err(Refusal::new(Code::AddressRefused, "This address is blocked."));
    }
    Ok(())
}

/// Why a line may not use a document now: its state, unless the action answers for it too, then
/// the list of its addresses.
pub(crate) fn barred(line: &Line, also_for: &[String], visitor: &Visitor, now: Unix) -> Result<(), Refusal> {
    let (word, code, message) = match line.status(now) {
        LineStatus::Active => ("active", None, ""),
        LineStatus::Banned => ("banned", Some(Code::Banned), "This line is banned."),
        LineStatus::Disabled => ("disabled", Some(Code::Disabled), "This line is disabled."),
        LineStatus::Expired => ("expired", Some(Code::Expired), "The term of this line is over."),
    };
    if let Some(code) = code
        && !also_for.iter().any(|status| status == word)
    {
        return Err(Refusal::new(code, message));
    }
    let allowed = &line.allowed_addresses;
    if !allowed.is_empty() && !allowed.iter().any(|network| network.contains(&visitor.address)) {
        return Err(Refusal::new(Code::AddressRefused, "This line may not be used from this address."));
    }
    Ok(())
}
