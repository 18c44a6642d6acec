//! One text as one value of a form: what old scripts and players write for numbers, switches, dates
//! and documents.

use crate::action::Form;
use crate::action::sent::{MAX_DEPTH, depth};
use crate::credit::Credits;
use crate::time::{civil_from_days, days_from_civil};
use ipnet::IpNet;
use serde_json::Value;
use std::net::IpAddr;

/// Why a value does not fit, as the end of a sentence that begins with the parameter's name.
pub(super) type Misfit = &'static str;

/// A text as a value of a form other than a list.
pub(super) fn scalar(form: Form, text: &str) -> Result<Value, Misfit> {
    match form {
        Form::Text | Form::List => {
            if text.contains('\0') {
                Err("holds a zero character")
            } else {
                Ok(Value::from(text))
            }
        }
        Form::Int => whole(form, text).ok_or("is no whole number from -2147483648 to 2147483647"),
        Form::Count => whole(form, text).ok_or("is no whole number from 0 to 4294967295"),
        Form::Id => whole(form, text).ok_or("is no id: a whole number above 0"),
        Form::Flag => flag(text).map(Value::from).ok_or("is neither 1 nor 0"),
        // Money is not trimmed: a text that is not exactly an amount is refused.
        Form::Decimal => match text.parse::<Credits>() {
            Ok(credits) => Ok(Value::from(credits.to_string())),
            Err(_) => Err("is no amount with at most four decimal places"),
        },
        Form::Date => date(text).ok_or("is no date: YYYY-MM-DD, unix seconds, or never"),
        Form::Network => network(text).map(Value::from).ok_or("is no address or network"),
        // Who knows an object's members reads it before.
        Form::Document | Form::Object => document(text),
    }
}

/// A member of a JSON body as a value of a form other than a list.
pub(super) fn of_json(form: Form, json: &Value) -> Result<Value, Misfit> {
    match json {
        Value::String(text) => scalar(form, text),
        Value::Object(_) if form == Form::Document && depth(json) <= MAX_DEPTH => Ok(json.clone()),
        other => scalar(form, &other.to_string()),
    }
}

/// A whole number that the form takes: then it fits the type in which it crosses to the plugin.
fn whole(form: Form, text: &str) -> Option<Value> {
    let number: i64 = text.trim().parse().ok()?;
    form.range()?.contains(&number).then(|| Value::from(number))
}

fn flag(text: &str) -> Option<bool> {
    let is = |words: [&str; 4]| words.iter().any(|word| word.eq_ignore_ascii_case(text.trim()));
    match (is(["1", "true", "yes", "on"]), is(["0", "false", "no", "off"])) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// Seconds, or null for `never`.
fn date(text: &str) -> Option<Value> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("never") {
        return Some(Value::Null);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        // Beyond the year 9999 it was no date but a slip, milliseconds for example.
        return text.parse::<i64>().ok().filter(|seconds| *seconds < 253_402_300_800).map(Value::from);
    }
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day) = (digits(year)?, digits(month)?, digits(day)?);
    let days = days_from_civil(year, month, day);
    (civil_from_days(days) == (year, month, day)).then(|| Value::from(days * 86_400))
}

fn digits(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// The network's text, a single address as the network of just that address.
fn network(text: &str) -> Option<String> {
    let text = text.trim();
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    Some(network.trunc().to_string())
}

pub(super) fn document(text: &str) -> Result<Value, Misfit> {
    match serde_json::from_str::<Value>(text) {
        Ok(value @ Value::Object(_)) if depth(&value) <= MAX_DEPTH => Ok(value),
        Ok(Value::Object(_)) => Err("is nested too deeply"),
        _ => Err("is no JSON object"),
    }
}

/// An item of a JSON array, as if it had been sent as text.
pub(super) fn item_of(of: Form, item: Value) -> Result<Value, Misfit> {
    match item {
        Value::String(text) => scalar(of, &text),
        Value::Object(_) if of == Form::Document && depth(&item) <= MAX_DEPTH => Ok(item),
        // As in a body: whoever wants a text of documents, as the source of a stream is one, reads them.
        Value::Object(_) if of == Form::Text && depth(&item) <= MAX_DEPTH => scalar(of, &item.to_string()),
        Value::Number(_) | Value::Bool(_) => scalar(of, &item.to_string()),
        _ => Err("has an item of the wrong type"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ok(form: Form, text: &str) -> Value {
        scalar(form, text).unwrap_or_else(|misfit| panic!("{form:?} {text:?} {misfit}"))
    }

    #[test]
    fn each_form_reads_what_old_scripts_write() {
        for (form, text, value) in [
            (Form::Text, " a b ", json!(" a b ")),
            (Form::Int, " 7 ", json!(7)),
            (Form::Int, "-7", json!(-7)),
            (Form::Int, "2147483647", json!(i32::MAX)),
            (Form::Count, "4294967295", json!(u32::MAX)),
            (Form::Count, "0", json!(0)),
            (Form::Id, "12", json!(12)),
            (Form::Flag, "1", json!(true)),
            (Form::Flag, "Yes", json!(true)),
            (Form::Flag, "off", json!(false)),
            (Form::Decimal, "485", json!("485.00")),
            (Form::Decimal, "-0.125", json!("-0.125")),
            (Form::Date, "1970-01-02", json!(86_400)),
            (Form::Date, "1798761600", json!(1_798_761_600)),
            (Form::Date, "Never", Value::Null),
            (Form::Network, "10.0.0.1", json!("10.0.0.1/32")),
            (Form::Network, "10.0.0.9/8", json!("10.0.0.0/8")),
            (Form::Network, "2001:db8::1", json!("2001:db8::1/128")),
            (Form::Document, r#"{"a":{"b":1}}"#, json!({"a": {"b": 1}})),
        ] {
            assert_eq!(ok(form, text), value, "{form:?} {text:?}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for (form, texts) in [
            (Form::Text, vec!["a\0b"]),
            (Form::Int, vec!["", "x", "1.5", "2147483648", "-2147483649", "0x1"]),
            (Form::Count, vec!["", "x", "1.5", "4294967296", "-1"]),
            (Form::Id, vec!["0", "-1", "a", "4294967296"]),
            (Form::Flag, vec!["2", "", "maybe"]),
            (Form::Decimal, vec!["1.00001", "1,5", "x", "1e3", " 5", "5 ", "5\n", "5\u{a0}", "\t5"]),
            (
                Form::Date,
                vec!["2026-02-29", "2026-2-1", "2026-13-01", "01-02-2026", "2026-01-01-01", "1767225600000", "-1"],
            ),
            (Form::Network, vec!["10.0.0", "10.0.0.0/33", "tv.example.org"]),
            (Form::Document, vec!["[]", "1", "{", r#"{"a":{"a":{"a":{"a":{"a":1}}}}}"#]),
        ] {
            for text in texts {
                assert!(scalar(form, text).is_err(), "{form:?} {text:?}");
            }
        }
    }

    #[test]
    fn items_of_a_json_array_are_read_like_texts() {
        assert_eq!(item_of(Form::Id, json!(5)), Ok(json!(5)));
        assert_eq!(item_of(Form::Id, json!("5")), Ok(json!(5)));
        assert_eq!(item_of(Form::Flag, json!(true)), Ok(json!(true)));
        assert_eq!(item_of(Form::Text, json!({"url": "u"})), Ok(json!("{\"url\":\"u\"}")));
        assert!(item_of(Form::Id, json!([5])).is_err());
        assert!(item_of(Form::Id, json!({})).is_err());
    }
}
