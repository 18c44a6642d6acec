//! Finds what a caller shows of themselves where the surface's dialect says it stands. Whether it is right, the
//! engine's sign-in decides.

use crate::cookies::cookie;
use host_core::action::{Credential, Sent, SessionCredential, Surface};
use host_core::secret::Secret;
use host_core::{Code, Refusal};
use http::HeaderMap;
use http::header::AUTHORIZATION;

/// What was shown.
pub(crate) enum Shown {
    /// A line's user name and password.
    Line {
        /// As typed, decoded once.
        username: String,
        /// As typed, decoded once.
        password: Secret,
    },
    /// A user's API key.
    Key {
        /// The key.
        key: Secret,
        /// It stood in `Authorization`, not in the query or a form.
        in_header: bool,
    },
    /// The token of a session.
    Session {
        /// The token.
        token: Secret,
        /// What the session has to be bound to.
        bound: Option<String>,
        /// It stood in a cookie, which browsers send by themselves.
        in_cookie: bool,
    },
    /// An address that the tenant has listed.
    Address,
    /// The surface answers strangers.
    Nothing,
}

/// What the caller shows: the first of the surface's credentials that the request has anything of. `is_listed` says
/// that the tenant has listed their address.
pub(crate) fn shown(
    surface: &Surface,
    sent: &Sent<'_>,
    headers: &HeaderMap,
    is_listed: bool,
) -> Result<Shown, Refusal> {
    for credential in &surface.credentials {
        let found = match credential {
            Credential::None => Some(Shown::Nothing),
            Credential::Address => is_listed.then_some(Shown::Address),
            Credential::Line { username, password } => line(username, password, sent)?,
            Credential::ApiKey { .. } => key(credential.parameters(), sent, headers)?,
            Credential::Session(session) => token(session, sent, headers)?,
        };
        if let Some(shown) = found {
            return Ok(shown);
        }
    }
    // Where a listed address is enough, whoever shows nothing hears that theirs is not one.
    let first = surface.credentials.iter().find(|credential| **credential == Credential::Address);
    Err(match first.or(surface.credentials.first()) {
        Some(Credential::Line { .. }) => Refusal::new(Code::AuthFailed, "Send the line's user name and password."),
        Some(Credential::ApiKey { .. }) => Refusal::new(Code::AuthFailed, "Send an API key."),
        Some(Credential::Address) => Refusal::new(Code::AddressRefused, "This address is not listed in api_addresses."),
        Some(Credential::Session(_) | Credential::None) | None => Refusal::new(Code::AuthFailed, "Sign in first."),
    })
}

fn line(username: &str, password: &str, sent: &Sent<'_>) -> Result<Option<Shown>, Refusal> {
    let (name, word) = (sent.text(username)?.unwrap_or_default(), sent.text(password)?.unwrap_or_default());
    match (name.is_empty(), word.is_empty()) {
        (true, true) => Ok(None),
        (false, false) => Ok(Some(Shown::Line { username: unspaced(&name), password: Secret::new(&*word) })),
        _ => Err(Refusal::new(Code::AuthFailed, "Send the line's user name and password.")),
    }
}

fn key<'n>(
    names: impl Iterator<Item = &'n str> + Clone,
    sent: &'n Sent<'_>,
    headers: &HeaderMap,
) -> Result<Option<Shown>, Refusal> {
    let bearer = bearer(headers);
    let in_parameter = names.clone().flat_map(|name| sent.every(name));
    let mut keys = bearer.map(Into::into).into_iter().chain(in_parameter).filter(|key| !key.is_empty());
    let Some(first) = keys.next() else { return Ok(None) };
    if keys.any(|other| other != first) {
        return Err(Refusal::malformed("Send one API key, not two."));
    }
    let in_header = bearer.is_some() && names.flat_map(|name| sent.every(name)).next().is_none();
    Ok(Some(Shown::Key { key: Secret::new(&*first), in_header }))
}

fn token(session: &SessionCredential, sent: &Sent<'_>, headers: &HeaderMap) -> Result<Option<Shown>, Refusal> {
    let in_cookie = session.cookie.as_deref().and_then(|name| cookie(headers, name));
    let bearer = || bearer(headers).filter(|_| session.bearer).map(str::to_owned);
    let in_parameter = match &session.parameter {
        Some(name) => sent.text(name)?.map(|text| text.into_owned()),
        None => None,
    };
    let is_cookie = in_cookie.is_some();
    let token = in_cookie.or_else(bearer).or(in_parameter).filter(|token| !token.is_empty());
    let bound = session.bound.as_deref().and_then(|name| cookie(headers, name));
    Ok(token.map(|token| Shown::Session { token: Secret::new(token), bound, in_cookie: is_cookie }))
}

/// The token of `Authorization: Bearer …`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}

/// User names of lines hold no spaces, but some players put them into addresses without encoding,
/// and a raw `+` then reads as one. Of passwords, which may hold both, the sign-in tries both.
pub(crate) fn unspaced(text: &str) -> String {
    text.replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gather::add_query;
    use serde_json::{Value, json};

    fn of(credentials: Value, query: &str, headers: &[(&'static str, &'static str)]) -> Result<Shown, Refusal> {
        let surface = json!({"name": "s", "mounts": [], "credentials": credentials,
            "envelope": {"success": "{data}", "refusal": "{message}"}, "refusals": {}});
        let mut sent = Sent::default();
        add_query(&mut sent, query).unwrap();
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect();
        shown(&serde_json::from_value(surface).unwrap(), &sent, &headers, false)
    }

    fn line() -> Value {
        json!([{"kind": "line", "username": "username", "password": "password"}])
    }

    fn api_key() -> Value {
        json!([{"kind": "api_key", "parameter": "api_key"}])
    }

    #[test]
    fn a_line_shows_its_name_and_password_with_a_raw_plus() {
        let Ok(Shown::Line { username, password }) = of(line(), "username=a+b&password=c%2Bd", &[]) else {
            panic!("no line")
        };
        assert_eq!((username.as_str(), password.reveal()), ("a+b", "c+d"));
        let Ok(Shown::Line { password, .. }) = of(line(), "username=a&password=c+d", &[]) else { panic!("no line") };
        assert_eq!(password.reveal(), "c d", "as it reads; the sign-in tries what may have been meant");
    }

    #[test]
    fn nothing_shown_fails_like_a_wrong_password() {
        for query in ["", "username=a", "username=a&password="] {
            assert_eq!(of(line(), query, &[]).err().unwrap().code, Code::AuthFailed, "{query}");
        }
        let basic = [("authorization", "Basic x")];
        assert_eq!(of(api_key(), "api_key=", &basic).err().unwrap().code, Code::AuthFailed);
    }

    #[test]
    fn a_key_in_the_header_is_told_from_one_in_the_query() {
        let in_header = |query, headers: &[_]| match of(api_key(), query, headers) {
            Ok(Shown::Key { key, in_header }) => (key.reveal().to_owned(), in_header),
            _ => panic!("no key"),
        };
        assert_eq!(in_header("", &[("authorization", "bearer k1")]), ("k1".to_owned(), true));
        assert_eq!(in_header("api_key=k1", &[]), ("k1".to_owned(), false));
        assert_eq!(in_header("api_key=k1", &[("authorization", "Bearer k1")]), ("k1".to_owned(), false));
    }

    #[test]
    fn two_different_keys_are_an_error() {
        let two = of(api_key(), "api_key=k1", &[("authorization", "Bearer k2")]);
        assert_eq!(two.err().unwrap().code, Code::Malformed);
        assert_eq!(of(api_key(), "api_key=k1&api_key=k2", &[]).err().unwrap().code, Code::Malformed);
    }

    #[test]
    fn the_first_credential_that_there_is_anything_of_counts() {
        let both = json!([{"kind": "session", "cookie": "sid", "bound": "mac"},
            {"kind": "api_key"}, {"kind": "none"}]);
        let cookies = [("cookie", "a=b; sid=t1; mac=00%3A1A"), ("authorization", "Bearer k1")];
        let Ok(Shown::Session { token, bound, in_cookie }) = of(both.clone(), "", &cookies) else { panic!() };
        assert_eq!((token.reveal(), bound.as_deref(), in_cookie), ("t1", Some("00:1A"), true));
        assert!(matches!(of(both.clone(), "", &cookies[1..]), Ok(Shown::Key { in_header: true, .. })));
        assert!(matches!(of(both, "api_key=k1", &[]), Ok(Shown::Nothing)));
    }

    #[test]
    fn an_address_counts_where_it_is_listed_and_else_what_comes_after_it() {
        let refused = of(json!([{"kind": "address"}]), "", &[]).err().unwrap();
        assert_eq!(refused.code, Code::AddressRefused);
        let or_key = json!([{"kind": "address"}, {"kind": "api_key", "parameter": "k"}]);
        assert!(matches!(of(or_key, "k=1", &[]), Ok(Shown::Key { .. })));
        let key_first = json!([{"kind": "api_key", "parameter": "k", "also": "l"}, {"kind": "address"}]);
        assert_eq!(of(key_first.clone(), "", &[]).err().unwrap().code, Code::AddressRefused);
        assert!(matches!(of(key_first.clone(), "l=1", &[]), Ok(Shown::Key { in_header: false, .. })));
        assert_eq!(of(key_first, "k=1&l=2", &[]).err().unwrap().code, Code::Malformed, "two keys");
    }
}
