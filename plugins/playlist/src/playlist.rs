//! `playlist`: the download of get.php. `m3u` and `entry` write its entries.

use crate::entry::{Addresses, Row, Show, Wanted, episode_title, group};
use crate::m3u::{self, Entry};
use crate::parameters::Playlist;
use linecard_sdk::body::Body;
use linecard_sdk::catalogue::{self, List, StreamKind, Window};
use linecard_sdk::{Call, Refusal, Reply, lines, reply, url};
use std::collections::HashMap;

pub(crate) fn playlist(call: Call<Playlist>) -> Result<Reply, Refusal> {
    let request = call.request();
    let wish = call.parameters;
    let plus = wish.r#type == "m3u_plus";
    let wanted = Wanted(wish.key);
    let line = lines::mine()?.line;
    let base = request.base();
    let addresses = Addresses::new(&base, &line.username, &line.password, &wish.output);
    let guide = plus.then(|| format!("{base}/epg/{}/{}", url::part(&line.username), url::part(&line.password)));

    let mut writer = Writer { body: Body::new(), addresses, plus, count: 0 };
    m3u::head(&mut writer.body.text, guide.as_deref());
    if wanted.has_any_live() {
        writer.streams(List::Live, &wanted)?;
    }
    if wanted.has("movie") {
        writer.streams(List::Movie, &wanted)?;
    }
    if wanted.has("series") {
        writer.episodes()?;
    }
    writer.body.flush()?;
    let ending = if plus { "_plus.m3u" } else { ".m3u" };
    reply::body_with(&[
        ("Content-Description", "File Transfer"),
        ("Expires", "0"),
        ("Cache-Control", "must-revalidate"),
        ("Pragma", "public"),
        ("Content-Disposition", &format!("attachment; filename=\"tv_channels_{}{ending}\"", line.username)),
    ])
}

struct Writer {
    body: Body,
    addresses: Addresses,
    plus: bool,
    count: u32,
}

impl Writer {
    fn streams(&mut self, list: List, wanted: &Wanted) -> Result<(), Refusal> {
        for piece in catalogue::open(list, Window::default())? {
            piece?.rows(|row: Row<'_>| {
                if !wanted.has_kind(row.kind) {
                    return Ok(());
                }
                // A movie has no guide, whatever an import left in its field.
                let guide_channel = if row.kind == StreamKind::Movie { "" } else { &*row.guide_channel };
                let entry = Entry {
                    title: &row.name,
                    guide_channel,
                    guide_offset: if guide_channel.is_empty() { 0 } else { row.guide_offset },
                    logo: &row.icon,
                    group: group(&row.category_name),
                    is_radio: row.kind == StreamKind::Radio,
                };
                self.entry(&entry, &row)
            })?;
        }
        Ok(())
    }

    fn episodes(&mut self) -> Result<(), Refusal> {
        let shows = shows()?;
        for piece in catalogue::open_episodes()? {
            piece?.rows(|row: Row<'_>| {
                let place = row.episode_of.unwrap_or_default();
                let Some(show) = shows.get(&place.series) else { return Ok(()) };
                let logo = if row.icon.is_empty() { &*show.cover } else { &*row.icon };
                let title = episode_title(&show.name, place);
                let entry = Entry { title: &title, logo, group: group(&show.category_name), ..Entry::default() };
                self.entry(&entry, &row)
            })?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry<'_>, row: &Row<'_>) -> Result<(), Refusal> {
        self.count += 1;
        let out = &mut self.body.text;
        if self.plus {
            m3u::plus(out, row.number.unwrap_or(self.count), entry)
        } else {
            m3u::plain(out, entry)
        }
        self.addresses.write(out, row);
        out.push_str("\r\n");
        self.body.flush_when_full()
    }
}

/// The line's series by id: an episode is titled and grouped by its series.
fn shows() -> Result<HashMap<u32, Show>, Refusal> {
    let mut shows = HashMap::new();
    for piece in catalogue::open(List::Series, Window::default())? {
        piece?.rows(|show: Show| {
            shows.insert(show.id, show);
            Ok(())
        })?;
    }
    Ok(shows)
}
