//! What a caller wants of a body besides its content: a part of it, or all of it as a file.

use crate::body::reply::{BodyReply, BodySource};
use crate::body::window::{Entries, Part};
use host_core::action::Action;
use serde_json::{Map, Value};

/// A caller's wish.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wish {
    /// A part of the list.
    pub(crate) part: Option<Part>,
    /// The name of the gzip file that it is to be.
    pub(crate) archive: Option<String>,
}

impl Wish {
    /// Takes what does not select the content out of a call's parameters: these get their defaults, whatever was
    /// sent, so that all wishes for the same content are one key, and the guest sees one call.
    pub(crate) fn take(action: &Action, parameters: &mut Map<String, Value>) -> Wish {
        let number = |name: &str| {
            let sent = parameters.get(name).and_then(Value::as_u64).unwrap_or(0);
            usize::try_from(sent).unwrap_or(usize::MAX)
        };
        let window = action.cache.as_ref().and_then(|rule| rule.window.as_ref());
        let part = window.map(|window| Part { skip: number(&window.skip), most: number(&window.most) });
        let archive = action.reply.archive.as_ref();
        let archive = archive.filter(|archive| parameters.get(&archive.parameter) == Some(&Value::Bool(true)));
        let wish =
            Wish { part: part.filter(|part| !part.is_all()), archive: archive.map(|archive| archive.name.clone()) };
        for (name, parameter) in action.parameters.iter().filter(|(name, _)| !action.is_keyed(name)) {
            match &parameter.default {
                Some(default) => drop(parameters.insert(name.clone(), default.clone())),
                None => drop(parameters.remove(name)),
            }
        }
        wish
    }
}

impl BodyReply {
    /// The body as it was wished for; `entries` says where those of a list stand.
    pub(crate) fn fulfilling(mut self, wish: &Wish, entries: Option<&Entries>) -> BodyReply {
        let whole = match &self.content {
            BodySource::Cached(cached) => cached.whole().map(|whole| whole.identity.clone()),
            BodySource::Once(parts) => parts.first().cloned(),
            BodySource::Spliced(..) | BodySource::Begun(..) => None,
        };
        if let (Some(part), Some(entries), Some(whole)) = (wish.part, entries, whole) {
            self.content = BodySource::Once(entries.part(&whole, part));
            self.etag = format!("{}-{}-{}", self.etag, part.skip, part.most);
        }
        self.archive.clone_from(&wish.archive);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn taken(sent: Value) -> (Wish, Value) {
        let action: Action = serde_json::from_value(json!({
            "surface": "s", "name": "a", "summary": "", "roles": ["line"],
            "reply": { "shape": "raw", "content_type": "text/plain", "archive": { "parameter": "gzip", "name": "a.gz" } },
            "cache": { "depends": [], "key": ["category"], "window": { "skip": "from", "most": "count" } },
            "parameters": {
                "category": { "type": "int", "default": 0 }, "from": { "type": "int", "default": 0 },
                "count": { "type": "int", "default": 0 }, "gzip": { "type": "flag", "default": false },
                "colour": { "type": "text" },
            },
        }))
        .unwrap();
        let mut parameters = sent.as_object().unwrap().clone();
        let wish = Wish::take(&action, &mut parameters);
        (wish, parameters.into())
    }

    #[test]
    fn what_does_not_select_the_content_is_no_part_of_the_call() {
        let sent = json!({ "category": 7, "from": 10, "count": 5, "gzip": true, "colour": "red" });
        let (wish, rest) = taken(sent);
        assert_eq!(wish, Wish { part: Some(Part { skip: 10, most: 5 }), archive: Some("a.gz".into()) });
        assert_eq!(rest, json!({ "category": 7, "from": 0, "count": 0, "gzip": false }));
    }

    #[test]
    fn without_a_wish_it_is_the_whole_list_and_no_file() {
        let sent = json!({ "category": 0, "from": 0, "count": 0, "gzip": false });
        assert_eq!(taken(sent.clone()), (Wish::default(), sent));
    }
}
