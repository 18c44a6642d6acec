//! `playlist`: the download of get.php. `entry` says what of the catalogue is in it, `form` how it is written.

use crate::entry::{Addresses, Row, Show, Wanted, episode_title, group};
use crate::form::{Form, Frame};
use crate::m3u::Entry;
use crate::parameters::Playlist;
use crate::script;
use linecard_sdk::body::Body;
use linecard_sdk::catalogue::{self, List, StreamKind, Window};
use linecard_sdk::{Call, Refusal, Reply, lines, reply, url};
use std::collections::HashMap;

pub(crate) fn playlist(call: Call<Playlist>) -> Result<Reply, Refusal> {
    let request = call.request();
    let wish = call.parameters;
    let mine = lines::mine()?;
    let (line, base) = (mine.line, request.base());
    let (username, password) = (url::part(&line.username), url::part(&line.password));
    let mut body = Body::new();
    if let Some(of) = script::of(&wish.r#type) {
        let query = format!("username={username}&password={password}&type={}&output={}", of.list, wish.output);
        script::write(&mut body.text, &of, &format!("{base}/get.php?{query}"));
        body.flush()?;
        return download(of.file);
    }
    let form = Form::of(&wish.r#type);
    let wanted = Wanted(wish.key);
    let addresses = Addresses::new(&base, &line.username, &line.password, &wish.output);
    let guide = format!("{base}/epg/{username}/{password}");
    let frame = Frame { name: &mine.server.name, guide: &guide };
    form.head(&mut body.text, &frame);
    let mut writer = Writer { body, addresses, form, address: String::new(), count: 0 };
    if wanted.has_any_live() {
        writer.streams(List::Live, &wanted)?;
    }
    if wanted.has("movie") {
        writer.streams(List::Movie, &wanted)?;
    }
    if wanted.has("series") {
        writer.episodes()?;
    }
    form.foot(&mut writer.body.text);
    writer.body.flush()?;
    download(&form.file(&line.username))
}

/// What was written, as a file to keep.
fn download(file: &str) -> Result<Reply, Refusal> {
    reply::body_with(&[
        ("Content-Description", "File Transfer"),
        ("Expires", "0"),
        ("Cache-Control", "must-revalidate"),
        ("Pragma", "public"),
        ("Content-Disposition", &format!("attachment; filename=\"{file}\"")),
    ])
}

struct Writer {
    body: Body,
    addresses: Addresses,
    form: Form,
    /// Where the entry plays that is being written.
    address: String,
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
                    group: group(row.kind, &row.category_name),
                    is_file: row.kind == StreamKind::Movie,
                    sid: &row.custom_sid,
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
                let group = group(StreamKind::Episode, &show.category_name);
                let entry = Entry { title: &title, logo, group, is_file: true, ..Entry::default() };
                self.entry(&entry, &row)
            })?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry<'_>, row: &Row<'_>) -> Result<(), Refusal> {
        self.count += 1;
        self.address.clear();
        self.addresses.write(&mut self.address, row);
        self.form.entry(&mut self.body.text, (row.number, self.count), entry, &self.address);
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
