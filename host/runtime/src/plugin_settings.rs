//! A tenant's settings of a plugin: an object that every call carries, and part of what a cached body is kept under.
//! What a setting means, the plugin's author says.

use serde_json::Value;
use sha2::{Digest, Sha256};

/// The settings as calls carry them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PluginSettings {
    /// An object as JSON; empty when nothing is set.
    text: String,
    digest: [u8; 32],
}

impl PluginSettings {
    /// Out of a row of the control database.
    pub(crate) fn of(value: &Value) -> PluginSettings {
        let is_set = value.as_object().is_some_and(|settings| !settings.is_empty());
        let text = if is_set { value.to_string() } else { String::new() };
        PluginSettings { digest: Sha256::digest(&text).into(), text }
    }

    /// The object as JSON; none when nothing is set.
    pub(crate) fn text(&self) -> Option<&str> {
        Some(self.text.as_str()).filter(|text| !text.is_empty())
    }

    /// SHA-256 of the text.
    pub(crate) fn digest(&self) -> &[u8; 32] {
        &self.digest
    }
}

impl Default for PluginSettings {
    fn default() -> PluginSettings {
        PluginSettings::of(&Value::Null)
    }
}
