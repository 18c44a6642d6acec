//! Guides in XMLTV: channels and programmes, an item at a time.

use crate::clean::is_too_long;
use crate::programme::{Draft, Waiting, span};
use crate::seen::Seen;
use crate::xml::{Document, Element, Node};
use host_core::guide::{GuideChannel, Programme};
use host_core::import::{GuideItem, ImportError, LeftOut, Skipped};
use std::collections::VecDeque;
use std::io::Read;

type Item = Result<GuideItem, LeftOut>;

/// The items of a guide in UTF-8 (see [`crate::Text`]), in order. After an error nothing
/// follows: a guide that is broken, cut short or beyond a limit must not replace a good one.
///
/// Of several titles, descriptions and display names the first counts. A programme without
/// `stop` lasts until the next one of its channel, wherever that stands in the file; if none
/// follows, it is incomplete. Of a channel, and of a broadcast (channel, begin and end), that
/// stands there twice, the first counts.
pub fn items<R: Read>(reader: R) -> impl Iterator<Item = Result<Item, ImportError>> {
    let mut guide = Guide {
        document: Document::new(reader),
        ended: false,
        waiting: Waiting::default(),
        ready: VecDeque::new(),
        seen: Seen::default(),
    };
    let mut done = false;
    std::iter::from_fn(move || {
        loop {
            if let Some(item) = guide.ready.pop_front() {
                return Some(Ok(item));
            }
            if done {
                return None;
            }
            match guide.next() {
                Ok(true) => {}
                Ok(false) => {
                    done = true;
                    let last = std::mem::take(&mut guide.waiting).into_all();
                    guide.ready.extend(last.map(|draft| Err(draft.left_out(Skipped::Incomplete))));
                }
                Err(error) => {
                    done = true;
                    return Some(Err(error));
                }
            }
        }
    })
}

struct Guide<R> {
    document: Document<R>,
    /// The root element has been closed.
    ended: bool,
    waiting: Waiting,
    /// Items that were read and not yet given.
    ready: VecDeque<Item>,
    /// The channels and broadcasts so far.
    seen: Seen,
}

impl<R: Read> Guide<R> {
    /// Reads on until something is ready; `false` at the end of the file.
    fn next(&mut self) -> Result<bool, ImportError> {
        loop {
            match self.document.next()? {
                Node::Open(element) if self.document.depth() == 1 => {
                    if self.ended || element.name() != "tv" {
                        return Err(self.document.malformed("a guide is one <tv> element"));
                    }
                }
                Node::Open(element) => {
                    match element.name() {
                        "channel" => self.channel(&element)?,
                        "programme" => self.programme(&element)?,
                        _ => self.document.skip()?,
                    }
                    if !self.ready.is_empty() {
                        return Ok(true);
                    }
                }
                Node::Close => self.ended = true,
                Node::Text(_) => {}
                Node::End if self.ended => return Ok(false),
                Node::End => return Err(self.document.malformed("it has no <tv> element")),
            }
        }
    }

    fn leave_out(&mut self, line: u64, name: &str, reason: Skipped) {
        self.ready.push_back(Err(LeftOut { line, name: name.chars().take(80).collect(), reason }));
    }

    fn channel(&mut self, channel: &Element) -> Result<(), ImportError> {
        let (id, line) = (channel.attribute("id"), self.document.line());
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
        let reason = match id.is_empty() {
            true => Some(Skipped::Incomplete),
            false if is_too_long(&id) || is_too_long(&name) => Some(Skipped::TooLong),
            false => self.seen.is_known(("channel", &id)).then_some(Skipped::Duplicate),
        };
        match reason {
            Some(reason) => self.leave_out(line, if id.is_empty() { &name } else { &id }, reason),
            None => {
                let name = if name.is_empty() { id.clone() } else { name };
                self.ready.push_back(Ok(GuideItem::Channel(GuideChannel { id, name, icon })));
            }
        }
        Ok(())
    }

    fn programme(&mut self, element: &Element) -> Result<(), ImportError> {
        let (mut title, mut language, mut description) = (String::new(), String::new(), String::new());
        let line = self.document.line();
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
        match span(element, &channel, &title, &language, &description) {
            Ok((start, stop)) => {
                let ends = stop.is_some();
                let stop = stop.unwrap_or(start);
                let programme = Programme { id: 0, channel, start, stop, title, description, language };
                self.follow(Draft { programme, ends, line });
            }
            Err(reason) => self.leave_out(line, &format!("{channel} {title}"), reason),
        }
        Ok(())
    }

    /// Gives what can be given now that this programme was read: the one of its channel that
    /// waited for its start, and it, unless it waits itself.
    fn follow(&mut self, draft: Draft) {
        if let Some(waited) = self.waiting.take(&draft.programme.channel) {
            if draft.programme.start > waited.programme.start {
                let programme = Programme { stop: draft.programme.start, ..waited.programme };
                self.give(Draft { programme, ..waited });
            } else {
                self.ready.push_back(Err(waited.left_out(Skipped::Incomplete)));
            }
        }
        if draft.ends {
            self.give(draft);
        } else if let Some(gone) = self.waiting.put(draft) {
            self.ready.push_back(Err(gone.left_out(Skipped::Incomplete)));
        }
    }

    /// Gives a programme whose end is known, once.
    fn give(&mut self, draft: Draft) {
        let Programme { channel, start, stop, .. } = &draft.programme;
        if self.seen.is_known((channel, start.0, stop.0)) {
            self.ready.push_back(Err(draft.left_out(Skipped::Duplicate)));
        } else {
            self.ready.push_back(Ok(GuideItem::Programme(draft.programme)));
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use host_core::time::Unix;

    fn read(inside: &str) -> Vec<Result<GuideItem, Skipped>> {
        let document = format!("<tv>{inside}</tv>");
        let items = items(document.as_bytes()).map(Result::unwrap);
        items.map(|item| item.map_err(|left_out| left_out.reason)).collect()
    }

    fn spans(inside: &str) -> Vec<Result<(i64, i64), Skipped>> {
        let span = |item: Result<GuideItem, Skipped>| match item? {
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
        let mixed = [open("a", "01"), open("b", "02"), open("a", "03"), open("b", "04")].concat();
        let ends = [Ok((60, 180)), Ok((120, 240)), Err(Skipped::Incomplete), Err(Skipped::Incomplete)];
        assert_eq!(spans(&mixed), ends, "channels stand mixed in the file");
        assert_eq!(spans(&[open("a", "01"), open("a", "01")].concat()), vec![Err(Skipped::Incomplete); 2]);
        let closed = r#"<programme channel="a" start="197001010005" stop="197001010006"><title>T</title></programme>"#;
        assert_eq!(spans(&[&open("a", "01"), closed].concat()), [Ok((60, 300)), Ok((300, 360))]);
        assert_eq!(spans(&[&open("a", "06"), closed].concat()), [Err(Skipped::Incomplete), Ok((300, 360))]);
    }

    #[test]
    fn a_channel_and_a_broadcast_that_stand_twice_count_once() {
        let one = r#"<programme channel="a" start="197001010001" stop="197001010002"><title>T</title></programme>"#;
        let longer = r#"<programme channel="a" start="197001010001" stop="197001010003"><title>T</title></programme>"#;
        let told = spans(&[one, one, longer, one].concat());
        assert_eq!(told, [Ok((60, 120)), Err(Skipped::Duplicate), Ok((60, 180)), Err(Skipped::Duplicate)]);
        assert_eq!(read(r#"<channel id="a"/><channel id="a"/>"#)[1], Err(Skipped::Duplicate));
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
