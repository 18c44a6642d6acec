//! The dialect of a surface, as its plugin describes it: where things stand in a request and how
//! answers sound. Refuses to know HTTP connections, tenants and plugins: it maps text to values.

mod bounds;
pub(crate) mod coerce;
pub(crate) mod columns;
pub(crate) mod credential;
pub(crate) mod envelope;
mod forms;
pub(crate) mod paging;
pub(crate) mod refusal;
pub(crate) mod request;
mod sent;
pub(crate) mod unknown;

pub(crate) use refusal::{Refused, Rendered};
pub(crate) use request::Gathered;

use host_core::action::{Mount, Selector, Surface};

/// The name of the action that a request asks for, empty when it names none. The path's own word
/// comes before the selector's.
pub(crate) fn named<'g>(surface: &Surface, mount: &'g Mount, gathered: &'g Gathered<'_>) -> Result<&'g str, Refused> {
    if let Some(action) = &mount.action {
        return Ok(action);
    }
    match &surface.selector {
        Some(Selector::Parameter { name } | Selector::Segment { name }) => Ok(gathered.one(name)?.unwrap_or("")),
        None => Ok(""),
    }
}
