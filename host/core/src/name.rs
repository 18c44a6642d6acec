//! Rules for names that people choose: user names, passwords, tenants, access codes.

use crate::refusal::Code;
use crate::{Refusal, reserved};

/// Longest user name or password of a line, in characters.
pub const MAX_CREDENTIAL: usize = 128;

/// Characters of generated names and codes: no `0 O 1 l I`.
pub const UNAMBIGUOUS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";

/// A line's or user's name: at least `min` characters, at most [`MAX_CREDENTIAL`], printable
/// ASCII without spaces, `/`, `\`, `?`, `#`, `%`, `&` and quotes (it stands in URLs), no reserved word.
pub fn username(text: &str, min: u16) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::field(Code::InvalidUsername, "username", message));
    if text.len() < usize::from(min.max(1)) || text.len() > MAX_CREDENTIAL {
        return refuse(format!("A user name has {} to {MAX_CREDENTIAL} characters.", min.max(1)));
    }
    if !text.bytes().all(is_url_safe) {
        return refuse("A user name has letters, digits and - _ . @ + ! only.".into());
    }
    if reserved::is_reserved(text) {
        return refuse(format!("{text} is reserved for a path of the panel; choose another name."));
    }
    Ok(())
}

/// A line's password: at least `min` characters, at most [`MAX_CREDENTIAL`], anything that can be
/// shown: what moves in from another panel keeps its password. Wherever it stands in an address it
/// is percent-encoded; only `.` and `..` cannot stand in a path at all.
pub fn line_password(text: &str, min: u16) -> Result<(), Refusal> {
    let refuse = |message: String| Err(Refusal::field(Code::InvalidPassword, "password", message));
    if !(usize::from(min.max(1))..=MAX_CREDENTIAL).contains(&text.chars().count()) {
        return refuse(format!("A line's password has {} to {MAX_CREDENTIAL} characters.", min.max(1)));
    }
    if text.chars().any(char::is_control) || [".", ".."].contains(&text) {
        return refuse("A line's password has no control characters, and is not . or .. alone.".into());
    }
    Ok(())
}

/// An activation code as it is kept, in capitals: 5 to 30 letters, digits, `-` and `_`.
pub fn activation_code(text: &str) -> Result<String, Refusal> {
    let is_of_code = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    if (5..=30).contains(&text.len()) && text.bytes().all(is_of_code) {
        return Ok(text.to_ascii_uppercase());
    }
    Err(Refusal::field(Code::InvalidCode, "code", "An activation code has 5 to 30 letters, digits, - and _."))
}

/// A user's own password: 10 to 256 bytes, anything.
pub fn user_password(text: &str) -> Result<(), Refusal> {
    if (10..=256).contains(&text.len()) {
        return Ok(());
    }
    Err(Refusal::field(Code::InvalidPassword, "password", "A user's password has 10 to 256 bytes."))
}

/// A tenant's name: 1 to 63 characters of `a-z0-9-`, not at the ends a `-` (it names a directory).
pub fn tenant(text: &str) -> Result<(), Refusal> {
    let bytes = text.as_bytes();
    let inner = bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    if inner && (1..=63).contains(&bytes.len()) && !text.starts_with('-') && !text.ends_with('-') {
        return Ok(());
    }
    Err(Refusal::field(Code::InvalidInput, "name", "A tenant's name has 1 to 63 of a-z, 0-9 and inner -."))
}

/// A host name: lower case labels, or an address; no port.
pub fn host(text: &str) -> Result<(), Refusal> {
    let label = |part: &str| {
        (1..=63).contains(&part.len())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    let plain = text.len() <= 253 && text.split('.').all(label);
    if plain || text.parse::<std::net::IpAddr>().is_ok() {
        return Ok(());
    }
    Err(Refusal::field(
        Code::InvalidInput,
        "host",
        "A host is a lower-case host name or an address, without scheme and port.",
    ))
}

/// Checks an idempotency key.
///
/// # Errors
/// `invalid_input` naming `idempotency_key`.
pub fn idempotency_key(text: &str) -> Result<(), Refusal> {
    if (1..=255).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    let message = "An idempotency key has 1 to 255 visible ASCII characters and no spaces; send another, or none.";
    Err(Refusal::field(Code::InvalidInput, "idempotency_key", message))
}

/// An access code: 8 to 64 characters of `A-Za-z0-9_-`, no reserved word.
pub fn access_code(text: &str) -> Result<(), Refusal> {
    let inner = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if inner && (8..=64).contains(&text.len()) && !reserved::is_reserved(text) {
        return Ok(());
    }
    Err(Refusal::field(
        Code::InvalidInput,
        "code",
        "An access code has 8 to 64 of A-Z, a-z, 0-9, _ and -, and is no path of the panel.",
    ))
}

/// Text of `length` characters out of [`UNAMBIGUOUS`] (5 bits each), from as many random bytes.
pub fn generated(random: &[u8]) -> String {
    random.iter().map(|byte| char::from(UNAMBIGUOUS[usize::from(byte & 31)])).collect()
}

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.@+!".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_would_break_addresses_are_refused() {
        for bad in ["", "a b", "a/b", "a?b", "a%20", "ä", "a\"b", "live", "Live", "player_api.php", "a\n"] {
            assert!(username(bad, 1).is_err(), "{bad:?}");
        }
        for good in ["guest", "a.b@c", "X-1_2+3"] {
            assert!(username(good, 1).is_ok(), "{good:?}");
        }
        assert!(username("abc", 4).is_err());
        assert!(username(&"a".repeat(129), 1).is_err());
    }

    #[test]
    fn a_password_is_anything_that_an_address_can_carry() {
        for good in ["my pass", "a/b?c=d&e%20", "päß\"", "...", &"ä".repeat(128)] {
            assert!(line_password(good, 1).is_ok(), "{good:?}");
        }
        for bad in ["", ".", "..", "a\nb", "a\0", &"ä".repeat(129)] {
            assert!(line_password(bad, 1).is_err(), "{bad:?}");
        }
        assert!(line_password("päß", 4).is_err(), "characters count, not bytes");
    }

    #[test]
    fn generated_text_has_only_unambiguous_characters() {
        let text = generated(&(0..=255).collect::<Vec<u8>>());
        assert!(text.chars().all(|c| !"0O1lI".contains(c)));
        assert_eq!(text.len(), 256);
    }

    #[test]
    fn hosts_are_plain() {
        assert!(host("tv.example.org").is_ok());
        assert!(host("127.0.0.1").is_ok());
        for bad in ["", "TV.example", "a:80", "http://a", "a..b"] {
            assert!(host(bad).is_err(), "{bad:?}");
        }
    }
}
