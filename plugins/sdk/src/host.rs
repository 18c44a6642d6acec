//! Documents to and from the host: all capabilities share how one is read, and what happens when it cannot be.

use crate::{Refusal, base};
use serde::{Deserialize, Serialize};

/// Reads an answer of the host.
pub(crate) fn read<'de, T: Deserialize<'de>>(answer: &'de str) -> Result<T, Refusal> {
    match serde_json::from_str(answer) {
        Ok(value) => Ok(value),
        Err(error) => fault(&format!("The host's answer is not what the SDK knows: {error}.")),
    }
}

/// Writes a document for the host.
pub(crate) fn written(document: &impl Serialize) -> String {
    match serde_json::to_string(document) {
        Ok(text) => text,
        Err(error) => fault(&format!("A document for the host cannot be written: {error}.")),
    }
}

/// Ends the call as this plugin's fault, with a reason for its log: the contract is broken, and
/// no answer would be right. Nothing of the call is done.
pub(crate) fn fault(message: &str) -> ! {
    base::last_words(message);
    std::process::abort()
}
