//! Tokens of late values in a reply: each stands as a whole JSON string until its value is known.
//! Knows nothing of what they stand for.

use crate::error::{Error, Result};
use host_core::plan::Late;

/// Refuses a reply that has a token anywhere but as a whole JSON string.
pub(crate) fn check_tokens(reply: &[u8], late: &[Late]) -> Result<()> {
    for late in late {
        let token = late.token.as_bytes();
        for at in positions(reply, token) {
            let quoted = at > 0 && reply.get(at - 1) == Some(&b'"') && reply.get(at + token.len()) == Some(&b'"');
            if !quoted {
                return Err(Error::Invalid("a late value's token stands inside a text of the reply".into()));
            }
        }
    }
    Ok(())
}

/// Replaces each quoted token by its value.
pub(crate) fn fill(mut reply: Vec<u8>, late: &[Late], values: &[String]) -> Vec<u8> {
    for (late, value) in late.iter().zip(values) {
        let quoted = format!("\"{}\"", late.token);
        for at in positions(&reply, quoted.as_bytes()).into_iter().rev() {
            reply.splice(at..at + quoted.len(), value.bytes());
        }
    }
    reply
}

fn positions(text: &[u8], part: &[u8]) -> Vec<usize> {
    text.windows(part.len()).enumerate().filter(|(_, window)| *window == part).map(|(at, _)| at).collect()
}
