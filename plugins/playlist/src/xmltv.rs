//! `xmltv`: the download of xmltv.php. The host merges all sources into one guide.

use crate::parameters::Xmltv;
use crate::xml;
use linecard_sdk::body::Body;
use linecard_sdk::guide::{self, Channel, Programme};
use linecard_sdk::time::Zone;
use linecard_sdk::{Call, Refusal, Reply, lines, reply};

const DAY: i64 = 86_400;

pub(crate) fn xmltv(call: Call<Xmltv>) -> Result<Reply, Refusal> {
    let server = lines::mine()?.server;
    let zone = server.zone();
    let now = call.now();
    let to = end(now, call.parameters.next_days, server.guide_days);
    let mut body = Body::new();
    head(&mut body.text, &server.name, &call.request().base());
    let channels = guide::channels()?;
    for channel in &channels {
        write_channel(&mut body.text, channel);
        body.flush_when_full()?;
    }
    for channel in &channels {
        let back = call.parameters.prev_days.unwrap_or(u32::from(channel.archive_days));
        let mut pages = Pages::from(seconds(now - i64::from(back) * DAY));
        while let Some(from) = pages.next {
            let schedule = guide::channel_programmes(&channel.id, from, to)?;
            for programme in pages.turn(&schedule.programmes) {
                write_programme(&mut body.text, &channel.id, programme, &zone);
                body.flush_when_full()?;
            }
        }
    }
    body.text.push_str("</tv>\n");
    body.flush()?;
    reply::body()
}

/// Where the guide ends: after the days that were asked for, or else the panel's, which may be none.
fn end(now: i64, asked: Option<u32>, of_panel: u8) -> u32 {
    seconds(now + i64::from(asked.unwrap_or(of_panel.into())) * DAY)
}

/// The programmes of a channel, page by page.
struct Pages {
    /// Where the next page begins; none after the last.
    next: Option<u32>,
    /// Begin and id of the last programme so far: the next page begins with it, and with those that overlap it.
    last: (i64, u64),
}

impl Pages {
    fn from(from: u32) -> Pages {
        Pages { next: Some(from), last: (i64::MIN, 0) }
    }

    /// Those of a page that no page before had. One that is far from full, or brings nothing new, is the last one.
    fn turn<'a>(&mut self, page: &'a [Programme]) -> &'a [Programme] {
        let place = |programme: &Programme| (programme.start, programme.id.parse().unwrap_or_default());
        let known = page.partition_point(|programme| place(programme) <= self.last);
        let new = &page[known..];
        let text: usize = page.iter().map(|programme| programme.title.len() + programme.description.len()).sum();
        let is_full = page.len() >= guide::PAGE || text >= guide::PAGE_TEXT / 2;
        self.next = new.last().filter(|_| is_full).map(|last| seconds(last.start));
        self.last = new.last().map_or(self.last, place);
        new
    }
}

fn seconds(unix: i64) -> u32 {
    u32::try_from(unix.max(0)).unwrap_or(u32::MAX)
}

fn head(out: &mut String, name: &str, base: &str) {
    out.push_str("<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n");
    out.push_str("<tv generator-info-name=\"");
    xml::text(out, name);
    out.push_str("\" generator-info-url=\"");
    xml::text(out, base);
    out.push_str("/\">\n");
}

fn write_channel(out: &mut String, channel: &Channel) {
    out.push_str("  <channel id=\"");
    xml::text(out, &channel.id);
    out.push_str("\"><display-name>");
    xml::text(out, &channel.name);
    out.push_str("</display-name>");
    if !channel.icon.is_empty() {
        out.push_str("<icon src=\"");
        xml::text(out, &channel.icon);
        out.push_str("\"/>");
    }
    out.push_str("</channel>\n");
}

fn write_programme(out: &mut String, channel: &str, programme: &Programme, zone: &Zone) {
    out.push_str("  <programme start=\"");
    zone.compact(out, programme.start);
    out.push_str("\" stop=\"");
    zone.compact(out, programme.stop);
    out.push_str("\" channel=\"");
    xml::text(out, channel);
    out.push_str("\">\n    <title");
    if !programme.language.is_empty() {
        out.push_str(" lang=\"");
        xml::text(out, &programme.language);
        out.push('"');
    }
    out.push('>');
    xml::text(out, &programme.title);
    out.push_str("</title>");
    if !programme.description.is_empty() {
        out.push_str("<desc>");
        xml::text(out, &programme.description);
        out.push_str("</desc>");
    }
    out.push_str("</programme>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut String)) -> String {
        let mut out = String::new();
        write(&mut out);
        out
    }

    #[test]
    fn programmes_are_written_in_the_panels_zone_and_escaped() {
        let zone = Zone::new("Europe/Vienna".into(), vec![(0, 3_600)]);
        let programme = Programme {
            start: 1_767_250_800,
            stop: 1_767_254_400,
            title: "Tom & Jerry".into(),
            description: "<b>".into(),
            ..Programme::default()
        };
        let wanted = "  <programme start=\"20260101080000 +0100\" stop=\"20260101090000 +0100\" channel=\"a&amp;b\">\n    \
             <title>Tom &amp; Jerry</title><desc>&lt;b&gt;</desc></programme>\n";
        assert_eq!(written(|out| write_programme(out, "a&b", &programme, &zone)), wanted);
    }

    #[test]
    fn pages_go_on_until_one_is_not_full_and_give_each_programme_once() {
        let long = |start: i64, id: &str| {
            let description = "x".repeat(guide::PAGE_TEXT / 3);
            Programme { start, stop: start + 90, id: id.into(), description, ..Programme::default() }
        };
        let all = [long(0, "9"), long(60, "10"), long(60, "11"), long(120, "4")];
        let (mut pages, mut ids, mut asked) = (Pages::from(0), Vec::new(), Vec::new());
        while let Some(from) = pages.next {
            asked.push(from);
            let rest: Vec<_> = all.iter().filter(|programme| programme.stop > i64::from(from)).cloned().collect();
            let page = &rest[..rest.len().min(3)];
            ids.extend(pages.turn(page).iter().map(|programme| programme.id.clone()));
        }
        assert_eq!(ids, ["9", "10", "11"], "a page that brings nothing new is the last one");
        assert_eq!(asked, [0, 60]);
        let mut pages = Pages::from(0);
        assert_eq!((pages.turn(&all[..2]).len(), pages.next), (2, Some(60)));
        assert_eq!((pages.turn(&all[1..]).len(), pages.next), (2, Some(120)));
        assert_eq!((pages.turn(&all[3..]).len(), pages.next), (0, None));
    }

    #[test]
    fn the_guide_ends_where_it_is_asked_to_or_as_the_panel_says_also_when_it_says_now() {
        assert_eq!([end(100, None, 0), end(100, None, 1), end(100, Some(0), 7)], [100, 86_500, 100]);
        assert_eq!(end(100, Some(2), 7), 172_900);
    }

    #[test]
    fn a_channel_without_logo_has_no_icon() {
        let channel = Channel { id: "news.campus".into(), name: "News".into(), ..Channel::default() };
        let wanted = "  <channel id=\"news.campus\"><display-name>News</display-name></channel>\n";
        assert_eq!(written(|out| write_channel(out, &channel)), wanted);
    }
}
