//! A correct no. Each surface's dialect maps the code to its own status and body.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// Why something is refused. The text form (`username_taken`) is what plugins and dialects use;
/// a plugin may refuse with a code of its own (`Other`), which its surface's table must list.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Code {
    /// A built-in reason.
    Known(Known),
    /// A plugin's own reason: 1 to 64 characters of `a-z0-9_`.
    Other(String),
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident $text:literal),* $(,)?) => {
        /// The reasons that the host itself gives.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum Known { $($(#[$doc])* $name),* }

        impl Known {
            /// Every reason, for tables and tests.
            pub const ALL: &[Known] = &[$(Known::$name),*];

            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self { $(Known::$name => $text),* }
            }
        }

        impl Code {
            $(
                $(#[$doc])*
                #[allow(non_upper_case_globals)]
                pub const $name: Code = Code::Known(Known::$name);
            )*
        }
    };
}

codes! {
    /// No credentials, or wrong ones; unknown, disabled and locked callers sound the same.
    AuthFailed "auth_failed",
    /// The line's term is over.
    Expired "expired",
    /// An admin has banned the line.
    Banned "banned",
    /// The line or user is disabled.
    Disabled "disabled",
    /// The address is not on the line's list, or on a block list.
    AddressRefused "address_refused",
    /// The country is not the line's.
    CountryRefused "country_refused",
    /// The player name is not allowed, or blocked.
    AgentRefused "agent_refused",
    /// The network operator is not the line's, or blocked.
    IspRefused "isp_refused",
    /// The output format is not among the line's.
    OutputRefused "output_refused",
    /// The stream is in none of the line's bouquets.
    NotInBouquet "not_in_bouquet",
    /// All seats of the line are taken.
    ConnectionLimit "connection_limit",
    /// Too many requests; come back later.
    RateLimited "rate_limited",
    /// No such thing, or none that the caller may see.
    NotFound "not_found",
    /// The surface has no such action.
    UnknownAction "unknown_action",
    /// The caller may not do this.
    NotPermitted "not_permitted",
    /// The request breaks the rules of requests, whatever it asks for.
    Malformed "malformed",
    /// The request came too slowly.
    TooSlow "too_slow",
    /// The path does not take this method.
    MethodNotAllowed "method_not_allowed",
    /// The thing has changed since the caller looked at it.
    Stale "stale",
    /// The request does not come from a page of the surface, or does not prove it.
    Forged "forged",
    /// A parameter is missing, malformed or out of range.
    InvalidInput "invalid_input",
    /// A date is malformed.
    InvalidDate "invalid_date",
    /// A MAC address is malformed, or no box can have it.
    InvalidMac "invalid_mac",
    /// An activation code breaks the rules for codes.
    InvalidCode "invalid_code",
    /// A user name breaks the rules for names.
    InvalidUsername "invalid_username",
    /// A password breaks the rules for passwords.
    InvalidPassword "invalid_password",
    /// No such package for this caller, or not for this use.
    InvalidPackage "invalid_package",
    /// A thing of the wrong type was named.
    InvalidType "invalid_type",
    /// The user name is taken.
    UsernameTaken "username_taken",
    /// Another box has the MAC address.
    MacTaken "mac_taken",
    /// The activation code is taken.
    CodeTaken "code_taken",
    /// Another thing of this kind has that name.
    NameTaken "name_taken",
    /// The balance is too small.
    InsufficientCredits "insufficient_credits",
    /// The trial quota is used up.
    NoTrials "no_trials",
    /// There is nothing that the stream could play.
    NoSources "no_sources",
    /// What the stream is made with is not there.
    CannotPlay "cannot_play",
    /// The thing is still used by another.
    InUse "in_use",
    /// Others kept changing the same things; try again.
    Conflict "conflict",
    /// A quota of the tenant or plugin is used up.
    QuotaExceeded "quota_exceeded",
    /// The request does not fit the idempotency key it carries.
    IdempotencyMismatch "idempotency_mismatch",
    /// The first request with this idempotency key still runs.
    IdempotencyBusy "idempotency_busy",
    /// The request is larger than allowed.
    TooLarge "too_large",
    /// It was tried and did not work, for a reason that the caller can do something about.
    Failed "failed",
    /// Too busy, or a thing that is needed is away; try again.
    Unavailable "unavailable",
}

impl Code {
    /// The text form.
    pub fn as_str(&self) -> &str {
        match self {
            Code::Known(known) => known.as_str(),
            Code::Other(text) => text,
        }
    }
}

impl From<String> for Code {
    fn from(text: String) -> Self {
        match Known::ALL.iter().find(|known| known.as_str() == text) {
            Some(known) => Code::Known(*known),
            None => Code::Other(text),
        }
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.as_str().to_owned()
    }
}

/// A refusal: a code for machines, the field it is about, and a sentence that says what to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub code: Code,
    /// The parameter or field it is about, if one is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Cow<'static, str>>,
    /// One sentence for people. Holds no secret and no row of another caller.
    pub message: Cow<'static, str>,
    /// Seconds after which a repeat makes sense (`Retry-After`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl Refusal {
    /// A refusal about no particular field.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { code, field: None, message: message.into(), retry_after: None }
    }

    /// A refusal of one field's value.
    pub fn field(code: Code, field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal { field: Some(field.into()), ..Refusal::new(code, message) }
    }

    /// A request that breaks the rules of requests.
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Refusal {
        Refusal::new(Code::Malformed, message)
    }

    /// The one answer to a missing thing and to one that the caller may not see.
    pub fn not_found(what: &'static str) -> Refusal {
        Refusal::new(Code::NotFound, format!("No {what} with this id."))
    }

    /// The same refusal, with a time to come back.
    pub fn retry_after(mut self, seconds: u32) -> Refusal {
        self.retry_after = Some(seconds);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "{} ({field}: {})", self.message, self.code.as_str()),
            None => write!(f, "{} ({})", self.message, self.code.as_str()),
        }
    }
}

impl std::error::Error for Refusal {}
