//! Brings the parameters of an action from what was sent to their types: old forms are understood, defaults filled
//! in, limits checked, so that no guest sees a malformed value.

mod columns;
mod paging;
mod said;
mod scalar;
mod unknown;
mod within;

pub use columns::asked_columns;
pub use paging::page_limit;
pub(crate) use paging::{DEFAULT_LIMIT, asks_for_page, most_rows};
pub use unknown::{refuse_unknown, unknown, unknown_in_objects};
pub(crate) use within::{MAX_ITEMS, MAX_TEXT};

use super::sent::{Many, Sent, Within};
use super::{Action, Form, Parameter, Shape};
use crate::caller::CallerRole;
use crate::{Code, Refusal};
use paging::{beyond, paged};
use said::{Said, is_endless, nothing, said};
use scalar::{Misfit, document, item_of, of_json, scalar};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use within::{count_within, items_within, within};

/// Who asks, as far as it matters to what they may send.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    /// Their role.
    pub role: CallerRole,
    /// A parameter of a higher role is passed over instead of refused, like one that nobody knows.
    pub passes_over: bool,
}

/// The action's parameters out of what was sent: coerced, complete with defaults, validated.
///
/// # Errors
/// The refusal code of the parameter that is missing or does not fit, `not_permitted` for one of a higher role,
/// `malformed` for one that was sent twice.
pub fn coerced(action: &Action, sent: &Sent<'_>, asking: Asking) -> Result<Map<String, Value>, Refusal> {
    let pages = action.reply.shape == Shape::List;
    Coercion { asking, pages, object: None }.members(&action.parameters, sent, None)
}

/// One pass over the parameters of an action, or over the members of one of its objects.
struct Coercion<'p> {
    asking: Asking,
    /// `start` and `limit` are those of a list.
    pages: bool,
    /// The object whose members these are.
    object: Option<&'p str>,
}

impl Coercion<'_> {
    /// `beside` is where members of a flat object may stand too.
    fn members(
        &self,
        described: &BTreeMap<String, Parameter>,
        sent: &Sent<'_>,
        beside: Option<&Sent<'_>>,
    ) -> Result<Map<String, Value>, Refusal> {
        let mut result = Map::new();
        for (name, parameter) in described {
            let mut found = self.value(name, parameter, sent)?;
            if let (None, Some(beside)) = (&found, beside) {
                found = self.value(name, parameter, beside)?;
            }
            let value = match self.is_paging(name) {
                true => Some(paged(name, parameter, found)),
                false => found.or_else(|| parameter.default.clone()),
            };
            match value {
                Some(value) => drop(result.insert(name.clone(), value)),
                None if parameter.required => {
                    let name = self.shown(name);
                    let message = format!("{name} is missing; send it.");
                    return Err(Refusal::field(code(parameter), name, message));
                }
                None => {}
            }
        }
        Ok(result)
    }

    fn value(&self, name: &str, parameter: &Parameter, sent: &Sent<'_>) -> Result<Option<Value>, Refusal> {
        let is_reserved = !parameter.is_open_to(self.asking.role);
        if is_reserved && self.asking.passes_over {
            return Ok(None);
        }
        let refuse = |misfit: Misfit| {
            let name = self.shown(name);
            Refusal::field(code(parameter), name.clone(), format!("{name} {misfit}."))
        };
        if parameter.form == Form::Object && !is_reserved {
            return self.object(name, parameter, sent, refuse);
        }
        let paging = self.is_paging(name);
        match said(name, parameter, sent)? {
            Said::Value(_) | Said::Cleared | Said::Null if is_reserved => {
                let name = self.shown(name);
                let message = format!("{name} may not be set by this account.");
                Err(Refusal::field(Code::NotPermitted, name, message))
            }
            Said::Value(sent) => match self.of(name, parameter, sent)? {
                Ok(value) => Ok(Some(value)),
                Err(_) if parameter.lenient || paging => Ok(None),
                Err(misfit) => Err(refuse(misfit)),
            },
            Said::Cleared => Ok(Some(nothing(parameter))),
            Said::Null => Ok(Some(Value::Null)),
            Said::Nothing if is_endless(name, parameter, sent)? => Ok(Some(Value::Null)),
            Said::Nothing => Ok(None),
        }
    }

    /// An object with its members, as far as anything of it was sent or is filled in.
    fn object(
        &self,
        name: &str,
        parameter: &Parameter,
        sent: &Sent<'_>,
        refuse: impl Fn(Misfit) -> Refusal,
    ) -> Result<Option<Value>, Refusal> {
        let names = std::iter::once(name).chain(parameter.aliases.iter().map(String::as_str));
        let mut within = Within::Nothing;
        for name in names {
            within = sent.within(name, parameter.part())?;
            if !matches!(within, Within::Nothing) {
                break;
            }
        }
        let shown = self.shown(name);
        let inner = Coercion { asking: self.asking, pages: false, object: Some(&shown) };
        let beside = parameter.flat.then_some(sent);
        let (members, was_sent) = match within {
            Within::Cleared if parameter.nullable => return Ok(Some(Value::Null)),
            Within::NoObject if parameter.lenient => return Ok(None),
            Within::NoObject => return Err(refuse("is no object")),
            Within::Members(members) => (inner.members(&parameter.members, &members, beside)?, true),
            Within::Nothing | Within::Cleared if parameter.flat => {
                (inner.members(&parameter.members, &Sent::default(), beside)?, false)
            }
            Within::Nothing | Within::Cleared => return Ok(None),
        };
        Ok((was_sent || !members.is_empty()).then_some(Value::Object(members)))
    }

    fn of(&self, name: &str, parameter: &Parameter, sent: Many<'_, '_>) -> Result<Result<Value, Misfit>, Refusal> {
        let Many::One(given) = sent else { return self.list(name, parameter, sent) };
        if parameter.form == Form::List {
            return self.list(name, parameter, Many::One(given));
        }
        let paging = self.is_paging(name);
        let text = given.text();
        let value = match beyond(parameter, &text, paging) {
            Some(most) => Ok(most.into()),
            None => given.json().map_or_else(|| scalar(parameter.form, &text), |json| of_json(parameter.form, json)),
        };
        let limits = |value: Value| if paging { Ok(value) } else { within(parameter, &value, &text).map(|()| value) };
        Ok(value.and_then(limits))
    }

    fn list(&self, name: &str, parameter: &Parameter, sent: Many<'_, '_>) -> Result<Result<Value, Misfit>, Refusal> {
        let of = parameter.of.unwrap_or(Form::Text);
        if of == Form::Object {
            return self.objects(name, parameter, sent);
        }
        let items = match sent {
            Many::Items(items) => items
                .into_iter()
                .filter(|item| !item.is_empty())
                .map(|item| item.json().map_or_else(|| scalar(of, &item.text()), |json| of_json(of, json)))
                .collect(),
            Many::One(given) => listed(of, &given.text()),
        };
        Ok(items.and_then(|items: Vec<Value>| items_within(parameter, &items).map(|()| Value::Array(items))))
    }

    /// A list of objects: a JSON array, or one in a text.
    fn objects(&self, name: &str, parameter: &Parameter, sent: Many<'_, '_>) -> Result<Result<Value, Misfit>, Refusal> {
        let text = match sent {
            Many::One(given) => given.text(),
            Many::Items(_) => return Ok(Err("is no JSON array of objects")),
        };
        let Ok(items) = serde_json::from_str::<Vec<Map<String, Value>>>(&text) else {
            return Ok(Err("is no JSON array of objects"));
        };
        if let Err(misfit) = count_within(parameter, items.len()) {
            return Ok(Err(misfit));
        }
        let mut objects = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            let shown = format!("{}[{at}]", self.shown(name));
            let inner = Coercion { asking: self.asking, pages: false, object: Some(&shown) };
            objects.push(Value::Object(inner.members(&parameter.members, &Sent::of_object(item), None)?));
        }
        Ok(items_within(parameter, &objects).map(|()| Value::Array(objects)))
    }

    fn is_paging(&self, name: &str) -> bool {
        self.pages && asks_for_page(name)
    }

    /// A parameter's name as its caller knows it: `user_data[exp_date]`.
    fn shown(&self, name: &str) -> String {
        match self.object {
            Some(object) => format!("{object}[{name}]"),
            None => name.to_owned(),
        }
    }
}

/// The items of a list that came as one text: a JSON array, or words between commas.
fn listed(of: Form, text: &str) -> Result<Vec<Value>, Misfit> {
    if text.trim_start().starts_with('[') {
        let items: Vec<Value> = serde_json::from_str(text).map_err(|_| "is no JSON array")?;
        return items.into_iter().filter(|item| !item.is_null()).map(|item| item_of(of, item)).collect();
    }
    if of == Form::Document {
        return document(text).map(|value| vec![value]);
    }
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(|item| scalar(of, item)).collect()
}

/// How a value that does not fit is refused, or one that is missing.
fn code(parameter: &Parameter) -> Code {
    parameter.code.clone().map_or(Code::InvalidInput, Code::from)
}

#[cfg(test)]
mod tests;
