//! A source of a stream: an address, and what it takes to play it. Written as a text when there is nothing but the
//! address. Address and headers hold the credentials of somebody's account, and are not printed.

use crate::delivery::{Delivery, SourceForm, source_form};
use crate::reception::Reception;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Where the bytes of a stream come from.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Source {
    /// Its address: `http://…`, `https://…`, `udp://…`, `rtp://…`, `file:PATH`, `test:NAME`.
    pub url: String,
    /// Sent with each request to it, over http and https.
    pub headers: BTreeMap<String, String>,
    /// The programme to play, of a transport stream that has several; the first of its table otherwise.
    pub program: Option<u16>,
    /// The local interface by which a multicast group is joined: its address or its name.
    pub interface: Option<String>,
}

/// The fields of a document.
const FIELDS: [&str; 4] = ["url", "headers", "program", "interface"];
/// Most headers of one source.
const MAX_HEADERS: usize = 16;
/// Longest name and value of a header, in bytes.
const MAX_HEADER: [usize; 2] = [64, 2_048];
/// Headers that the panel sets itself, or that would change how an answer is framed.
const RESERVED: [&str; 12] = [
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "if-range",
    "keep-alive",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

impl Source {
    /// What it is, by its address alone; `None` where that cannot be the address of a source.
    pub fn form(&self) -> Option<SourceForm> {
        source_form(&self.url)
    }

    /// Where its datagrams are received.
    ///
    /// # Errors
    /// What is wrong with the address, as a sentence; also for sources of another form.
    pub fn reception(&self) -> Result<Reception, String> {
        Reception::read(&self.url, self.interface.as_deref())
    }

    /// Refuses fields that are malformed, or that would do nothing for a source of this form that is delivered so:
    /// `is_live` says of what kind of stream.
    ///
    /// # Errors
    /// The reason, as a sentence that names the field.
    pub fn fits(&self, form: SourceForm, is_live: bool, delivery: Delivery) -> Result<(), String> {
        let is_http = matches!(form, SourceForm::Ts | SourceForm::Hls);
        let is_redirected = is_live && delivery == Delivery::Redirect;
        if !self.headers.is_empty() {
            if !is_http {
                return Err("headers of a source are for http and https addresses.".into());
            }
            if is_redirected {
                return Err("headers of a source are not sent by viewers, who are redirected to it.".into());
            }
            check_headers(&self.headers)?;
        }
        if self.program.is_some() && (!is_live || is_redirected || !(is_http || form == SourceForm::Datagrams)) {
            return Err("program is for live transport streams over http, https, udp or rtp that the panel \
                        reads itself."
                .into());
        }
        if self.interface.is_some() && form != SourceForm::Datagrams {
            return Err("interface is for udp and rtp addresses.".into());
        }
        if form == SourceForm::Datagrams {
            self.reception()?;
        }
        Ok(())
    }

    /// From a document.
    fn read(document: Map<String, Value>) -> Result<Source, String> {
        let mut source = Source::default();
        for (name, value) in document {
            match (name.as_str(), value) {
                (_, Value::Null) if name != "url" => check_name(&name)?,
                ("url", Value::String(url)) => source.url = url,
                ("url", _) => return Err("url of a source is a text.".into()),
                ("headers", Value::Object(headers)) => source.headers = read_headers(headers)?,
                ("headers", _) => return Err("headers of a source are an object of texts.".into()),
                ("program", value) => source.program = Some(read_program(&value)?),
                ("interface", Value::String(name)) => source.interface = Some(name),
                ("interface", _) => return Err("interface of a source is a text.".into()),
                _ => check_name(&name)?,
            }
        }
        if source.url.is_empty() {
            return Err("A source has a url.".into());
        }
        Ok(source)
    }

    /// From a text: its address, or the document as JSON.
    fn of_text(text: &str) -> Result<Source, String> {
        if !text.starts_with('{') {
            return Ok(Source::from(text));
        }
        let document = serde_json::from_str(text).map_err(|_| "A source that begins with { is a JSON object.")?;
        Source::read(document)
    }
}

/// Refuses a field that sources do not have.
fn check_name(name: &str) -> Result<(), String> {
    match FIELDS.contains(&name) {
        true => Ok(()),
        false => Err(format!("A source has no field {name}; it has {}.", FIELDS.join(", "))),
    }
}

fn read_program(value: &Value) -> Result<u16, String> {
    let number = value.as_u64().and_then(|number| u16::try_from(number).ok());
    number.filter(|number| *number != 0).ok_or_else(|| "program of a source is a number from 1 to 65535.".into())
}

fn read_headers(headers: Map<String, Value>) -> Result<BTreeMap<String, String>, String> {
    let text = |(name, value)| match value {
        Value::String(value) => Ok((name, value)),
        _ => Err(format!("headers of a source are texts, and {name} is none.")),
    };
    headers.into_iter().map(text).collect()
}

/// Refuses headers that a source cannot have: too many, malformed ones, and those of the panel's own.
///
/// # Errors
/// The reason, as a sentence that names the header and quotes no value.
pub fn check_headers(headers: &BTreeMap<String, String>) -> Result<(), String> {
    if headers.len() > MAX_HEADERS {
        return Err(format!("headers of a source are at most {MAX_HEADERS}."));
    }
    let [longest_name, longest_value] = MAX_HEADER;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let mut known = Vec::with_capacity(headers.len());
    for (name, value) in headers {
        let lower = name.to_ascii_lowercase();
        if name.is_empty() || name.len() > longest_name || !name.bytes().all(is_token) {
            return Err("headers of a source have names of letters, digits and -.".into());
        }
        if RESERVED.contains(&lower.as_str()) || lower.starts_with("proxy-") {
            return Err(format!("headers of a source do not include {name}, which the panel sets itself."));
        }
        if value.len() > longest_value || !value.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
            return Err(format!("headers of a source have values of printable ASCII, and {name} has not."));
        }
        if known.contains(&lower) {
            return Err(format!("headers of a source name {name} twice."));
        }
        known.push(lower);
    }
    Ok(())
}

impl From<String> for Source {
    /// A source with nothing but its address.
    fn from(url: String) -> Source {
        Source { url, ..Source::default() }
    }
}

impl From<&str> for Source {
    fn from(url: &str) -> Source {
        Source::from(url.to_owned())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "source({})", self.form().map_or("?", SourceForm::as_str))
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Source { url, headers, program, interface } = self;
        if headers.is_empty() && program.is_none() && interface.is_none() {
            return serializer.serialize_str(url);
        }
        let mut document = serializer.serialize_map(None)?;
        document.serialize_entry("url", url)?;
        if !headers.is_empty() {
            document.serialize_entry("headers", headers)?;
        }
        if let Some(program) = program {
            document.serialize_entry("program", program)?;
        }
        if let Some(interface) = interface {
            document.serialize_entry("interface", interface)?;
        }
        document.end()
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Source, D::Error> {
        deserializer.deserialize_any(Written)
    }
}

/// A source as it is written: a text or a document. What is wrong is told without quoting it.
struct Written;

impl<'de> Visitor<'de> for Written {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a source: its address, or an object with its url")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Source, E> {
        Source::of_text(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
        let document = Map::deserialize(MapAccessDeserializer::new(map))?;
        Source::read(document).map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: Value) -> Result<Source, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn a_source_with_nothing_but_its_address_is_written_as_a_text() {
        for written in [json!("http://h/a"), json!({"url": "http://h/a"}), json!({"url": "http://h/a", "headers": {}})]
        {
            assert_eq!(serde_json::to_value(read(written).unwrap()).unwrap(), json!("http://h/a"));
        }
    }

    #[test]
    fn a_document_is_read_back_as_it_was_written_also_out_of_a_text() {
        let document = json!({
            "url": "udp://@239.1.1.1:1234", "headers": {"User-Agent": "x"}, "program": 7, "interface": "eth1",
        });
        for written in [document.clone(), json!(document.to_string())] {
            assert_eq!(serde_json::to_value(read(written).unwrap()).unwrap(), document);
        }
        let without = read(json!({"url": "test:a", "program": null, "headers": null, "interface": null})).unwrap();
        assert_eq!(without, Source::from("test:a"));
    }

    #[test]
    fn what_a_source_does_not_have_is_refused_by_name_and_no_value_is_quoted() {
        for (written, named) in [
            (json!({"url": "http://h/a", "colour": "secret"}), "no field colour; it has url, headers"),
            (json!({"url": "http://h/a", "colour": null}), "no field colour"),
            (json!({"url": ["secret"]}), "url"),
            (json!({"headers": {}}), "url"),
            (json!({"url": "http://h/a", "headers": "secret"}), "headers"),
            (json!({"url": "http://h/a", "headers": {"Cookie": ["secret"]}}), "Cookie"),
            (json!({"url": "http://h/a", "program": "secret"}), "program"),
            (json!({"url": "http://h/a", "program": 0}), "program"),
            (json!({"url": "http://h/a", "program": 65536}), "program"),
            (json!({"url": "http://h/a", "interface": 1}), "interface"),
            (json!("{secret"), "JSON object"),
        ] {
            let refused = read(written).unwrap_err();
            assert!(refused.contains(named) && !refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn headers_that_would_change_the_request_itself_are_refused() {
        let fits = |name: &str, value: &str| {
            let headers = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            Source { headers, ..Source::from("http://h/a") }.fits(SourceForm::Ts, true, Delivery::FanOut)
        };
        for (name, value) in [("User-Agent", "VLC/3.0.18 (x; y)"), ("Cookie", "a=b"), ("X-Token", "")] {
            assert_eq!(fits(name, value), Ok(()), "{name}");
        }
        for (name, value) in
            [("Host", "h"), ("RANGE", "bytes=0-"), ("Proxy-Authorization", "x"), ("", "x"), ("a b", "x")]
        {
            assert!(fits(name, value).is_err(), "{name}");
        }
        for value in ["a\r\nHost: b", "\u{e4}", "\0", &"x".repeat(2_049)] {
            assert!(fits("X-Token", value).is_err(), "{value:?}");
        }
        let twice = ["a", "A"].map(|name| (name.to_owned(), String::new()));
        let twice = Source { headers: twice.into(), ..Source::from("http://h/a") };
        assert!(twice.fits(SourceForm::Ts, true, Delivery::FanOut).is_err());
    }

    #[test]
    fn nothing_of_a_source_is_printed() {
        let headers = BTreeMap::from([("Cookie".to_owned(), "hunter2".to_owned())]);
        let source = Source { headers, ..Source::from("http://h/hunter2") };
        assert!(!format!("{source:?}").contains("hunter2"));
    }
}
