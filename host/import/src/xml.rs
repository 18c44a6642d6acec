//! XML a node at a time, within limits of depth, length and number, because anybody may have written the file.
//! No entity is expanded beyond XML's own five, and nothing is opened that a file names.

use crate::clean::one_line;
use crate::open::import_error;
use host_core::import::ImportError;
use quick_xml::escape::{resolve_xml_entity, unescape};
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Error, Reader};
use std::io::{BufRead, BufReader, Read, Result as IoResult};

/// Elements within each other.
const MAX_DEPTH: usize = 64;
/// Attributes of an element.
const MAX_ATTRIBUTES: usize = 64;
/// Bytes of an attribute's value, and of a name.
const MAX_ATTRIBUTE: usize = 64 * 1024;
/// Bytes of text between two tags, and of an element's own text.
const MAX_TEXT: usize = 1024 * 1024;
/// Elements of a document.
const MAX_ELEMENTS: u64 = 20_000_000;
/// Bytes of a tag, comment or text that are ever held: a tag with all it may have, and some.
const MAX_HELD: usize = (MAX_ATTRIBUTES + 8) * MAX_ATTRIBUTE;

/// What comes next in a document.
pub(crate) enum Node {
    /// An element begins.
    Open(Element),
    /// The innermost open element ends.
    Close,
    /// A piece of character data; one text may come in many pieces.
    Text(String),
    /// The document ends, with every element closed.
    End,
}

/// The start of an element.
pub(crate) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
}

impl Element {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// An attribute's value on one line, empty when it is missing.
    pub(crate) fn attribute(&self, name: &str) -> String {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| one_line(value)).unwrap_or_default()
    }
}

/// A document that is being read. After an error it must not be read on.
pub(crate) struct Document<R> {
    reader: Reader<Rationed<R>>,
    held: Vec<u8>,
    depth: usize,
    elements: u64,
    /// Bytes of text since the last tag.
    text: usize,
}

impl<R: Read> Document<R> {
    pub(crate) fn new(reader: R) -> Document<R> {
        let mut reader = Reader::from_reader(Rationed { reader: BufReader::new(reader), left: MAX_HELD, line: 1 });
        reader.config_mut().expand_empty_elements = true;
        Document { reader, held: Vec::new(), depth: 0, elements: 0, text: 0 }
    }

    /// The line that was read last, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.reader.get_ref().line
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.depth
    }

    /// An error at the place that was read last.
    pub(crate) fn malformed(&self, reason: impl Into<String>) -> ImportError {
        ImportError::Malformed { format: "XML", line: self.line(), reason: reason.into() }
    }

    /// The next node.
    pub(crate) fn next(&mut self) -> Result<Node, ImportError> {
        // The buffer leaves `self` while the event borrows it, and comes back with its memory.
        let mut held = std::mem::take(&mut self.held);
        let node = loop {
            held.clear();
            self.reader.get_mut().left = MAX_HELD;
            let event = match self.reader.read_event_into(&mut held) {
                Ok(event) => event,
                Err(error) => break Err(self.unreadable(&error)),
            };
            match self.node(event) {
                Ok(Some(node)) => break Ok(node),
                Ok(None) => {}
                Err(error) => break Err(error),
            }
        };
        self.held = held;
        node
    }

    /// The text of the element that was opened last, on one line and without its children's,
    /// up to its end.
    pub(crate) fn text(&mut self) -> Result<String, ImportError> {
        let inside = self.depth;
        let mut text = String::new();
        loop {
            match self.next()? {
                Node::Text(piece) if self.depth == inside => text.push_str(&piece),
                Node::Close if self.depth < inside => return Ok(one_line(&text)),
                Node::End => return Ok(text),
                _ => {}
            }
            if text.len() > MAX_TEXT {
                return Err(self.limit("a text of 1 MiB"));
            }
        }
    }

    /// Passes over the element that was opened last, up to its end.
    pub(crate) fn skip(&mut self) -> Result<(), ImportError> {
        let inside = self.depth;
        while self.depth >= inside {
            self.next()?;
        }
        Ok(())
    }

    fn node(&mut self, event: Event<'_>) -> Result<Option<Node>, ImportError> {
        match event {
            Event::Start(tag) | Event::Empty(tag) => self.open(&tag).map(|element| Some(Node::Open(element))),
            Event::End(_) => {
                self.depth = self.depth.saturating_sub(1);
                self.text = 0;
                Ok(Some(Node::Close))
            }
            Event::Text(text) => self.piece(text.xml10_content().into_owned()),
            Event::CData(text) => self.piece(text.xml10_content().into_owned()),
            Event::GeneralRef(reference) => match reference.resolve_char_ref() {
                Ok(Some(character)) => self.piece(character.to_string()),
                Ok(None) => match resolve_xml_entity(&reference) {
                    Some(text) => self.piece(text.to_owned()),
                    None => Err(self.malformed(format!("the entity &{}; is not known", brief(&reference)))),
                },
                Err(error) => Err(self.unreadable(&error)),
            },
            Event::DocType(doctype) => self.doctype(&doctype).map(|()| None),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => Ok(None),
            Event::Eof if self.depth > 0 => Err(self.malformed("it ends before its last element is closed")),
            Event::Eof => Ok(Some(Node::End)),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<Element, ImportError> {
        self.depth += 1;
        self.elements += 1;
        self.text = 0;
        if self.depth > MAX_DEPTH {
            return Err(self.limit("a depth of 64 elements"));
        }
        if self.elements > MAX_ELEMENTS {
            return Err(self.limit("the number of 20,000,000 elements"));
        }
        let name = tag.local_name();
        if name.as_ref().len() > MAX_ATTRIBUTE {
            return Err(self.limit("a name of 64 KiB"));
        }
        let mut attributes = Vec::new();
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| self.unreadable(&error.into()))?;
            if attributes.len() == MAX_ATTRIBUTES {
                return Err(self.limit("64 attributes of an element"));
            }
            if attribute.value.len().max(attribute.key.as_ref().len()) > MAX_ATTRIBUTE {
                return Err(self.limit("an attribute of 64 KiB"));
            }
            let value = unescape(&attribute.value).map_err(|error| self.unreadable(&error.into()))?;
            attributes.push((attribute.key.as_ref().to_owned(), value.into_owned()));
        }
        Ok(Element { name: name.as_ref().to_owned(), attributes })
    }

    fn piece(&mut self, text: String) -> Result<Option<Node>, ImportError> {
        self.text += text.len();
        if self.text > MAX_TEXT {
            return Err(self.limit("a text of 1 MiB"));
        }
        Ok(Some(Node::Text(text)))
    }

    /// A type that is only named is passed over and never fetched; one that is written out
    /// could declare entities, and is refused.
    fn doctype(&self, doctype: &BytesText<'_>) -> Result<(), ImportError> {
        let mut quote = None;
        for byte in doctype.bytes() {
            match (quote, byte) {
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                (None, b'[') => return Err(self.malformed("it declares its own types or entities; remove the DOCTYPE")),
                _ => {}
            }
        }
        Ok(())
    }

    fn limit(&self, limit: &str) -> ImportError {
        ImportError::Limit { limit: limit.to_owned(), line: self.reader.get_ref().line }
    }

    fn unreadable(&self, error: &Error) -> ImportError {
        match error {
            Error::Io(io) => match import_error(io) {
                // The reader below does not count lines.
                ImportError::Limit { limit, .. } => self.limit(&limit),
                other => other,
            },
            other => self.malformed(brief(&other.to_string())),
        }
    }
}

/// The beginning of a text that a file's author chose, for a message.
fn brief(text: &str) -> String {
    one_line(text).chars().take(200).collect()
}

/// Gives at most `left` bytes before it fails, so that nothing in a file is held that is larger.
struct Rationed<R> {
    reader: BufReader<R>,
    left: usize,
    /// Number of the line, from 1.
    line: u64,
}

impl<R: Read> Read for Rationed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> IoResult<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Rationed<R> {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        if self.left == 0 {
            let limit = "4 MiB in one tag, comment or text".to_owned();
            return Err(std::io::Error::other(ImportError::Limit { limit, line: self.line }));
        }
        let ready = self.reader.fill_buf()?;
        Ok(ready.get(..self.left).unwrap_or(ready))
    }

    fn consume(&mut self, amount: usize) {
        let used = self.reader.buffer().iter().take(amount);
        self.line += used.filter(|byte| **byte == b'\n').count() as u64;
        self.left = self.left.saturating_sub(amount);
        self.reader.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_element_after_the_last_one_allowed_is_refused() {
        let mut document = Document::new("<a><b/><c/></a>".as_bytes());
        document.elements = MAX_ELEMENTS - 2;
        assert!(matches!(document.next(), Ok(Node::Open(_))));
        assert!(matches!(document.next(), Ok(Node::Open(_))));
        assert!(matches!(document.next(), Ok(Node::Close)));
        assert!(matches!(document.next(), Err(ImportError::Limit { limit, .. }) if limit.contains("20,000,000")));
    }
}
