//! Segments of routes and paths: which a path takes, and which two routes share.

use host_core::reserved::is_reserved;
use std::borrow::Cow;

/// One segment of a route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Segment {
    /// Exactly this, in any case.
    Literal(String),
    /// Anything but nothing.
    Any(String),
    /// Anything that is no reserved word: a user name or an access code at the front.
    Unreserved(String),
    /// A stream's number, with or without an extension: `101`, `101.ts`.
    Stream(String),
    /// All that is left, at least one segment.
    Tail(String),
}

/// The first segment of a path: where an access code stands.
pub(crate) fn first_segment(path: &str) -> &str {
    split(path).next().unwrap_or("")
}

/// A stream's number out of `101` or `101.ts`, and the extension.
pub(crate) fn stream_file(text: &str) -> Option<(u32, Option<&str>)> {
    let (number, extension) = match text.split_once('.') {
        Some((number, extension)) => (number, Some(extension)),
        None => (text, None),
    };
    let is_number = (1..=10).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    let plain =
        extension.is_none_or(|text| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric()));
    if is_number && plain { number.parse().ok().map(|number| (number, extension)) } else { None }
}

/// The segments of a path.
pub(super) fn split(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// A path in lower case, without slashes that say nothing.
pub(super) fn tidied(path: &str) -> Cow<'_, str> {
    let is_tidy = path.starts_with('/')
        && !path.contains("//")
        && (path.len() == 1 || !path.ends_with('/'))
        && !path.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_tidy {
        return Cow::Borrowed(path);
    }
    let mut tidy = String::with_capacity(path.len());
    for segment in split(path) {
        tidy.push('/');
        tidy.push_str(segment);
    }
    tidy.make_ascii_lowercase();
    Cow::Owned(if tidy.is_empty() { "/".to_owned() } else { tidy })
}

pub(super) fn segment(text: &str, first: bool) -> Option<Segment> {
    match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        None if text.contains(['{', '}', '*']) => None,
        None => Some(Segment::Literal(text.to_ascii_lowercase())),
        Some(name) => Some(match (name.strip_suffix('#'), name.strip_prefix('*')) {
            (Some(name), _) => Segment::Stream(name.to_owned()),
            (None, Some(name)) => Segment::Tail(name.to_owned()),
            (None, None) if first => Segment::Unreserved(name.to_owned()),
            (None, None) => Segment::Any(name.to_owned()),
        }),
    }
}

/// The path as the router knows it.
pub(super) fn shape(segments: &[Segment]) -> String {
    let mut shape = String::new();
    for segment in segments {
        shape.push('/');
        match segment {
            Segment::Literal(literal) => shape.push_str(literal),
            Segment::Any(_) | Segment::Unreserved(_) | Segment::Stream(_) => shape.push_str("{any}"),
            Segment::Tail(_) => shape.push_str("{*tail}"),
        }
    }
    if shape.is_empty() { "/".to_owned() } else { shape }
}

pub(super) fn captures<'t, 'p>(segments: &'t [Segment], path: &'p str) -> Option<Vec<(&'t str, &'p str)>> {
    let mut rest = path;
    let mut captures = Vec::new();
    for segment in segments {
        rest = rest.trim_start_matches('/');
        let (part, after) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let part = if let Segment::Tail(_) = segment { rest.trim_end_matches('/') } else { part };
        if !segment.takes(part) {
            return None;
        }
        rest = if let Segment::Tail(_) = segment { "" } else { after };
        if let Segment::Any(name) | Segment::Unreserved(name) | Segment::Stream(name) | Segment::Tail(name) = segment {
            captures.push((name.as_str(), part));
        }
    }
    rest.trim_start_matches('/').is_empty().then_some(captures)
}

impl Segment {
    fn takes(&self, part: &str) -> bool {
        match self {
            Segment::Literal(literal) => literal.eq_ignore_ascii_case(part),
            Segment::Any(_) | Segment::Tail(_) => !part.is_empty(),
            Segment::Unreserved(_) => !part.is_empty() && !is_reserved(part),
            Segment::Stream(_) => stream_file(part).is_some(),
        }
    }
}

/// Whether some path leads to both.
pub(super) fn overlap(one: &[Segment], other: &[Segment]) -> bool {
    match (one.split_first(), other.split_first()) {
        (None, None) => true,
        (None, _) | (_, None) => false,
        (Some((Segment::Tail(_), _)), _) | (_, Some((Segment::Tail(_), _))) => true,
        (Some((one, ones)), Some((other, others))) => meet(one, other) && overlap(ones, others),
    }
}

fn meet(one: &Segment, other: &Segment) -> bool {
    match (one, other) {
        (Segment::Literal(literal), any) | (any, Segment::Literal(literal)) => any.takes(literal),
        _ => true,
    }
}
