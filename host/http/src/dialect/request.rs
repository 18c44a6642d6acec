//! Gathers the parameters of a request: path segments first, then the query, then the body.
//! Refuses to know what they mean: types, credentials and actions are the neighbours' matter.

use super::refusal::Refused;
use percent_encoding::percent_decode_str;
use serde_json::Value;
use std::borrow::Cow;

/// Most parameters of one request.
const MAX_PARAMETERS: usize = 1_000;
/// Deepest nesting of a parameter's name (`a[b][c]`) or of a JSON body.
pub(super) const MAX_DEPTH: usize = 4;

/// Where a parameter stood. The first place that has a name wins over the later ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Origin {
    Path,
    Query,
    Body,
}

/// One parameter as it was sent, decoded once.
struct Pair<'r> {
    origin: Origin,
    name: Cow<'r, str>,
    value: Cow<'r, str>,
}

/// All parameters of a request. Borrows from it wherever nothing was escaped.
#[derive(Default)]
pub(crate) struct Gathered<'r> {
    pairs: Vec<Pair<'r>>,
}

/// The values of a list parameter, as they were sent.
pub(super) enum Many<'g> {
    /// `x[]=a&x[]=b` or `x[0]=a&x[1]=b`.
    Items(Vec<&'g str>),
    /// `x=…`: a JSON array in a text, or a comma list.
    Text(&'g str),
}

impl<'r> Gathered<'r> {
    /// Adds a `{name}` segment of the path. Segments that are no text are refused.
    pub(crate) fn add_segment(&mut self, name: &'r str, raw: &'r str) -> Result<(), Refused> {
        let value = decoded(raw).ok_or_else(|| Refused::malformed("The path is not UTF-8 text."))?;
        self.add(Origin::Path, Cow::Borrowed(name), value)
    }

    /// Adds the query string.
    pub(crate) fn add_query(&mut self, query: &'r str) -> Result<(), Refused> {
        self.add_urlencoded(Origin::Query, query.as_bytes())
    }

    /// Adds an `application/x-www-form-urlencoded` body.
    pub(crate) fn add_form(&mut self, body: &'r [u8]) -> Result<(), Refused> {
        self.add_urlencoded(Origin::Body, body)
    }

    /// Adds a text field of a multipart body.
    pub(crate) fn add_field(&mut self, name: String, value: String) -> Result<(), Refused> {
        self.add(Origin::Body, Cow::Owned(name), Cow::Owned(value))
    }

    /// Adds a JSON body, an object: its members become parameters. Arrays and objects stay JSON
    /// text, which lists and documents are read from anyway; null is absent.
    pub(crate) fn add_json(&mut self, body: &[u8]) -> Result<(), Refused> {
        let value: Value = serde_json::from_slice(body).map_err(|_| Refused::malformed("The body is not JSON."))?;
        let Value::Object(members) = value else {
            return Err(Refused::malformed("A JSON body is an object of parameters."));
        };
        for (name, value) in members {
            if depth(&value) >= MAX_DEPTH {
                return Err(Refused::malformed("The body is nested too deeply."));
            }
            let text = match value {
                Value::Null => continue,
                Value::String(text) => text,
                other => other.to_string(),
            };
            self.add(Origin::Body, Cow::Owned(name), Cow::Owned(text))?;
        }
        Ok(())
    }

    fn add_urlencoded(&mut self, origin: Origin, text: &'r [u8]) -> Result<(), Refused> {
        for (name, value) in form_urlencoded::parse(text) {
            self.add(origin, name, value)?;
        }
        Ok(())
    }

    fn add(&mut self, origin: Origin, name: Cow<'r, str>, value: Cow<'r, str>) -> Result<(), Refused> {
        if self.pairs.len() >= MAX_PARAMETERS {
            return Err(Refused::malformed("A request has at most 1,000 parameters."));
        }
        if name.bytes().filter(|byte| *byte == b'[').count() > MAX_DEPTH {
            return Err(Refused::malformed("A parameter's name is nested too deeply."));
        }
        self.pairs.push(Pair { origin, name, value });
        Ok(())
    }

    /// The one value of a name, empty or not; none when it was not sent. Twice in one place is
    /// refused: nobody can say which of them was meant.
    pub(crate) fn one(&self, name: &str) -> Result<Option<&str>, Refused> {
        let mut found: Option<&Pair<'_>> = None;
        for pair in self.pairs.iter().filter(|pair| pair.name == name) {
            match found {
                Some(first) if first.origin == pair.origin => {
                    return Err(Refused::malformed(format!("Send {} once.", shown(name))));
                }
                Some(first) if first.origin < pair.origin => {}
                _ => found = Some(pair),
            }
        }
        Ok(found.map(|pair| &*pair.value))
    }

    /// The values of a list, from the first place that has it in any of its forms.
    pub(super) fn many(&self, name: &str) -> Result<Option<Many<'_>>, Refused> {
        let of = |pair: &Pair<'_>| is_item_of(&pair.name, name);
        let Some(origin) = self.pairs.iter().filter(|pair| of(pair)).map(|pair| pair.origin).min() else {
            return Ok(self.one(name)?.map(Many::Text));
        };
        let items = self.pairs.iter().filter(|pair| pair.origin == origin && of(pair));
        Ok(Some(Many::Items(items.map(|pair| &*pair.value).collect())))
    }

    /// Drops all values of these names, in every form that a list may be sent in: what the caller signed in with
    /// is nobody's parameter.
    pub(crate) fn forget<'n>(&mut self, names: impl Iterator<Item = &'n str> + Clone) {
        let is_one = |sent: &str| names.clone().any(|name| sent == name || is_item_of(sent, name));
        self.pairs.retain(|pair| !is_one(&pair.name));
    }

    /// The names that were sent in query and body, in order; those of the path are the route's.
    pub(super) fn sent_names(&self) -> impl Iterator<Item = &str> {
        self.pairs.iter().filter(|pair| pair.origin != Origin::Path).map(|pair| &*pair.name)
    }

    /// Every value of a name, wherever it stood: to see whether two places disagree.
    pub(super) fn every<'g>(&'g self, name: &'g str) -> impl Iterator<Item = &'g str> {
        self.pairs.iter().filter(move |pair| pair.name == name).map(|pair| &*pair.value)
    }
}

/// Percent-decodes a path segment once; `+` means itself there.
pub(crate) fn decoded(raw: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(raw).decode_utf8().ok()
}

/// Whether `sent` is `name[]` or `name[7]`.
pub(super) fn is_item_of(sent: &str, name: &str) -> bool {
    sent.strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('['))
        .and_then(|rest| rest.strip_suffix(']'))
        .is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How deep the containers of a value nest; 0 for a scalar.
pub(super) fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A parameter's name as it may stand in a message: cut, and never anything but plain text.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|c| c.is_ascii_graphic()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(query: &str) -> Gathered<'_> {
        let mut gathered = Gathered::default();
        gathered.add_query(query).unwrap();
        gathered
    }

    #[test]
    fn the_path_wins_over_the_query_and_the_query_over_the_body() {
        let mut gathered = of("a=query&b=query");
        gathered.add_form(b"a=body&b=body&c=body").unwrap();
        gathered.add_segment("a", "pa%74h").unwrap();
        assert_eq!(gathered.one("a").unwrap(), Some("path"));
        assert_eq!(gathered.one("b").unwrap(), Some("query"));
        assert_eq!(gathered.one("c").unwrap(), Some("body"));
        assert_eq!(gathered.one("d").unwrap(), None);
    }

    #[test]
    fn a_scalar_that_is_sent_twice_in_one_place_is_malformed() {
        let refused = of("a=1&a=2").one("a").unwrap_err();
        assert_eq!(refused.http, Some(400));
    }

    #[test]
    fn names_with_brackets_are_plain_names() {
        assert_eq!(of("search[value]=x").one("search[value]").unwrap(), Some("x"));
        assert_eq!(of("params%5Boffset%5D=5").one("params[offset]").unwrap(), Some("5"));
    }

    #[test]
    fn a_list_is_taken_from_its_items_or_from_its_text() {
        let items = |query: &str| match of(query).many("x").unwrap() {
            Some(Many::Items(items)) => items.join("|"),
            Some(Many::Text(text)) => format!("text {text}"),
            None => "none".to_owned(),
        };
        assert_eq!(items("x[]=1&x[]=2&y[]=3"), "1|2");
        assert_eq!(items("x[0]=1&x[1]=2"), "1|2");
        assert_eq!(items("x=[1,2]"), "text [1,2]");
        assert_eq!(items("x[a]=1"), "none");
    }

    #[test]
    fn what_was_forgotten_is_nowhere_in_no_form() {
        let mut gathered = of("key=k1&key[]=k2&key[0]=k3&keys=other&a=1");
        gathered.add_form(b"key=k4").unwrap();
        gathered.add_segment("key", "k5").unwrap();
        gathered.forget(["key"].into_iter());
        assert!(gathered.one("key").unwrap().is_none() && gathered.many("key").unwrap().is_none());
        assert_eq!((gathered.one("keys").unwrap(), gathered.one("a").unwrap()), (Some("other"), Some("1")));
    }

    #[test]
    fn floods_and_deep_nests_are_malformed() {
        let many = vec!["a=1"; 1_001].join("&");
        assert_eq!(Gathered::default().add_query(&many).unwrap_err().http, Some(400));
        assert_eq!(Gathered::default().add_query("a[b][c][d][e][f]=1").unwrap_err().http, Some(400));
        assert!(Gathered::default().add_query("a[b][c][d][e]=1").is_ok());
        let deep = br#"{"a":[[[[1]]]]}"#;
        assert_eq!(Gathered::default().add_json(deep).unwrap_err().http, Some(400));
        assert_eq!(Gathered::default().add_segment("a", "%ff").unwrap_err().http, Some(400));
    }

    #[test]
    fn members_of_a_json_body_are_parameters() {
        let mut gathered = Gathered::default();
        gathered.add_json(br#"{"a":"x","b":7,"c":true,"d":[1,2],"e":null}"#).unwrap();
        assert_eq!(gathered.one("a").unwrap(), Some("x"));
        assert_eq!(gathered.one("b").unwrap(), Some("7"));
        assert_eq!(gathered.one("c").unwrap(), Some("true"));
        assert_eq!(gathered.one("d").unwrap(), Some("[1,2]"));
        assert_eq!(gathered.one("e").unwrap(), None);
        assert_eq!(Gathered::default().add_json(b"[1]").unwrap_err().http, Some(400));
    }
}
