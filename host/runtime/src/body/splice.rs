//! Markers in a built text, and the text cut at them, so that a line's own values are copied in.
//! Knows nothing of lines; values come as texts.
//!
//! A marker ends in a space, a quote and an ampersand. How these three look where the marker is found tells how
//! the guest encodes values at that place, and the host encodes the line's value the same way:
//!
//! | form | the tail reads | for |
//! |---|---|---|
//! | as it is | `␠"&` | plain text |
//! | JSON | `␠\"&` | a JSON string |
//! | percent | `%20%22%26` | a path or query part |
//! | form | `+%22%26` | a form or query part with `+` for spaces |
//! | XML | `␠&quot;&amp;`, `␠&#34;&amp;` or `␠"&amp;` | XML text and attributes |
//!
//! A marker in any other form fails the build, because the host could not know how to fill it.

use host_core::action::Splice;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// The markers of one build: random, so that no text contains them by chance.
#[derive(Debug)]
pub(crate) struct Marker {
    stem: String,
}

/// How a value is encoded where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Plain,
    Json,
    Percent,
    Query,
    Xml,
}

/// The tails, the longer of two with the same beginning first.
const TAILS: &[(&str, Form)] = &[
    (" &quot;&amp;", Form::Xml),
    (" &#34;&amp;", Form::Xml),
    (" \"&amp;", Form::Xml),
    (" \"&", Form::Plain),
    (" \\\"&", Form::Json),
    ("%20%22%26", Form::Percent),
    ("+%22%26", Form::Query),
];

impl Marker {
    /// From random bytes.
    pub(crate) fn new(random: &[u8]) -> Marker {
        Marker { stem: format!("mark{}", hex::encode(random)) }
    }

    /// The marker of a value, as the guest gets it.
    pub(crate) fn text(&self, splice: Splice) -> String {
        format!("{}{} \"&", self.stem, letter(splice))
    }
}

const fn letter(splice: Splice) -> char {
    match splice {
        Splice::Username => 'u',
        Splice::Password => 'p',
    }
}

/// A text with holes.
#[derive(Debug, Default)]
pub(crate) struct Template {
    text: Vec<u8>,
    holes: Vec<Hole>,
    /// What stands in the holes: which value in which form, and how often.
    kinds: Vec<(Splice, Form, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Hole {
    /// Offset in the text. Bodies have at most 64 MiB.
    at: u32,
    /// Which of the kinds.
    kind: u8,
}

/// The encoded values of one line, by kind.
pub(crate) type Fillings = Vec<String>;

impl Template {
    /// Cuts a built text at its markers.
    pub(crate) fn cut(built: &[u8], marker: &Marker) -> Result<Template, String> {
        let mut template = Template::default();
        let mut rest = built;
        let finder = memchr::memmem::Finder::new(marker.stem.as_bytes());
        while let Some(at) = finder.find(rest) {
            let (before, found) = rest.split_at(at);
            let found = found.get(marker.stem.len()..).unwrap_or_default();
            let splice = match found.first() {
                Some(b'u') => Splice::Username,
                Some(b'p') => Splice::Password,
                _ => return Err("a marker was cut in two".into()),
            };
            let tail = found.get(1..).unwrap_or_default();
            let known = TAILS.iter().find(|(text, _)| tail.starts_with(text.as_bytes()));
            let (text, form) = known.ok_or("a value of the line was encoded in a way that the host does not know")?;
            template.text.extend_from_slice(before);
            template.hole(splice, *form)?;
            rest = tail.get(text.len()..).unwrap_or_default();
        }
        template.text.extend_from_slice(rest);
        Ok(template)
    }

    fn hole(&mut self, splice: Splice, form: Form) -> Result<(), String> {
        let known = self.kinds.iter().position(|(s, f, _)| (*s, *f) == (splice, form));
        let kind = known.unwrap_or_else(|| {
            self.kinds.push((splice, form, 0));
            self.kinds.len() - 1
        });
        if let Some((_, _, count)) = self.kinds.get_mut(kind) {
            *count += 1;
        }
        let at = u32::try_from(self.text.len()).map_err(|_| "the body is too large")?;
        self.holes.push(Hole { at, kind: u8::try_from(kind).unwrap_or_default() });
        Ok(())
    }

    /// Whether nothing is spliced in.
    pub(crate) fn is_whole(&self) -> bool {
        self.holes.is_empty()
    }

    /// The text without what stands in its holes.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The text itself, when nothing is spliced in.
    pub(crate) fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Bytes that it holds in memory.
    pub(crate) fn weight(&self) -> usize {
        self.text.capacity() + self.holes.capacity() * size_of::<Hole>()
    }

    /// A line's values, encoded for each kind of hole.
    pub(crate) fn fillings(&self, value: impl Fn(Splice) -> String) -> Fillings {
        self.kinds.iter().map(|(splice, form, _)| form.encode(&value(*splice))).collect()
    }

    /// How long the text is with these values.
    pub(crate) fn length(&self, fillings: &Fillings) -> usize {
        let filled: usize = self.kinds.iter().zip(fillings).map(|((_, _, count), text)| count * text.len()).sum();
        self.text.len() + filled
    }

    /// Copies the text from a position on, values filled in, until `piece` holds at least `size` bytes.
    pub(crate) fn copy(&self, place: &mut Place, fillings: &Fillings, piece: &mut Vec<u8>, size: usize) {
        while piece.len() < size {
            let Some(hole) = self.holes.get(place.hole) else {
                let end = place.at.saturating_add(size - piece.len()).min(self.text.len());
                piece.extend_from_slice(self.text.get(place.at..end).unwrap_or_default());
                place.at = end;
                return;
            };
            piece.extend_from_slice(self.text.get(place.at..hole.at as usize).unwrap_or_default());
            piece.extend_from_slice(fillings.get(usize::from(hole.kind)).map(String::as_bytes).unwrap_or_default());
            place.at = hole.at as usize;
            place.hole += 1;
        }
    }

    /// The whole text with these values.
    pub(crate) fn filled(&self, fillings: &Fillings) -> Vec<u8> {
        let length = self.length(fillings);
        let mut text = Vec::with_capacity(length);
        self.copy(&mut Place::default(), fillings, &mut text, length);
        text
    }
}

/// How far a template has been copied.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    at: usize,
    hole: usize,
}

/// All but the unreserved characters of a URL.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

impl Form {
    fn encode(self, value: &str) -> String {
        match self {
            Form::Plain => value.to_owned(),
            Form::Json => {
                let quoted = serde_json::Value::from(value).to_string();
                quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
            }
            Form::Percent => utf8_percent_encode(value, PART).to_string(),
            Form::Query => form_urlencoded::byte_serialize(value.as_bytes()).collect(),
            Form::Xml => value
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;")
                .replace('"', "&quot;")
                .replace('\'', "&apos;"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        Marker::new(&[0xab; 20])
    }

    fn values(splice: Splice) -> String {
        match splice {
            Splice::Username => "a b&\"<".into(),
            Splice::Password => "p/w".into(),
        }
    }

    fn round(built: &str) -> String {
        let template = Template::cut(built.as_bytes(), &marker()).unwrap();
        let fillings = template.fillings(values);
        let filled = template.filled(&fillings);
        assert_eq!(filled.len(), template.length(&fillings));
        String::from_utf8(filled).unwrap()
    }

    #[test]
    fn each_value_is_encoded_as_the_guest_encoded_its_marker() {
        let (user, pass) = (marker().text(Splice::Username), marker().text(Splice::Password));
        assert_eq!(round(&format!("[{user}|{pass}]")), "[a b&\"<|p/w]");
        assert_eq!(round(&serde_json::json!({ "u": user, "x": 1 }).to_string()), r#"{"u":"a b&\"<","x":1}"#);
        let percent = Form::Percent.encode(&user);
        let path = Form::Percent.encode(&pass);
        assert_eq!(round(&format!("http://h/{percent}/{path}/1.ts")), "http://h/a%20b%26%22%3C/p%2Fw/1.ts");
        assert_eq!(round(&format!("?u={}", Form::Query.encode(&user))), "?u=a+b%26%22%3C");
        assert_eq!(round(&format!("<a u=\"{}\"/>", Form::Xml.encode(&user))), "<a u=\"a b&amp;&quot;&lt;\"/>");
    }

    #[test]
    fn a_marker_in_an_unknown_form_fails_the_build() {
        let unknown = marker().text(Splice::Username).replace(' ', "_");
        assert!(Template::cut(unknown.as_bytes(), &marker()).is_err());
        assert!(Template::cut(marker().stem.as_bytes(), &marker()).is_err());
    }

    #[test]
    fn pieces_join_to_the_whole() {
        let (user, pass) = (marker().text(Splice::Username), marker().text(Splice::Password));
        let built: String = (0..100).map(|n| format!("{n}/{user}/{pass};")).collect();
        let template = Template::cut(built.as_bytes(), &marker()).unwrap();
        let fillings = template.fillings(values);
        for size in [1, 7, 64, 10_000] {
            let (mut place, mut joined) = (Place::default(), Vec::new());
            loop {
                let mut piece = Vec::new();
                template.copy(&mut place, &fillings, &mut piece, size);
                if piece.is_empty() {
                    break;
                }
                joined.extend(piece);
            }
            assert_eq!(joined, template.filled(&fillings), "pieces of {size}");
        }
    }
}
