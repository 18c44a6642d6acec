//! Finds what a caller shows of themselves where the surface's dialect says it stands.
//! Refuses to know whether it is right: that is the engine's sign-in.

use super::refusal::Refused;
use super::request::Gathered;
use host_core::action::Credential;
use host_core::secret::Secret;
use host_core::{Code, Refusal};

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
    /// The surface asks nobody who they are.
    Nothing,
}

/// What the caller shows. `authorization` is that header's value.
pub(crate) fn shown(
    credential: &Credential,
    gathered: &Gathered<'_>,
    authorization: Option<&str>,
) -> Result<Shown, Refused> {
    match credential {
        Credential::None => Ok(Shown::Nothing),
        Credential::Line { username, password } => {
            let (name, word) = (gathered.one(username)?.unwrap_or(""), gathered.one(password)?.unwrap_or(""));
            if name.is_empty() || word.is_empty() {
                return Err(missing("Send the line's user name and password.").into());
            }
            Ok(Shown::Line { username: unspaced(name), password: Secret::new(word) })
        }
        Credential::ApiKey { parameter } => key(parameter, gathered, authorization),
    }
}

fn key(parameter: &str, gathered: &Gathered<'_>, authorization: Option<&str>) -> Result<Shown, Refused> {
    let bearer = authorization.and_then(bearer);
    let mut keys = bearer.into_iter().chain(gathered.every(parameter)).filter(|key| !key.is_empty());
    let Some(first) = keys.next() else {
        return Err(missing("Send an API key.").into());
    };
    if keys.any(|other| other != first) {
        return Err(Refused::malformed("Send one API key, not two."));
    }
    Ok(Shown::Key {
        key: Secret::new(first),
        in_header: bearer.is_some() && gathered.every(parameter).next().is_none(),
    })
}

/// The token of `Authorization: Bearer …`.
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn missing(message: &'static str) -> Refusal {
    Refusal::new(Code::AuthFailed, message)
}

/// User names of lines hold no spaces, but some players put them into addresses without encoding,
/// and a raw `+` then reads as one. Of passwords, which may hold both, the sign-in tries both.
pub(crate) fn unspaced(text: &str) -> String {
    text.replace(' ', "+")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'r>(credential: &Credential, query: &'r str, header: Option<&str>) -> Result<Shown, Refused> {
        let mut gathered = Gathered::<'r>::default();
        gathered.add_query(query).unwrap();
        shown(credential, &gathered, header)
    }

    fn line() -> Credential {
        Credential::Line { username: "username".into(), password: "password".into() }
    }

    fn api_key() -> Credential {
        Credential::ApiKey { parameter: "api_key".into() }
    }

    #[test]
    fn a_line_shows_its_name_and_password_with_a_raw_plus() {
        let Ok(Shown::Line { username, password }) = of(&line(), "username=a+b&password=c%2Bd", None) else {
            panic!("no line")
        };
        assert_eq!((username.as_str(), password.reveal()), ("a+b", "c+d"));
        let Ok(Shown::Line { password, .. }) = of(&line(), "username=a&password=c+d", None) else { panic!("no line") };
        assert_eq!(password.reveal(), "c d", "as it reads; the sign-in tries what may have been meant");
    }

    #[test]
    fn nothing_shown_fails_like_a_wrong_password() {
        for query in ["", "username=a", "username=a&password="] {
            assert_eq!(of(&line(), query, None).err().unwrap().refusal.code, Code::AuthFailed, "{query}");
        }
        assert_eq!(of(&api_key(), "api_key=", Some("Basic x")).err().unwrap().refusal.code, Code::AuthFailed);
    }

    #[test]
    fn a_key_in_the_header_is_told_from_one_in_the_query() {
        let in_header = |query, header| match of(&api_key(), query, header) {
            Ok(Shown::Key { key, in_header }) => (key.reveal().to_owned(), in_header),
            _ => panic!("no key"),
        };
        assert_eq!(in_header("", Some("bearer k1")), ("k1".to_owned(), true));
        assert_eq!(in_header("api_key=k1", None), ("k1".to_owned(), false));
        assert_eq!(in_header("api_key=k1", Some("Bearer k1")), ("k1".to_owned(), false));
    }

    #[test]
    fn two_different_keys_are_an_error() {
        assert_eq!(of(&api_key(), "api_key=k1", Some("Bearer k2")).err().unwrap().http, Some(400));
        assert_eq!(of(&api_key(), "api_key=k1&api_key=k2", None).err().unwrap().http, Some(400));
    }
}
