//! A field of a plain kind: what its values are, who reads and sets it, and what it refers to.

use crate::Refusal;
use crate::record::{Access, RecordField};
use crate::reference::{Deletion, Reference};
use crate::refusal::Code;
use ipnet::IpNet;
use linecard_forms::{Crossing, Form};
use serde_json::Value;
use std::net::IpAddr;

/// A field of a plain kind, for the declaration of one:
/// `PlainField::text("name").needed().at_most(64).searched()`. Admins set it and resellers do not know of it, unless
/// it says otherwise.
#[derive(Clone, Copy, Debug)]
pub struct PlainField {
    /// Its name.
    pub name: &'static str,
    pub(super) form: Form,
    /// The form of a list's items.
    each: Form,
    reseller: Access,
    admin: Access,
    is_needed: bool,
    pub(super) is_searched: bool,
    pub(super) is_secret: bool,
    pub(super) is_sealed: bool,
    /// A list is of those documents that have a value of it, where it is asked for one.
    pub(super) is_filter: bool,
    /// Characters that the host chooses where a new document says nothing.
    pub(super) generated: Option<u8>,
    /// Most characters of a text, items of a list; greatest number.
    most: Option<u32>,
    /// The texts that it may be; empty takes every text.
    one_of: &'static [&'static str],
    pub(super) refers: Option<Reference>,
}

/// Most characters of a text, and items of a list, where the field does not say.
const USUAL_MOST: u32 = 255;

impl PlainField {
    const fn new(name: &'static str, form: Form) -> PlainField {
        PlainField {
            name,
            form,
            each: Form::Text,
            reseller: Access::Hidden,
            admin: Access::Write,
            is_needed: false,
            is_searched: false,
            is_secret: false,
            is_sealed: false,
            is_filter: false,
            generated: None,
            most: None,
            one_of: &[],
            refers: None,
        }
    }

    /// A text of at most 255 characters.
    pub const fn text(name: &'static str) -> PlainField {
        PlainField::new(name, Form::Text)
    }

    /// A whole number from 0 on.
    pub const fn count(name: &'static str) -> PlainField {
        PlainField::new(name, Form::Count)
    }

    /// Yes or no.
    pub const fn flag(name: &'static str) -> PlainField {
        PlainField::new(name, Form::Flag)
    }

    /// A moment in unix seconds, or null.
    pub const fn date(name: &'static str) -> PlainField {
        PlainField::new(name, Form::Date)
    }

    /// An address or a network.
    pub const fn network(name: &'static str) -> PlainField {
        PlainField::new(name, Form::Network)
    }

    /// A list of at most 255 items of a form.
    pub const fn list(name: &'static str, each: Form) -> PlainField {
        PlainField { each, ..PlainField::new(name, Form::List) }
    }

    /// The id of a thing of the kind with this word, or null.
    pub const fn id(name: &'static str, to: &'static str, on_deletion: Deletion) -> PlainField {
        PlainField::new(name, Form::Id).refers_to(to, on_deletion)
    }

    /// Its number, or each of its list, is the id of a thing of the kind with this word.
    pub const fn refers_to(self, to: &'static str, on_deletion: Deletion) -> PlainField {
        PlainField { refers: Some(Reference { to, on_deletion }), ..self }
    }

    /// A new document must have it.
    pub const fn needed(self) -> PlainField {
        PlainField { is_needed: true, ..self }
    }

    /// A search looks at it.
    pub const fn searched(self) -> PlainField {
        PlainField { is_searched: true, ..self }
    }

    /// It is shown to those who may read it, and never in the audit.
    pub const fn secret(self) -> PlainField {
        PlainField { is_secret: true, ..self }
    }

    /// It is stored sealed, never in the audit, and shown to nobody; one that the host [chooses](PlainField::generated) where
    /// nobody else does is shown once, when the document is made.
    pub const fn sealed(self) -> PlainField {
        PlainField { is_sealed: true, ..self.secret() }
    }

    /// A list may be asked for the documents with one value of it.
    pub const fn filters(self) -> PlainField {
        PlainField { is_filter: true, ..self }
    }

    /// Where a new document says nothing, the host chooses a text of so many [unambiguous](crate::name::UNAMBIGUOUS)
    /// characters.
    pub const fn generated(self, characters: u8) -> PlainField {
        PlainField { generated: Some(characters), ..self }
    }

    /// At most this many characters or items, or at most this number.
    pub const fn at_most(self, most: u32) -> PlainField {
        PlainField { most: Some(most), ..self }
    }

    /// One of these texts.
    pub const fn one_of(self, words: &'static [&'static str]) -> PlainField {
        PlainField { one_of: words, ..self }
    }

    /// Resellers read it.
    pub const fn shown_to_resellers(self) -> PlainField {
        PlainField { reseller: Access::Read, ..self }
    }

    /// Nobody sets it but the host.
    pub const fn set_by_host(self) -> PlainField {
        PlainField { admin: Access::Read, ..self }
    }

    /// Who may do what with it.
    pub const fn access(&self) -> RecordField {
        RecordField { name: self.name, reseller: self.reseller, admin: self.admin }
    }

    /// What a document has in it that says nothing.
    pub(super) fn empty(&self) -> Value {
        if self.is_needed {
            return Value::Null;
        }
        match self.form.crosses_as() {
            Crossing::Text if self.one_of.is_empty() => "".into(),
            Crossing::I32 | Crossing::U32 if self.form != Form::Id => 0.into(),
            Crossing::Flag => false.into(),
            Crossing::List => Value::Array(Vec::new()),
            Crossing::Amount => "0.00".into(),
            Crossing::Text | Crossing::I32 | Crossing::U32 | Crossing::Moment | Crossing::Document => Value::Null,
        }
    }

    /// The value as it is kept.
    ///
    /// # Errors
    /// `invalid_input` by its name.
    pub(super) fn checked(&self, value: &Value) -> Result<Value, Refusal> {
        if value.is_null() && self.is_needed {
            return Err(self.refused("is needed"));
        }
        if *value == self.empty() {
            return Ok(value.clone());
        }
        let most = self.most.unwrap_or(USUAL_MOST) as usize;
        match (self.form, value) {
            (Form::List, Value::Array(items)) if items.len() > most => {
                Err(self.refused(&format!("has at most {most} items")))
            }
            (Form::List, Value::Array(items)) => {
                items.iter().map(|item| self.single(self.each, item)).collect::<Result<_, _>>().map(Value::Array)
            }
            (Form::List, _) => Err(self.refused("is a list")),
            (form, value) => self.single(form, value),
        }
    }

    fn single(&self, form: Form, value: &Value) -> Result<Value, Refusal> {
        let fits = match (form.crosses_as(), value) {
            (Crossing::Text, Value::String(text)) if form == Form::Network => return self.network_of(text),
            (Crossing::Text, Value::String(text)) => return self.text_of(text),
            (Crossing::I32 | Crossing::U32, Value::Number(number)) => {
                let within = form.range().zip(number.as_i64()).is_some_and(|(range, it)| range.contains(&it));
                if let (true, Some(most)) = (within, self.most.filter(|_| self.form != Form::List)) {
                    return match number.as_i64().is_some_and(|it| it <= i64::from(most)) {
                        true => Ok(value.clone()),
                        false => Err(self.refused(&format!("is at most {most}"))),
                    };
                }
                within
            }
            (Crossing::Flag, Value::Bool(_)) | (Crossing::Document, Value::Object(_)) => true,
            (Crossing::Moment, Value::Number(number)) => number.is_i64(),
            (Crossing::Amount, Value::String(text)) => text.parse::<crate::credit::Credits>().is_ok(),
            _ => false,
        };
        if fits { Ok(value.clone()) } else { Err(self.refused(says(form))) }
    }

    fn network_of(&self, text: &str) -> Result<Value, Refusal> {
        let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
        network.map(|network| network.trunc().to_string().into()).ok_or_else(|| self.refused(says(Form::Network)))
    }

    fn text_of(&self, text: &str) -> Result<Value, Refusal> {
        let most = self.most.filter(|_| self.form != Form::List).unwrap_or(USUAL_MOST);
        if !self.one_of.is_empty() && !self.one_of.contains(&text) {
            return Err(self.refused(&format!("is one of {}", self.one_of.join(", "))));
        }
        if text.chars().count() > most as usize
            || text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        {
            return Err(self.refused(&format!("is a text of at most {most} printable characters")));
        }
        if self.is_needed && text.trim().is_empty() {
            return Err(self.refused("is needed"));
        }
        Ok(text.into())
    }

    fn refused(&self, is: &str) -> Refusal {
        Refusal::field(Code::InvalidInput, self.name, format!("{} {is}.", self.name))
    }

    /// The ids in its value.
    pub(super) fn ids(&self, value: &Value) -> Vec<u32> {
        let id = |value: &Value| value.as_u64().and_then(|id| u32::try_from(id).ok());
        match value {
            Value::Array(items) => items.iter().filter_map(id).collect(),
            value => id(value).into_iter().collect(),
        }
    }

    /// Its value without an id; none when nothing of it was the id.
    pub fn without(&self, value: &Value, gone: u32) -> Option<Value> {
        if !self.ids(value).contains(&gone) {
            return None;
        }
        match value {
            Value::Array(items) => {
                Some(items.iter().filter(|item| item.as_u64() != Some(gone.into())).cloned().collect())
            }
            _ => Some(self.empty()),
        }
    }
}

fn says(form: Form) -> &'static str {
    match form {
        Form::Text => "is a text",
        Form::Int => "is a whole number of 32 bits",
        Form::Count => "is a whole number from 0 on",
        Form::Id => "is an id",
        Form::Flag => "is true or false",
        Form::Decimal => "is decimal text with at most four places",
        Form::Date => "is a moment in unix seconds, or null",
        Form::Network => "is an address or a network, as 192.0.2.0/24",
        Form::Document | Form::Object => "is an object",
        Form::List => "is a list",
    }
}
