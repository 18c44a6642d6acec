//! Versions of rows as callers see them: what they looked at, and what it will be.

use super::Work;
use crate::Result;
use host_core::object::Key;
use host_core::refusal::Code;
use host_core::{Refusal, Version};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// The option by which an edit says which version its caller has looked at.
const VERSION: &str = "version";

impl Work {
    /// The version that a row has once this attempt is committed; `read` is the one that it was read at.
    pub(crate) fn version_after(&self, key: Key, read: Version) -> Version {
        self.overlay.version_after(key, read)
    }
}

/// Checks the version of the row that the caller says to have seen, and returns the other options of the edit. A caller
/// who names no version is not checked.
///
/// # Errors
/// `stale` for another version, and `invalid_input` for what is not a version.
pub(crate) fn at_version(options: &Map<String, Value>, current: Version) -> Result<Cow<'_, Map<String, Value>>> {
    let Some(seen) = options.get(VERSION) else { return Ok(Cow::Borrowed(options)) };
    match seen {
        Value::Null => {}
        version if version.as_u64() == Some(current.0.into()) => {}
        Value::Number(_) => {
            let message = "It has changed since you looked at it; read it again, and send the version that you see.";
            return Err(Refusal::field(Code::Stale, VERSION, message).into());
        }
        _ => return Err(Refusal::field(Code::InvalidInput, VERSION, "A version is a whole number.").into()),
    }
    let mut others = options.clone();
    others.remove(VERSION);
    Ok(Cow::Owned(others))
}

/// Shows the version of a row in its document.
pub(crate) fn show(work: &Work, key: Key, read: Version, fields: &mut Map<String, Value>) {
    fields.insert(VERSION.to_owned(), work.version_after(key, read).0.into());
}
