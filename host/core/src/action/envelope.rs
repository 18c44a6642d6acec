//! How answers are wrapped: one template for what succeeds and one for what is refused, with slots that the host
//! fills. In a description a template is what the answer looks like, with `"{slot}"` where a value stands.

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;

/// The member whose slot is an object that lends its own members: `{ "result": true, "...": "{data}" }`.
pub const SPREAD: &str = "...";

/// How answers are wrapped.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Envelope {
    /// Of a success.
    pub success: Template,
    /// Of a refusal.
    pub refusal: Template,
    /// `/` is written as `\/`, as PHP writes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub escaped_slashes: bool,
    /// Others, for requests whose `Accept` names their type.
    #[serde(default, rename = "for", skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
}

/// How refusals are wrapped for who accepts them like that.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Other {
    /// The type that `Accept` names and that the answer has: a JSON type, as `application/problem+json`.
    pub accept: String,
    /// Of a refusal.
    pub refusal: Template,
}

/// What an answer looks like.
#[derive(Clone, PartialEq, Debug)]
pub enum Template {
    /// A value of this answer.
    Slot(Slot, Absent),
    /// The same in every answer.
    Constant(Value),
    /// Members, in this order.
    Object(Vec<(String, Template)>),
    /// Items.
    List(Vec<Template>),
}

/// What stands where a slot has no value in an answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Absent {
    /// `null`: `"{slot}"`.
    Null,
    /// Nothing: the member or item is left out. `"{slot?}"`.
    Left,
    /// This JSON: `"{slot:[]}"`.
    Json(String),
}

macro_rules! slots {
    ($($(#[$doc:meta])* $name:ident $text:literal),* $(,)?) => {
        /// A value that the host knows of an answer.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Slot { $($(#[$doc])* $name),* }

        impl Slot {
            /// Every slot.
            pub const ALL: &[Slot] = &[$(Slot::$name),*];

            /// As templates name it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Slot::$name => $text),* }
            }
        }
    };
}

slots! {
    /// What the action answered.
    Data "data",
    /// Rows in scope, on lists.
    Total "total",
    /// Rows that match, on lists.
    Matching "matching",
    /// Most rows of this answer, on lists with pages.
    Limit "limit",
    /// Where the next page begins, where there is one.
    Cursor "cursor",
    /// Whether there is a next page, on lists with cursors.
    More "more",
    /// Names that were sent and passed over, where there were any.
    Ignored "ignored",
    /// `true` in a dry run.
    DryRun "dry_run",
    /// What would be written, in a dry run.
    Plan "plan",
    /// What a page has to send with what it changes, where callers have a session in a cookie.
    Csrf "csrf",
    /// The refusal's code.
    Code "code",
    /// The refusal table's word for the code.
    Word "word",
    /// The refusal's sentence.
    Message "message",
    /// The field that the refusal is about.
    Field "field",
    /// A list of one object for the field that the refusal is about: `field`, `code`, `message`; or an empty one.
    Details "details",
    /// The HTTP status, as a number.
    Status "status",
    /// The request's id.
    Request "request",
}

impl Template {
    /// Whether it has this slot anywhere.
    pub fn has(&self, slot: Slot) -> bool {
        match self {
            Template::Slot(own, _) => *own == slot,
            Template::Constant(_) => false,
            Template::Object(members) => members.iter().any(|(_, template)| template.has(slot)),
            Template::List(items) => items.iter().any(|template| template.has(slot)),
        }
    }

    /// How many parts it has, itself included.
    pub(super) fn parts(&self) -> usize {
        match self {
            Template::Slot(..) | Template::Constant(_) => 1,
            Template::Object(members) => 1 + members.iter().map(|(_, template)| template.parts()).sum::<usize>(),
            Template::List(items) => 1 + items.iter().map(Template::parts).sum::<usize>(),
        }
    }

    fn of_text(text: &str) -> Result<Template, String> {
        let Some(named) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
            return Ok(Template::Constant(text.into()));
        };
        let (name, absent) = match (named.strip_suffix('?'), named.split_once(':')) {
            (Some(name), _) => (name, Absent::Left),
            (None, Some((name, json))) => {
                let value: Value =
                    serde_json::from_str(json).map_err(|_| format!("what {text} has after : is no JSON"))?;
                (name, Absent::Json(value.to_string()))
            }
            (None, None) => (named, Absent::Null),
        };
        let slot = Slot::ALL.iter().find(|slot| slot.as_str() == name);
        let slot = slot.ok_or_else(|| {
            let known: Vec<_> = Slot::ALL.iter().map(|slot| slot.as_str()).collect();
            format!("{} is no slot; there are {}", text.escape_debug(), known.join(", "))
        })?;
        Ok(Template::Slot(*slot, absent))
    }
}

impl<'de> Deserialize<'de> for Template {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Template, D::Error> {
        deserializer.deserialize_any(OfTemplate)
    }
}

/// Reads a template. Members stay in their order, which is that of the answer.
struct OfTemplate;

impl<'de> Visitor<'de> for OfTemplate {
    type Value = Template;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("what an answer looks like, with \"{slot}\" where a value stands")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Template, E> {
        Template::of_text(text).map_err(E::custom)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Template, E> {
        Ok(Template::Constant(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Template, E> {
        Ok(Template::Constant(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Template, E> {
        Ok(Template::Constant(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Template, E> {
        Ok(Template::Constant(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Template, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Template::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Template, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Template::Object(members))
    }
}

impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Template::Slot(slot, absent) => {
                let (mark, json) = match absent {
                    Absent::Null => ("", ""),
                    Absent::Left => ("?", ""),
                    Absent::Json(json) => (":", json.as_str()),
                };
                serializer.serialize_str(&format!("{{{}{mark}{json}}}", slot.as_str()))
            }
            Template::Constant(value) => value.serialize(serializer),
            Template::List(items) => serializer.collect_seq(items),
            Template::Object(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                for (name, template) in members {
                    map.serialize_entry(name, template)?;
                }
                map.end()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_read_in_order_and_written_as_it_was() {
        let text = r#"{"status":"OK","z":"{data:[]}","a":{"n":"{total?}","c":"{cursor}"},"l":[1,true,null]}"#;
        let template: Template = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&template).unwrap(), text);
        assert!(template.has(Slot::Total) && !template.has(Slot::Plan));
        assert_eq!(template.parts(), 10);
    }

    #[test]
    fn a_slot_that_there_is_not_is_refused_with_those_that_there_are() {
        let wrong = |text: &str| serde_json::from_str::<Template>(text).unwrap_err().to_string();
        assert!(wrong(r#""{dta}""#).contains("there are data, total"));
        assert!(wrong(r#""{data:[}""#).contains("no JSON"));
    }
}
