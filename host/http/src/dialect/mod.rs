//! The dialect of a surface, as its plugin describes it: how callers show who they are, which action they name, and how
//! answers are wrapped. Does not know connections, tenants or plugins: it maps text to values.

pub(crate) mod credential;
pub(crate) mod envelope;
pub(crate) mod refusal;

pub(crate) use refusal::Rendered;

use host_core::Refusal;
use host_core::action::{Selector, Sent, Surface};
use std::borrow::Cow;

/// The name of the action that a request asks for, empty when it names none. What several parameters say is joined by
/// dots, up to the first that says nothing.
pub(crate) fn named<'s>(surface: &Surface, sent: &'s Sent<'_>) -> Result<Cow<'s, str>, Refusal> {
    let names = surface.selector.as_ref().map_or(&[][..], Selector::names);
    if let [name] = names {
        return Ok(sent.text(name)?.unwrap_or_default());
    }
    let mut words = Vec::with_capacity(names.len());
    for name in names {
        match sent.text(name)?.filter(|word| !word.is_empty()) {
            Some(word) => words.push(word),
            None => break,
        }
    }
    Ok(Cow::Owned(words.join(".")))
}
