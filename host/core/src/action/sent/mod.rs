//! All that a request sent, as it was sent: texts of path, query, forms, headers and cookies, and the members of a JSON
//! body with their own types.

mod given;

pub use given::Given;
pub(super) use given::{MAX_DEPTH, Many, depth};

use super::{Duplicates, Part, Reading};
use crate::Refusal;
use std::borrow::Cow;

/// Most parameters of one request.
const MAX_PARAMETERS: usize = 1_000;

/// One parameter as it was sent, decoded once.
#[derive(Debug)]
struct Pair<'r> {
    part: Part,
    name: Cow<'r, str>,
    given: Given<'r>,
}

/// All that was sent. Borrows from the request wherever nothing was escaped.
#[derive(Default, Debug)]
pub struct Sent<'r> {
    pairs: Vec<Pair<'r>>,
    reading: Reading,
}

impl<'r> Sent<'r> {
    /// Of a surface that reads its requests like this.
    pub fn read_by(reading: Reading) -> Sent<'r> {
        Sent { pairs: Vec::new(), reading }
    }

    /// Of the members of a JSON object.
    pub(super) fn of_object(members: &'r serde_json::Map<String, serde_json::Value>) -> Sent<'r> {
        let pair = |(name, value): (&'r String, _)| {
            let (name, given) = (Cow::Borrowed(name.as_str()), Given::Member(value));
            Pair { part: Part::Body, name, given }
        };
        Sent { pairs: members.iter().map(pair).collect(), reading: Reading::default() }
    }

    /// Adds a parameter.
    ///
    /// # Errors
    /// `malformed` for more than 1,000 of them, and for a name like `a[b][c][d][e][f]`.
    pub fn add(&mut self, part: Part, name: Cow<'r, str>, given: Given<'r>) -> Result<(), Refusal> {
        if self.pairs.len() >= MAX_PARAMETERS {
            return Err(Refusal::malformed("A request has at most 1,000 parameters."));
        }
        if name.bytes().filter(|byte| *byte == b'[').count() > MAX_DEPTH {
            return Err(Refusal::malformed("A parameter's name is nested too deeply."));
        }
        self.pairs.push(Pair { part, name, given });
        Ok(())
    }

    /// Adds a text.
    ///
    /// # Errors
    /// As [`Sent::add`].
    pub fn add_text(&mut self, part: Part, name: Cow<'r, str>, text: Cow<'r, str>) -> Result<(), Refusal> {
        self.add(part, name, Given::Text(text))
    }

    /// Adds a JSON body, an object: its members become parameters, with the types that they have there.
    ///
    /// # Errors
    /// `malformed` for what is not a JSON object, or nests deeper than four levels.
    pub fn add_json(&mut self, body: &[u8]) -> Result<(), Refusal> {
        let value = serde_json::from_slice(body).map_err(|_| Refusal::malformed("The body is not JSON."))?;
        let serde_json::Value::Object(members) = value else {
            return Err(Refusal::malformed("A JSON body is an object of parameters."));
        };
        for (name, value) in members {
            if depth(&value) >= MAX_DEPTH {
                return Err(Refusal::malformed("The body is nested too deeply."));
            }
            self.add(Part::Body, Cow::Owned(name), Given::Json(value))?;
        }
        Ok(())
    }

    /// The one value of a name, empty or not; none when it was not sent. `only` looks into one part of the request.
    ///
    /// # Errors
    /// `malformed` for a name that stands twice in one part, where the surface does not say which counts: nobody can
    /// say which of them was meant.
    pub fn one(&self, name: &str, only: Option<Part>) -> Result<Option<&Given<'r>>, Refusal> {
        let mut found: Option<&Pair<'_>> = None;
        for pair in self.pairs.iter().filter(|pair| pair.name == name && self.looks_into(pair.part, only)) {
            match found {
                Some(first) if first.part == pair.part => match self.reading.duplicates {
                    Duplicates::Refuse => {
                        return Err(Refusal::malformed(format!("Send {} once.", shown(name))));
                    }
                    Duplicates::First => {}
                    Duplicates::Last => found = Some(pair),
                },
                Some(first) if self.rank(first.part) < self.rank(pair.part) => {}
                _ => found = Some(pair),
            }
        }
        Ok(found.map(|pair| &pair.given))
    }

    /// The one value of a name, as text; empty when it was not sent.
    ///
    /// # Errors
    /// As [`Sent::one`].
    pub fn text(&self, name: &str) -> Result<Option<Cow<'_, str>>, Refusal> {
        Ok(self.one(name, None)?.map(Given::text))
    }

    /// The values of a list, from the first part that has it in any of its forms.
    pub(super) fn many(&self, name: &str, only: Option<Part>) -> Result<Option<Many<'_, 'r>>, Refusal> {
        let of = |pair: &&Pair<'_>| is_item_of(&pair.name, name) && self.looks_into(pair.part, only);
        let parts = self.pairs.iter().filter(of).map(|pair| pair.part);
        let Some(part) = parts.min_by_key(|part| self.rank(*part)) else {
            return Ok(self.one(name, only)?.map(Many::One));
        };
        let items = self.pairs.iter().filter(|pair| pair.part == part).filter(of);
        Ok(Some(Many::Items(items.map(|pair| &pair.given).collect())))
    }

    /// The members of an object: `name[member]` and `name[member][more]`, a JSON object, or JSON in a text.
    ///
    /// # Errors
    /// `malformed` as [`Sent::one`].
    pub(super) fn within(&self, name: &str, only: Option<Part>) -> Result<Within<'_>, Refusal> {
        let of = |pair: &&Pair<'_>| self.looks_into(pair.part, only) && member_of(&pair.name, name).is_some();
        let parts = self.pairs.iter().filter(of).map(|pair| pair.part);
        let Some(part) = parts.min_by_key(|part| self.rank(*part)) else {
            return Ok(self.one(name, only)?.map_or(Within::Nothing, |given| self.members_of(given)));
        };
        let mut members = Sent::read_by(self.reading.clone());
        for pair in self.pairs.iter().filter(|pair| pair.part == part) {
            if let Some(member) = member_of(&pair.name, name) {
                members.pairs.push(Pair { part: Part::Body, name: member, given: pair.given.by_reference() });
            }
        }
        Ok(Within::Members(members))
    }

    fn members_of<'g>(&'g self, given: &'g Given<'r>) -> Within<'g> {
        if given.is_empty() || given.is_null() {
            return Within::Cleared;
        }
        let Some(members) = given.members() else { return Within::NoObject };
        let pairs = members.into_iter().map(|(name, given)| Pair { part: Part::Body, name, given });
        Within::Members(Sent { pairs: pairs.collect(), reading: self.reading.clone() })
    }

    /// Drops all values of these names, in every form that a list may be sent in: what the caller signed in with
    /// is nobody's parameter.
    pub fn forget<'n>(&mut self, names: impl Iterator<Item = &'n str> + Clone) {
        let is_one = |sent: &str| names.clone().any(|name| sent == name || is_item_of(sent, name));
        self.pairs.retain(|pair| !is_one(&pair.name));
    }

    /// The names that were sent in query and body, in order, each with its part; those of the path are the route's,
    /// and headers and cookies are there for others too.
    pub(super) fn names(&self) -> impl Iterator<Item = (Part, &str)> {
        let is_sent = |pair: &&Pair<'_>| matches!(pair.part, Part::Query | Part::Body);
        self.pairs.iter().filter(is_sent).map(|pair| (pair.part, &*pair.name))
    }

    /// Every value of a name, wherever it stood: to see whether two parts disagree.
    pub fn every<'g>(&'g self, name: &'g str) -> impl Iterator<Item = Cow<'g, str>> {
        self.pairs.iter().filter(move |pair| pair.name == name).map(|pair| pair.given.text())
    }

    /// Headers and cookies are read only where a description asks for them.
    fn looks_into(&self, part: Part, only: Option<Part>) -> bool {
        match only {
            Some(only) => part == only,
            None => !matches!(part, Part::Header | Part::Cookie),
        }
    }

    /// The first part that has a name wins over the later ones.
    fn rank(&self, part: Part) -> usize {
        self.reading.order.iter().position(|of| *of == part).unwrap_or(self.reading.order.len())
    }
}

/// What was sent for an object.
pub(super) enum Within<'g> {
    /// Nothing of it.
    Nothing,
    /// An empty text or null.
    Cleared,
    /// Something else than an object.
    NoObject,
    /// Its members.
    Members(Sent<'g>),
}

/// Whether `sent` is `name[]` or `name[7]`.
pub(super) fn is_item_of(sent: &str, name: &str) -> bool {
    sent.strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('['))
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `member` of `name[member]`, `member[more]` of `name[member][more]`.
fn member_of<'n>(sent: &'n str, name: &str) -> Option<Cow<'n, str>> {
    let (member, more) = sent.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?;
    match (member.is_empty(), more.is_empty()) {
        (true, _) => None,
        (false, true) => Some(Cow::Borrowed(member)),
        (false, false) => Some(Cow::Owned(format!("{member}{more}"))),
    }
}

/// A parameter's name as it may stand in a message: cut, and never anything but plain text.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic()).take(64).collect()
}

#[cfg(test)]
mod tests;
