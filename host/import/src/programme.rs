//! A programme of a guide as it is read: whether it can be used, and how long it waits for the
//! next one of its channel to tell its end.

use crate::clean::is_too_long;
use crate::moment::moment;
use crate::xml::Element;
use host_core::guide::Programme;
use host_core::import::{LeftOut, Skipped};
use host_core::time::Unix;
use std::collections::BTreeMap;

/// Longest title, in bytes.
const MAX_TITLE: usize = 4 * 1024;
/// Longest description, in bytes.
const MAX_DESCRIPTION: usize = 64 * 1024;
/// Most bytes of programmes that wait for their end. Beyond it the one that waits in the
/// alphabetically first channel is left out.
const MAX_WAITING: usize = 32 * 1024 * 1024;

/// A programme as it was read.
pub(crate) struct Draft {
    pub(crate) programme: Programme,
    /// It says when it ends; otherwise its `stop` means nothing yet.
    pub(crate) ends: bool,
    pub(crate) line: u64,
}

impl Draft {
    fn bytes(&self) -> usize {
        let Programme { channel, title, description, language, .. } = &self.programme;
        size_of::<Draft>() + 2 * channel.len() + title.len() + description.len() + language.len()
    }

    /// It, as one that is left out.
    pub(crate) fn left_out(self, reason: Skipped) -> LeftOut {
        let name = format!("{} {}", self.programme.channel, self.programme.title);
        LeftOut { line: self.line, name: name.chars().take(80).collect(), reason }
    }
}

/// Begin and, where it is said, end of a programme that can be used.
pub(crate) fn span(
    element: &Element,
    channel: &str,
    title: &str,
    language: &str,
    description: &str,
) -> Result<(Unix, Option<Unix>), Skipped> {
    let (start, stop) = (element.attribute("start"), element.attribute("stop"));
    if channel.is_empty() || start.is_empty() || title.is_empty() {
        return Err(Skipped::Incomplete);
    }
    let names_fit = !is_too_long(channel) && !is_too_long(language);
    if !names_fit || title.len() > MAX_TITLE || description.len() > MAX_DESCRIPTION {
        return Err(Skipped::TooLong);
    }
    let start = moment(&start).ok_or(Skipped::BadTime)?;
    if stop.is_empty() {
        return Ok((start, None));
    }
    let stop = moment(&stop).ok_or(Skipped::BadTime)?;
    if stop > start { Ok((start, Some(stop))) } else { Err(Skipped::Incomplete) }
}

/// Of each channel the programme that waits for the next one to tell its end.
#[derive(Default)]
pub(crate) struct Waiting {
    of: BTreeMap<String, Draft>,
    bytes: usize,
}

impl Waiting {
    /// The one that waits for this channel.
    pub(crate) fn take(&mut self, channel: &str) -> Option<Draft> {
        let draft = self.of.remove(channel)?;
        self.bytes -= draft.bytes();
        Some(draft)
    }

    /// Keeps a programme; gives one that must go for it.
    pub(crate) fn put(&mut self, draft: Draft) -> Option<Draft> {
        self.bytes += draft.bytes();
        self.of.insert(draft.programme.channel.clone(), draft);
        if self.bytes <= MAX_WAITING {
            return None;
        }
        let (_, gone) = self.of.pop_first()?;
        self.bytes -= gone.bytes();
        Some(gone)
    }

    /// All that wait still.
    pub(crate) fn into_all(self) -> impl Iterator<Item = Draft> {
        self.of.into_values()
    }
}
