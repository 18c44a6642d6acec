//! How callers show who they are, as security schemes, and which of them let an action be asked for.

use super::endpoint::Endpoint;
use crate::action::{Action, ActionKind, Credential, SessionCredential, Surface};
use crate::caller::CallerRole;
use serde_json::{Map, Value, json};

/// One scheme: its name in the document, and what it is.
type Scheme = (&'static str, Value);

/// The schemes of a surface.
pub(super) fn schemes(surface: &Surface) -> Value {
    let all = surface.credentials.iter().flat_map(alternatives).flatten();
    let csrf = surface.session_cookie().map(|_| csrf());
    Value::Object(all.chain(csrf).map(|(name, scheme)| (name.to_owned(), scheme)).collect())
}

/// The alternatives that let a caller of the action in, each with all that it takes.
pub(super) fn requirements(surface: &Surface, action: &Action, endpoint: &Endpoint) -> Vec<Value> {
    let is_in_path = |credential: &Credential| {
        let mut names = credential.parameters().peekable();
        names.peek().is_some() && names.all(|name| endpoint.captures.iter().any(|(_, read)| read == name))
    };
    let letting_in = surface.credentials.iter().filter(|credential| lets_in(credential, surface, &action.roles));
    let required = letting_in.flat_map(|credential| {
        let found = if is_in_path(credential) { vec![Vec::new()] } else { alternatives(credential) };
        let is_cookie = matches!(credential, Credential::Session(session) if session.cookie.is_some());
        let proof = (is_cookie && action.kind == ActionKind::Write).then(csrf);
        found.into_iter().map(move |schemes| {
            let names = schemes.into_iter().chain(proof.clone()).map(|(name, _)| (name.to_owned(), json!([])));
            Value::Object(names.collect::<Map<_, _>>())
        })
    });
    let mut all = Vec::new();
    for requirement in required {
        if !all.contains(&requirement) {
            all.push(requirement);
        }
    }
    all
}

/// Whether who shows this may have one of these roles.
fn lets_in(credential: &Credential, surface: &Surface, roles: &[CallerRole]) -> bool {
    roles.iter().any(|role| match (credential, role) {
        (Credential::Line { .. }, CallerRole::Line) => true,
        (Credential::ApiKey { .. }, CallerRole::Reseller | CallerRole::Admin) => true,
        (Credential::Session(_), CallerRole::Line) => surface.is_for_players(),
        (Credential::Session(_), CallerRole::Reseller | CallerRole::Admin) => true,
        (Credential::Address, CallerRole::Admin) => true,
        (Credential::None, CallerRole::Stranger) => true,
        _ => false,
    })
}

/// The ways in which a credential is shown, each a list of what goes together.
fn alternatives(credential: &Credential) -> Vec<Vec<Scheme>> {
    match credential {
        Credential::Line { username, password } => vec![vec![
            ("lineUsername", in_("query", username, "The line's user name; a form or the path may hold it as well.")),
            ("linePassword", in_("query", password, "The line's password, beside its user name.")),
        ]],
        Credential::ApiKey { parameter, .. } => {
            let bearer = ("apiKeyBearer", bearer("A user's API key."));
            let said = "A user's API key, as old scripts send it; a form may hold it as well. `Authorization` is better: \
                        addresses are written down in many places.";
            let in_query = parameter.as_ref().map(|name| ("apiKey", in_("query", name, said)));
            std::iter::once(bearer).chain(in_query).map(|scheme| vec![scheme]).collect()
        }
        Credential::Session(session) => of_session(session),
        Credential::Address | Credential::None => vec![Vec::new()],
    }
}

fn of_session(session: &SessionCredential) -> Vec<Vec<Scheme>> {
    let SessionCredential { cookie, bearer: by_header, parameter, bound } = session;
    let said = "The token of a session, which an action of this surface has issued.";
    let shown = [
        cookie.as_ref().map(|name| ("sessionCookie", in_("cookie", name, said))),
        by_header.then(|| ("sessionBearer", bearer(said))),
        parameter.as_ref().map(|name| ("session", in_("query", name, said))),
    ];
    let bound = bound
        .as_ref()
        .map(|name| ("boundCookie", in_("cookie", name, "What the session was bound to when it was issued.")));
    shown.into_iter().flatten().map(|scheme| std::iter::once(scheme).chain(bound.clone()).collect()).collect()
}

fn csrf() -> Scheme {
    let said = "The proof that a change is asked for by a page that knows the session; answers tell it.";
    ("csrf", in_("header", "X-CSRF-Token", said))
}

fn in_(part: &str, name: &str, said: &str) -> Value {
    json!({ "type": "apiKey", "in": part, "name": name, "description": said })
}

fn bearer(said: &str) -> Value {
    json!({ "type": "http", "scheme": "bearer", "description": said })
}
