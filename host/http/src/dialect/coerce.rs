//! Brings the parameters of an action from the text of a request to their types: old forms are
//! understood, defaults filled in, limits checked, so that no guest sees a malformed value.

use super::bounds::{items_within, within};
use super::forms::{Misfit, document, item_of, scalar};
use super::paging::{beyond, paged};
use super::refusal::Refused;
use super::request::{Gathered, Many};
use super::sent::{Sent, is_endless, nothing, sent};
use host_core::action::{Action, Form, Parameter, Shape};
use host_core::caller::CallerRole;
use host_core::{Code, Refusal};
use serde_json::{Map, Value};

/// The action's parameters out of the request: coerced, complete with defaults, validated. One of a
/// higher role is refused, or, where the caller's key has it so, passed over like one that the
/// description does not know.
pub(crate) fn parameters(
    action: &Action,
    gathered: &Gathered<'_>,
    role: CallerRole,
    passes_over: bool,
) -> Result<Map<String, Value>, Refused> {
    let mut result = Map::new();
    for (name, parameter) in &action.parameters {
        let paging = action.reply.shape == Shape::List && (name == "start" || name == "limit");
        let is_reserved = parameter.role.is_some_and(|least| role < least);
        let value = match sent(name, parameter, gathered)? {
            _ if is_reserved && passes_over => None,
            Sent::Value(_) | Sent::Cleared if is_reserved => {
                let message = format!("{name} may not be set by this account.");
                return Err(Refusal::field(Code::NotPermitted, name.clone(), message).into());
            }
            Sent::Value(sent) => match value(parameter, sent, paging) {
                Ok(value) => value,
                Err(_) if parameter.lenient || paging => None,
                Err(misfit) => return Err(refused(name, parameter, misfit).into()),
            },
            Sent::Cleared => Some(nothing(parameter)),
            Sent::Nothing if is_endless(name, parameter, gathered)? => Some(Value::Null),
            Sent::Nothing => None,
        };
        let value =
            if paging { Some(paged(name, parameter, value)) } else { value.or_else(|| parameter.default.clone()) };
        match value {
            Some(value) => drop(result.insert(name.clone(), value)),
            None if parameter.required => {
                let message = format!("{name} is missing; send it.");
                return Err(Refusal::field(code(parameter), name.clone(), message).into());
            }
            None => {}
        }
    }
    Ok(result)
}

/// How a value that does not fit is refused, or one that is missing.
fn code(parameter: &Parameter) -> Code {
    parameter.code.clone().map_or(Code::InvalidInput, Code::from)
}

fn refused(name: &str, parameter: &Parameter, misfit: Misfit) -> Refusal {
    Refusal::field(code(parameter), name.to_owned(), format!("{name} {misfit}."))
}

fn value(parameter: &Parameter, sent: Many<'_>, paging: bool) -> Result<Option<Value>, Misfit> {
    match sent {
        Many::Text(text) if parameter.form != Form::List => {
            let value = match beyond(parameter, text, paging) {
                Some(most) => most.into(),
                None => scalar(parameter.form, text)?,
            };
            if !paging {
                within(parameter, &value, text)?;
            }
            Ok(Some(value))
        }
        sent => list(parameter, sent),
    }
}

fn list(parameter: &Parameter, sent: Many<'_>) -> Result<Option<Value>, Misfit> {
    let of = parameter.of.unwrap_or(Form::Text);
    let items: Vec<Value> = match sent {
        Many::Items(items) => items.into_iter().filter(|item| !item.is_empty()).map(|item| scalar(of, item)).collect(),
        Many::Text(text) if text.trim_start().starts_with('[') => match serde_json::from_str::<Vec<Value>>(text) {
            Ok(items) => items.into_iter().filter(|item| !item.is_null()).map(|item| item_of(of, item)).collect(),
            Err(_) => Err("is no JSON array"),
        },
        Many::Text(text) if of == Form::Document => document(text).map(|value| vec![value]),
        Many::Text(text) => {
            text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(|item| scalar(of, item)).collect()
        }
    }?;
    items_within(parameter, &items)?;
    Ok(Some(Value::Array(items)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The parameters of an action that is described in TOML-like JSON, out of a query.
    fn coerced(described: Value, shape: &str, query: &str, role: CallerRole) -> Result<Value, Refused> {
        let action = json!({
            "surface": "s", "name": "a", "summary": "", "roles": ["admin", "reseller"],
            "parameters": described, "reply": {"shape": shape},
        });
        let action: Action = serde_json::from_value(action).unwrap();
        let mut gathered = Gathered::default();
        gathered.add_query(query).unwrap();
        parameters(&action, &gathered, role, false).map(Value::Object)
    }

    fn plain(described: Value, query: &str) -> Result<Value, Refused> {
        coerced(described, "object", query, CallerRole::Admin)
    }

    fn code(described: Value, query: &str) -> String {
        plain(described, query).unwrap_err().refusal.code.as_str().to_owned()
    }

    #[test]
    fn absent_and_empty_parameters_get_the_default_or_are_refused_when_required() {
        let optional = json!({"x": {"type": "int", "default": 4}});
        assert_eq!(plain(optional.clone(), "").unwrap(), json!({"x": 4}));
        assert_eq!(plain(optional.clone(), "x=").unwrap(), json!({"x": 4}));
        assert_eq!(plain(optional, "x=9&y=1").unwrap(), json!({"x": 9}));
        let required = json!({"x": {"type": "text", "required": true}});
        assert_eq!(code(required.clone(), ""), "invalid_input");
        assert_eq!(code(required, "x="), "invalid_input");
        assert_eq!(plain(json!({"x": {"type": "text"}}), "").unwrap(), json!({}));
    }

    #[test]
    fn aliases_are_looked_at_after_the_name() {
        let described = json!({"series_id": {"type": "id", "aliases": ["series"]}});
        assert_eq!(plain(described.clone(), "series=3").unwrap(), json!({"series_id": 3}));
        assert_eq!(plain(described.clone(), "series=3&series_id=4").unwrap(), json!({"series_id": 4}));
        assert_eq!(plain(described, "series=3&series_id=").unwrap(), json!({"series_id": 3}));
    }

    #[test]
    fn a_lenient_parameter_takes_what_does_not_fit_as_absent() {
        let described = json!({"category_id": {"type": "id", "lenient": true}});
        assert_eq!(plain(described.clone(), "category_id=abc").unwrap(), json!({}));
        assert_eq!(plain(described.clone(), "category_id=0").unwrap(), json!({}));
        assert_eq!(plain(described, "category_id=7").unwrap(), json!({"category_id": 7}));
        let word = json!({"output": {"type": "text", "lenient": true, "one_of": ["ts", "m3u8"], "default": "ts"}});
        assert_eq!(plain(word, "output=flash").unwrap(), json!({"output": "ts"}));
    }

    #[test]
    fn what_is_capped_is_its_bound_and_never_its_default() {
        let limit =
            json!({"limit": {"type": "int", "min": 1, "max": 1000, "default": 4, "lenient": true, "capped": true}});
        for (sent, taken) in [("1000", 1000), ("1001", 1000), ("99999999999999999999", 1000), ("x", 4), ("0", 4)] {
            assert_eq!(plain(limit.clone(), &format!("limit={sent}")).unwrap(), json!({"limit": taken}), "{sent}");
        }
        let page = json!({"limit": {"type": "int", "min": 1, "default": 50, "lenient": true}});
        let rows = coerced(page, "list", "limit=5000000000", CallerRole::Admin).unwrap();
        assert_eq!(rows, json!({"limit": 1000}));
    }

    #[test]
    fn a_bad_value_is_refused_by_the_code_of_its_parameter() {
        let date = json!({"exp_date": {"type": "date", "code": "invalid_date"}});
        assert_eq!(code(date.clone(), "exp_date=tomorrow"), "invalid_date");
        assert_eq!(plain(date, "exp_date=never").unwrap(), json!({"exp_date": null}));
        let required = json!({"exp_date": {"type": "date", "code": "invalid_date", "required": true}});
        assert_eq!(plain(required.clone(), "exp_date=").unwrap(), json!({"exp_date": null}));
        assert_eq!(code(required, ""), "invalid_date");
        assert_eq!(code(json!({"x": {"type": "int", "min": 1, "max": 5}}), "x=6"), "invalid_input");
        assert_eq!(code(json!({"x": {"type": "int", "min": 1}}), "x=0"), "invalid_input");
        assert_eq!(code(json!({"x": {"type": "text", "max": 3}}), "x=abcd"), "invalid_input");
        assert_eq!(code(json!({"x": {"type": "text", "one_of": ["a"]}}), "x=b"), "invalid_input");
        assert_eq!(code(json!({"x": {"type": "decimal", "max": 10}}), "x=10.5"), "invalid_input");
    }

    #[test]
    fn a_message_never_holds_the_value_that_was_sent() {
        let refused = plain(json!({"x": {"type": "int"}}), "x=s3cret").unwrap_err();
        assert!(!refused.refusal.message.contains("s3cret"));
        assert_eq!(refused.refusal.field.as_deref(), Some("x"));
    }

    #[test]
    fn lists_come_as_items_json_text_or_comma_list() {
        let ids = json!({"b": {"type": "list", "of": "id"}});
        for query in ["b[]=1&b[]=2", "b[0]=1&b[1]=2", "b=[1,2]", "b=%5B%221%22,2%5D", "b=1,2", "b=1,,2"] {
            assert_eq!(plain(ids.clone(), query).unwrap(), json!({"b": [1, 2]}), "{query}");
        }
        assert_eq!(plain(ids.clone(), "b=[]").unwrap(), json!({"b": []}));
        assert_eq!(plain(ids.clone(), "b[]=").unwrap(), json!({}));
        assert_eq!(code(ids.clone(), "b=1,x"), "invalid_input");
        assert_eq!(code(ids, "b=[1,[2]]"), "invalid_input");
        assert_eq!(code(json!({"b": {"type": "list", "of": "id", "max": 1}}), "b=1,2"), "invalid_input");
        assert_eq!(code(json!({"b": {"type": "list", "of": "int", "min": 5}}), "b=5,4"), "invalid_input");
        assert_eq!(
            plain(json!({"b": {"type": "list", "of": "int", "min": 5}}), "b=5,6").unwrap(),
            json!({"b": [5, 6]})
        );
    }

    #[test]
    fn a_field_of_a_higher_role_is_refused_for_a_lower_one() {
        let described = json!({"member_id": {"type": "id", "role": "admin"}});
        let refused = coerced(described.clone(), "object", "member_id=1", CallerRole::Reseller).unwrap_err();
        assert_eq!(refused.refusal.code, Code::NotPermitted);
        assert!(coerced(described.clone(), "object", "member_id=", CallerRole::Reseller).is_ok());
        assert!(coerced(described, "object", "member_id=1", CallerRole::Admin).is_ok());
    }

    #[test]
    fn a_parameter_that_clears_arrives_empty_when_it_was_sent_empty() {
        let described = json!({
            "notes": {"type": "text", "clears": true, "min": 3},
            "ips": {"type": "list", "of": "network", "clears": true, "aliases": ["allowed"]},
            "name": {"type": "text"},
        });
        assert_eq!(plain(described.clone(), "").unwrap(), json!({}));
        assert_eq!(plain(described.clone(), "notes=&name=").unwrap(), json!({"notes": ""}));
        for query in ["ips[]=", "ips=", "ips=[]", "allowed[]="] {
            assert_eq!(plain(described.clone(), query).unwrap(), json!({"ips": []}), "{query}");
        }
        assert_eq!(plain(described.clone(), "ips=&allowed=10.0.0.1").unwrap(), json!({"ips": ["10.0.0.1/32"]}));
        assert_eq!(code(described, "notes=ab"), "invalid_input");
        let reserved = json!({"notes": {"type": "text", "clears": true, "role": "admin"}});
        let refused = coerced(reserved, "object", "notes=", CallerRole::Reseller).unwrap_err();
        assert_eq!(refused.refusal.code, Code::NotPermitted);
    }

    #[test]
    fn paging_of_a_list_is_capped_and_never_refused() {
        let described = json!({"start": {"type": "int"}, "limit": {"type": "int"}});
        for (query, start, limit) in [
            ("", 0, 50),
            ("start=10&limit=20", 10, 20),
            ("limit=100000", 0, 1_000),
            ("limit=0", 0, 50),
            ("limit=-5&start=-5", 0, 50),
            ("limit=x&start=y", 0, 50),
        ] {
            let got = coerced(described.clone(), "list", query, CallerRole::Admin).unwrap();
            assert_eq!(got, json!({"start": start, "limit": limit}), "{query:?}");
        }
    }
}
