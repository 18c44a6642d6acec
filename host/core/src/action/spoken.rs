//! How a surface says a refusal: which row of its table counts, with which status, and what type a fixed body has.

use super::{RefusalRule, Surface};

/// The code under which a table may list a fault of a plugin or of ours.
pub const FAULT: &str = "fault";

impl Surface {
    /// The table's entry for a code, and whether it is the code's own or `default`. A description
    /// without `default` never passes its validation.
    pub fn rule(&self, code: &str) -> Option<(&RefusalRule, bool)> {
        match self.refusals.get(code) {
            Some(rule) => Some((rule, true)),
            None => self.refusals.get("default").map(|rule| (rule, false)),
        }
    }

    /// The HTTP status of a refusal; `set` is the tenant's value of the setting that its entry asks for.
    pub fn refusal_status(&self, code: &str, set: Option<u16>) -> u16 {
        let (rule, own) = self.rule(code).unzip();
        let demanded = if own == Some(true) { None } else { own_status(code) };
        let set = set.filter(|status| (200..600).contains(status));
        demanded.or(set).or(rule.map(|rule| rule.http)).unwrap_or(500)
    }
}

impl RefusalRule {
    /// The type of its fixed body, told by how that begins; none for an empty one, and where it has none.
    pub fn body_type(&self) -> Option<&'static str> {
        let body = self.body.as_deref().filter(|body| !body.is_empty())?;
        Some(match body.trim_start().as_bytes().first() {
            Some(b'{' | b'[') => "application/json",
            Some(b'<') => "application/xml; charset=utf-8",
            _ => "text/plain; charset=utf-8",
        })
    }
}

/// The status of codes that mean the transport, on surfaces whose table does not list them.
fn own_status(code: &str) -> Option<u16> {
    match code {
        FAULT => Some(500),
        "malformed" => Some(400),
        "forged" => Some(403),
        "method_not_allowed" => Some(405),
        "too_slow" => Some(408),
        "stale" => Some(412),
        "too_large" => Some(413),
        "rate_limited" => Some(429),
        "unavailable" => Some(503),
        _ => None,
    }
}
