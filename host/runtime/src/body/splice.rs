//! Markers in a built text, and the text cut at them, so that a line's own values are copied in.

use crate::body::form::Form;
use host_core::action::Splice;
use sha2::{Digest, Sha256};

/// The markers of one build: random, so that no text contains them by chance.
#[derive(Debug)]
pub(crate) struct Marker {
    stem: String,
}

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

/// Holes that are no further apart become one, with what stands between them: a playlist has
/// `user/password` in each address, and each hole costs as much as copying some hundred bytes.
const JOINT: usize = 16;
/// Kinds of holes after which none are joined any more.
const KINDS: usize = 64;

/// A text with holes.
#[derive(Debug, Default)]
pub(crate) struct Template {
    text: Vec<u8>,
    holes: Vec<Hole>,
    /// What stands in the holes, and how often.
    kinds: Vec<(Filler, usize)>,
}

#[derive(Debug, Clone, Copy)]
struct Hole {
    /// Offset in the text. Bodies have at most 64 MiB.
    at: u32,
    /// Which of the kinds.
    kind: u8,
}

/// What fills a hole.
type Filler = Vec<Part>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Value(Splice, Form),
    Text(Vec<u8>),
}

/// What fills the holes for one line, by kind.
pub(crate) type Fillings = Vec<Vec<u8>>;

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
            let (form, tail) =
                Form::of(tail).ok_or("a value of the line was encoded in a way that the host does not know")?;
            template.text.extend_from_slice(before);
            template.hole(splice, form)?;
            rest = tail;
        }
        template.text.extend_from_slice(rest);
        Ok(template)
    }

    fn hole(&mut self, splice: Splice, form: Form) -> Result<(), String> {
        let mut filler = self.joined();
        filler.push(Part::Value(splice, form));
        let known = self.kinds.iter().position(|(other, _)| *other == filler);
        let kind = known.unwrap_or_else(|| {
            self.kinds.push((filler, 0));
            self.kinds.len() - 1
        });
        if let Some((_, count)) = self.kinds.get_mut(kind) {
            *count += 1;
        }
        let at = u32::try_from(self.text.len()).map_err(|_| "the body is too large")?;
        let kind = u8::try_from(kind).map_err(|_| "values of the line stand in it in too many ways")?;
        self.holes.push(Hole { at, kind });
        Ok(())
    }

    /// Takes back the last hole and the text behind it, when both are to be one with the next
    /// hole; otherwise nothing.
    fn joined(&mut self) -> Filler {
        let Some(last) = self.holes.last().copied() else { return Filler::new() };
        let near = self.text.len() - last.at as usize <= JOINT && self.kinds.len() < KINDS;
        let Some((filler, count)) = self.kinds.get_mut(usize::from(last.kind)).filter(|_| near) else {
            return Filler::new();
        };
        *count -= 1;
        let mut filler = filler.clone();
        self.holes.pop();
        filler.push(Part::Text(self.text.split_off(last.at as usize)));
        filler
    }

    /// Whether nothing is spliced in.
    pub(crate) fn is_whole(&self) -> bool {
        self.holes.is_empty()
    }

    /// Its digest: of the text, and of where what is to stand in it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new_with_prefix(&self.text);
        for Hole { at, kind } in &self.holes {
            digest.update(at.to_le_bytes());
            digest.update([*kind]);
        }
        digest.finalize().into()
    }

    /// The text itself, when nothing is spliced in.
    pub(crate) fn into_text(self) -> Vec<u8> {
        self.text
    }

    /// Bytes that it holds in memory.
    pub(crate) fn weight(&self) -> usize {
        self.text.capacity() + self.holes.capacity() * size_of::<Hole>()
    }

    /// Where the holes stand in the text without what fills them, and of which kind each is, in their order.
    pub(crate) fn holes(&self) -> impl Iterator<Item = (usize, usize)> {
        self.holes.iter().map(|hole| (hole.at as usize, usize::from(hole.kind)))
    }

    /// A line's values, encoded for each kind of hole.
    pub(crate) fn fillings(&self, value: impl Fn(Splice) -> String) -> Fillings {
        let fill = |part: &Part| match part {
            Part::Value(splice, form) => form.encode(&value(*splice)).into_bytes(),
            Part::Text(text) => text.clone(),
        };
        self.kinds.iter().map(|(filler, _)| filler.iter().flat_map(fill).collect()).collect()
    }

    /// How long the text is with these values.
    pub(crate) fn length(&self, fillings: &Fillings) -> usize {
        let filled: usize = self.kinds.iter().zip(fillings).map(|((_, count), text)| count * text.len()).sum();
        self.text.len() + filled
    }

    /// Copies the text from a position on, values filled in, until `piece` holds at least `size` bytes: at most
    /// one value more than that.
    pub(crate) fn copy(&self, place: &mut Position, fillings: &Fillings, piece: &mut Vec<u8>, size: usize) {
        while piece.len() < size {
            let hole = self.holes.get(place.hole);
            let stop = hole.map_or(self.text.len(), |hole| hole.at as usize);
            let end = place.at.saturating_add(size - piece.len()).min(stop);
            piece.extend_from_slice(self.text.get(place.at..end).unwrap_or_default());
            place.at = end;
            match hole {
                Some(hole) if end == stop => {
                    piece.extend_from_slice(fillings.get(usize::from(hole.kind)).map_or(&[], Vec::as_slice));
                    place.hole += 1;
                }
                Some(_) => {}
                None => return,
            }
        }
    }

    /// The whole text with these values.
    pub(crate) fn filled(&self, fillings: &Fillings) -> Vec<u8> {
        let length = self.length(fillings);
        let mut text = Vec::with_capacity(length);
        self.copy(&mut Position::default(), fillings, &mut text, length);
        text
    }
}

/// How far a template has been copied.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Position {
    at: usize,
    hole: usize,
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
    fn values_near_each_other_fill_one_hole() {
        let (user, pass) = (marker().text(Splice::Username), marker().text(Splice::Password));
        let holes = |built: &str| Template::cut(built.as_bytes(), &marker()).unwrap().holes.len();
        let near: String = (0..100).map(|n| format!("http://h/live/{user}/{pass}/{n}.ts, the channel {n}\n")).collect();
        assert_eq!(holes(&near), 100);
        assert_eq!(round(&near).lines().last(), Some("http://h/live/a b&\"</p/w/99.ts, the channel 99"));
        assert_eq!(holes(&format!("{user}{}{pass}", " ".repeat(JOINT + 1))), 2);
        // Each joint is another one: after some, holes stay apart.
        let many: String = (0..600).map(|n| format!("{user}{n}{pass}, and now for something else {n}\n")).collect();
        assert_eq!(round(&many), many.replace(&user, "a b&\"<").replace(&pass, "p/w"));
    }

    #[test]
    fn a_digest_tells_where_values_stand() {
        let user = marker().text(Splice::Username);
        let digest = |built: &str| Template::cut(built.as_bytes(), &marker()).unwrap().digest();
        assert_eq!(digest(&format!("a{user}b")), digest(&format!("a{user}b")));
        assert_ne!(digest(&format!("a{user}b")), digest(&format!("ab{user}")));
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
            let (mut place, mut joined) = (Position::default(), Vec::new());
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

    #[test]
    fn a_piece_is_as_large_as_asked_for_wherever_the_holes_are() {
        let user = marker().text(Splice::Username);
        let long = "x".repeat(100_000);
        for built in [format!("{long}{user}"), format!("{user}{long}"), format!("{long}{user}{long}"), long.clone()] {
            let template = Template::cut(built.as_bytes(), &marker()).unwrap();
            let fillings = template.fillings(values);
            let most = 1_024 + fillings.iter().map(Vec::len).max().unwrap_or(0);
            let (mut place, mut joined) = (Position::default(), Vec::new());
            loop {
                let mut piece = Vec::new();
                template.copy(&mut place, &fillings, &mut piece, 1_024);
                assert!(piece.len() <= most, "a piece of {} bytes", piece.len());
                if piece.is_empty() {
                    break;
                }
                joined.extend(piece);
            }
            assert_eq!(joined, template.filled(&fillings));
        }
    }
}
