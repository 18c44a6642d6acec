//! What a refusal becomes on a surface.

use serde::{Deserialize, Serialize};

/// What a refusal becomes on a surface.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusalRule {
    /// HTTP status.
    pub http: u16,
    /// The text of the slot `word`.
    #[serde(default)]
    pub word: Option<String>,
    /// A fixed sentence instead of the refusal's own.
    #[serde(default)]
    pub message: Option<String>,
    /// A fixed body instead of an envelope; empty text is an empty body.
    #[serde(default)]
    pub body: Option<String>,
    /// The tenant setting that replaces `http` (`auth_failed_status`).
    #[serde(default)]
    pub http_setting: Option<String>,
    /// Answer as this action instead of refusing (players get the account document of an expired line).
    #[serde(default)]
    pub answer_with: Option<String>,
}
