//! Keys by which an operator's website or app signs addresses of streams, so that it need not know, or show, the
//! password of a line.

use crate::Refusal;
use crate::plain::{PlainField, PlainKind, Stamp};
use crate::refusal::Code;
use serde_json::{Map, Value};

/// Characters of a secret that the host chooses: more than 256 bits.
const GENERATED: u8 = 56;
/// Fewest characters of a secret that somebody else chooses.
const FEWEST: usize = 32;
/// How many seconds ahead the end of an address may lie, where a key does not say.
const USUAL_WINDOW: u32 = 300;
/// The most that one may say: a day.
const MOST_WINDOW: u32 = 86_400;

/// The plain kind `hmac_key`.
pub const HMAC_KEY: PlainKind = PlainKind {
    rule: has_a_long_secret,
    stamp: Some(("created_at", Stamp::Creation)),
    ..PlainKind::new(
        "hmac_key",
        &[
            PlainField::text("secret").sealed().generated(GENERATED).at_most(128),
            PlainField::flag("enabled"),
            PlainField::count("window").at_most(MOST_WINDOW),
            PlainField::text("note").searched().at_most(4_096),
            PlainField::date("created_at").set_by_host(),
        ],
    )
};

/// One that is stored is sealed, and longer than any.
fn has_a_long_secret(fields: &mut Map<String, Value>) -> Result<(), Refusal> {
    let length = fields.get("secret").and_then(Value::as_str).unwrap_or_default().chars().count();
    if length < FEWEST {
        let message = format!("secret is a text of {FEWEST} to 128 characters, or left out.");
        return Err(Refusal::field(Code::InvalidInput, "secret", message));
    }
    Ok(())
}

/// How many seconds ahead the end of an address may lie that this key signs; none for a key that is off.
pub fn window(fields: &Map<String, Value>) -> Option<u32> {
    if fields.get("enabled") != Some(&Value::Bool(true)) {
        return None;
    }
    let said = fields.get("window").and_then(Value::as_u64).and_then(|said| u32::try_from(said).ok());
    said.map(|said| if said == 0 { USUAL_WINDOW } else { said.min(MOST_WINDOW) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::CallerRole;
    use crate::time::Unix;
    use serde_json::json;

    #[test]
    fn a_key_has_a_long_secret_and_signs_for_minutes_while_it_is_on() {
        let made = |sent: Value| {
            let blank = HMAC_KEY.blank(1, Unix(0));
            HMAC_KEY.merged(&blank, sent.as_object().unwrap(), CallerRole::Admin, Unix(0))
        };
        assert_eq!(made(json!({ "secret": "short" })).unwrap_err().field.as_deref(), Some("secret"));
        let long = "s".repeat(32);
        let of = |enabled: bool, seconds: u32| {
            window(&made(json!({ "secret": long, "enabled": enabled, "window": seconds })).unwrap().fields)
        };
        assert_eq!([of(true, 0), of(true, 60), of(false, 60)], [Some(300), Some(60), None]);
        assert_eq!(made(json!({ "secret": long, "window": 86_401 })).unwrap_err().field.as_deref(), Some("window"));
    }
}
