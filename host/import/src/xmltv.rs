//! Guides in XMLTV: channels and programmes, an item at a time. Knows nothing of which
//! channels the panel has.

use crate::clean::is_too_long;
use crate::moment::moment;
use crate::xml::{Document, Element, Node};
use host_core::guide::{GuideChannel, Programme};
use host_core::import::{GuideItem, ImportError, Skipped};
use std::io::Read;

/// Longest title, in bytes.
const MAX_TITLE: usize = 4 * 1024;
/// Longest description, in bytes.
const MAX_DESCRIPTION: usize = 64 * 1024;

type Item = Result<GuideItem, Skipped>;

/// The items of a guide in UTF-8 (see [`crate::Text`]), in order. After an error nothing
/// follows: a guide that is broken, cut short or beyond a limit must not replace a good one.
///
/// Of several titles, descriptions and display names the first counts. A programme without
/// `stop` ends where the next one of its channel begins; if none follows, it is incomplete.
pub fn items<R: Read>(reader: R) -> impl Iterator<Item = Result<Item, ImportError>> {
    let mut guide = Guide { document: Document::new(reader), ended: false, waiting: None, ready: None };
    let mut done = false;
    std::iter::from_fn(move || {
        if let Some(item) = guide.ready.take() {
            return Some(Ok(item));
        }
        if done {
            return None;
        }
        let next = guide.next().transpose();
        done = !matches!(next, Some(Ok(_)));
        next.or_else(|| guide.waiting.take().map(|_| Ok(Err(Skipped::Incomplete))))
    })
}

struct Guide<R> {
    document: Document<R>,
    /// The root element has been closed.
    ended: bool,
    /// A programme that waits for the next one to tell its end.
    waiting: Option<Programme>,
    /// An item that was read together with the one before it.
    ready: Option<Item>,
}

impl<R: Read> Guide<R> {
    fn next(&mut self) -> Result<Option<Item>, ImportError> {
        loop {
            match self.document.next()? {
                Node::Open(element) if self.document.depth() == 1 => {
                    if self.ended || element.name() != "tv" {
                        return Err(self.document.malformed("a guide is one <tv> element"));
                    }
                }
                Node::Open(element) => {
                    let item = match element.name() {
                        "channel" => Some(self.channel(&element)?),
                        "programme" => {
                            let draft = self.programme(&element)?;
                            self.follow(draft)
                        }
                        _ => self.document.skip().map(|()| None)?,
                    };
                    if item.is_some() {
                        return Ok(item);
                    }
                }
                Node::Close => self.ended = true,
                Node::Text(_) => {}
                Node::End if self.ended => return Ok(None),
                Node::End => return Err(self.document.malformed("it has no <tv> element")),
            }
        }
    }

    fn channel(&mut self, channel: &Element) -> Result<Item, ImportError> {
        let id = channel.attribute("id");
        let (mut name, mut icon) = (String::new(), String::new());
        while let Some(child) = self.child()? {
            match child.name() {
                "display-name" if name.is_empty() => name = self.document.text()?,
                "icon" if icon.is_empty() => {
                    icon = child.attribute("src");
                    self.document.skip()?;
                }
                _ => self.document.skip()?,
            }
        }
        Ok(match id.is_empty() {
            true => Err(Skipped::Incomplete),
            false if is_too_long(&id) || is_too_long(&name) => Err(Skipped::TooLong),
            false if name.is_empty() => Ok(GuideItem::Channel(GuideChannel { name: id.clone(), id, icon })),
            false => Ok(GuideItem::Channel(GuideChannel { id, name, icon })),
        })
    }

    fn programme(&mut self, element: &Element) -> Result<Result<Draft, Skipped>, ImportError> {
        let (mut title, mut language, mut description) = (String::new(), String::new(), String::new());
        while let Some(child) = self.child()? {
            match child.name() {
                "title" if title.is_empty() => {
                    title = self.document.text()?;
                    language = child.attribute("lang");
                }
                "desc" if description.is_empty() => description = self.document.text()?,
                _ => self.document.skip()?,
            }
        }
        let channel = element.attribute("channel");
        let (start, stop) = (element.attribute("start"), element.attribute("stop"));
        if channel.is_empty() || start.is_empty() || title.is_empty() {
            return Ok(Err(Skipped::Incomplete));
        }
        let names_fit = !is_too_long(&channel) && !is_too_long(&language);
        if !names_fit || title.len() > MAX_TITLE || description.len() > MAX_DESCRIPTION {
            return Ok(Err(Skipped::TooLong));
        }
        let ends = !stop.is_empty();
        let (Some(start), Some(stop)) = (moment(&start), moment(if ends { &stop } else { &start })) else {
            return Ok(Err(Skipped::BadTime));
        };
        if ends && stop <= start {
            return Ok(Err(Skipped::Incomplete));
        }
        Ok(Ok(Draft { programme: Programme { id: 0, channel, start, stop, title, description, language }, ends }))
    }

    /// Gives what can be given now that this programme was read: it, or the one before it that
    /// waited for its begin. Then it comes next, or waits itself.
    fn follow(&mut self, draft: Result<Draft, Skipped>) -> Option<Item> {
        let waited = self.waiting.take().map(|waiting| ended_by(waiting, draft.as_ref().ok()));
        let item = match draft {
            Ok(draft) if draft.ends => Some(Ok(GuideItem::Programme(draft.programme))),
            Ok(draft) => {
                self.waiting = Some(draft.programme);
                None
            }
            Err(skipped) => Some(Err(skipped)),
        };
        if waited.is_none() {
            return item;
        }
        self.ready = item;
        waited
    }

    /// The next child of the element that is open; `None` when that ends.
    fn child(&mut self) -> Result<Option<Element>, ImportError> {
        loop {
            match self.document.next()? {
                Node::Open(element) => return Ok(Some(element)),
                Node::Close | Node::End => return Ok(None),
                Node::Text(_) => {}
            }
        }
    }
}

/// A programme as it was read.
struct Draft {
    programme: Programme,
    /// It says when it ends; otherwise its `stop` means nothing yet.
    ends: bool,
}

/// A programme without end of its own ends where the next one of its channel begins.
fn ended_by(waiting: Programme, next: Option<&Draft>) -> Item {
    match next.map(|draft| &draft.programme) {
        Some(next) if next.channel == waiting.channel && next.start > waiting.start => {
            Ok(GuideItem::Programme(Programme { stop: next.start, ..waiting }))
        }
        _ => Err(Skipped::Incomplete),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::time::Unix;

    fn read(inside: &str) -> Vec<Item> {
        items(format!("<tv>{inside}</tv>").as_bytes()).map(Result::unwrap).collect()
    }

    fn spans(inside: &str) -> Vec<Result<(i64, i64), Skipped>> {
        let span = |item: Item| match item? {
            GuideItem::Programme(programme) => Ok((programme.start.0, programme.stop.0)),
            GuideItem::Channel(channel) => panic!("a channel {channel:?}"),
        };
        read(inside).into_iter().map(span).collect()
    }

    #[test]
    fn the_first_title_description_name_and_icon_count() {
        let items = read(
            r#"<channel id=" a&amp;b "><display-name>One
               &lt;TV&gt; &#201;</display-name><display-name>1</display-name><icon src="http://i/1"/><icon src="http://i/2"/>
               <url>u</url></channel>
               <programme channel="a&amp;b" start="19700101000100" stop="19700101000200 +0000"><credits><actor>
               <title>no</title></actor></credits><title lang="ga">T<b>x</b><![CDATA[<&>]]></title><title lang="en">U</title>
               <desc>D<!-- x -->E</desc><desc>F</desc></programme>"#,
        );
        let channel = GuideChannel { id: "a&b".into(), name: "One <TV> É".into(), icon: "http://i/1".into() };
        let programme = Programme {
            id: 0,
            channel: "a&b".into(),
            start: Unix(60),
            stop: Unix(120),
            title: "T<&>".into(),
            description: "DE".into(),
            language: "ga".into(),
        };
        assert_eq!(items, [Ok(GuideItem::Channel(channel)), Ok(GuideItem::Programme(programme))]);
    }

    #[test]
    fn a_programme_without_stop_ends_where_the_next_of_its_channel_begins() {
        let open = |channel, minute| {
            format!(r#"<programme channel="{channel}" start="1970010100{minute}"><title>T</title></programme>"#)
        };
        assert_eq!(spans(&[open("a", "01"), open("a", "02")].concat()), [Ok((60, 120)), Err(Skipped::Incomplete)]);
        assert_eq!(spans(&[open("a", "01"), open("b", "02")].concat()), vec![Err(Skipped::Incomplete); 2]);
        assert_eq!(spans(&[open("a", "01"), open("a", "01")].concat()), vec![Err(Skipped::Incomplete); 2]);
        let closed = r#"<programme channel="a" start="197001010005" stop="197001010006"><title>T</title></programme>"#;
        assert_eq!(spans(&[&open("a", "01"), closed].concat()), [Ok((60, 300)), Ok((300, 360))]);
        assert_eq!(spans(&[&open("a", "06"), closed].concat()), [Err(Skipped::Incomplete), Ok((300, 360))]);
    }

    #[test]
    fn items_that_cannot_be_used_are_left_out_with_their_reason() {
        let long = "x".repeat(70_000);
        for (inside, reason) in [
            (r#"<channel><display-name>A</display-name></channel>"#.to_owned(), Skipped::Incomplete),
            (format!(r#"<channel id="{}"/>"#, "x".repeat(256)), Skipped::TooLong),
            (r#"<programme start="2026" stop="2027"><title>T</title></programme>"#.to_owned(), Skipped::Incomplete),
            (r#"<programme channel="a" stop="2027"><title>T</title></programme>"#.to_owned(), Skipped::Incomplete),
            (
                r#"<programme channel="a" start="2026" stop="2027"><title> </title></programme>"#.to_owned(),
                Skipped::Incomplete,
            ),
            (
                r#"<programme channel="a" start="2026" stop="2026"><title>T</title></programme>"#.to_owned(),
                Skipped::Incomplete,
            ),
            (
                r#"<programme channel="a" start="soon" stop="2027"><title>T</title></programme>"#.to_owned(),
                Skipped::BadTime,
            ),
            (
                r#"<programme channel="a" start="2026" stop="late"><title>T</title></programme>"#.to_owned(),
                Skipped::BadTime,
            ),
            (
                format!(r#"<programme channel="a" start="2026" stop="2027"><title>{long}</title></programme>"#),
                Skipped::TooLong,
            ),
            (
                format!(
                    r#"<programme channel="a" start="2026" stop="2027"><title>T</title><desc>{long}</desc></programme>"#
                ),
                Skipped::TooLong,
            ),
        ] {
            let good = r#"<programme channel="a" start="19700101" stop="19700102"><title>T</title></programme>"#;
            assert_eq!(read(&inside), [Err(reason)], "{:.90}", inside);
            assert!(read(&format!("{inside}{good}"))[1].is_ok(), "the next one is read");
        }
    }
}
