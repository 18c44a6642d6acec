//! `panel_api`: categories and all that the line may watch, in one answer. Who the line is stands before it, and is
//! [asked](crate::panel_account) for each call.

use crate::categories;
use crate::entry::{Entry, Kind};
use crate::parameters::PanelApi;
use crate::uncategorised;
use linecard_sdk::body::Body;
use linecard_sdk::catalogue::{self, EpisodeOf, List, StreamKind, Window};
use linecard_sdk::{Call, Refusal, Reply, reply};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::HashMap;

/// The fields of a stream that this document shows; reading no others is what makes it fast.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Row<'a> {
    id: u32,
    kind: StreamKind,
    #[serde(borrow)]
    name: Cow<'a, str>,
    number: Option<u32>,
    categories: Vec<u32>,
    #[serde(borrow)]
    category_name: Cow<'a, str>,
    #[serde(borrow)]
    icon: Cow<'a, str>,
    #[serde(borrow)]
    guide_id: Cow<'a, str>,
    archive_days: u16,
    #[serde(borrow)]
    custom_sid: Cow<'a, str>,
    #[serde(borrow)]
    container: Cow<'a, str>,
    episode_of: Option<EpisodeOf>,
    added_at: i64,
}

/// What a series gives its episodes.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Show {
    id: u32,
    name: String,
    categories: Vec<u32>,
    category_name: String,
    cover: String,
}

pub(crate) fn panel_api(_call: Call<PanelApi>) -> Result<Reply, Refusal> {
    let mut writer = Writer { body: Body::new(), count: 0 };
    writer.categories()?;
    writer.body.text.push_str(",\"available_channels\":{");
    writer.streams(List::Live)?;
    writer.streams(List::Movie)?;
    writer.episodes()?;
    writer.body.text.push_str("}}");
    writer.body.flush()?;
    reply::body()
}

struct Writer {
    body: Body,
    count: u32,
}

impl Writer {
    /// Each sort of them is there, also when it is empty.
    fn categories(&mut self) -> Result<(), Refusal> {
        let live = categories::all(List::Live)?;
        let (radio, live): (Vec<_>, Vec<_>) = live.into_iter().partition(|category| category.kind == "radio");
        let (movie, series) = (categories::all(List::Movie)?, categories::all(List::Series)?);
        let out = &mut self.body.text;
        for (begin, some) in [
            ("{\"categories\":{\"live\":", &live),
            (",\"movie\":", &movie),
            (",\"series\":", &series),
            (",\"radio\":", &radio),
        ] {
            out.push_str(begin);
            categories::write(out, some);
        }
        out.push('}');
        self.body.flush_when_full()
    }

    fn streams(&mut self, list: List) -> Result<(), Refusal> {
        for piece in catalogue::open(list, Window::default())? {
            piece?.rows(|row: Row<'_>| {
                let category = heading(list, &row.categories, &row.category_name);
                self.entry(&entry(&row, &row.name, &row.icon, category), row.number)
            })?;
        }
        Ok(())
    }

    /// Episodes, which are titled and grouped by their series.
    fn episodes(&mut self) -> Result<(), Refusal> {
        let shows = shows()?;
        for piece in catalogue::open_episodes()? {
            piece?.rows(|row: Row<'_>| {
                let place = row.episode_of.unwrap_or_default();
                let Some(show) = shows.get(&place.series) else { return Ok(()) };
                let icon = if row.icon.is_empty() { &*show.cover } else { &*row.icon };
                let title = format!("{} S{:02}E{:02}", show.name, place.season, place.number);
                let category = heading(List::Series, &show.categories, &show.category_name);
                self.entry(&entry(&row, &title, icon, category), None)
            })?;
        }
        Ok(())
    }

    fn entry(&mut self, entry: &Entry<'_>, number: Option<u32>) -> Result<(), Refusal> {
        if self.count > 0 {
            self.body.text.push(',');
        }
        self.count += 1;
        entry.write(&mut self.body.text, number.unwrap_or(self.count));
        self.body.flush_when_full()
    }
}

/// The category that an entry stands under, with its name.
fn heading<'a>(list: List, categories: &[u32], name: &'a str) -> (u32, &'a str) {
    match categories.first() {
        Some(first) => (*first, name),
        None => (uncategorised::id(list), uncategorised::name(list)),
    }
}

fn entry<'a>(row: &'a Row<'_>, name: &'a str, icon: &'a str, category: (u32, &'a str)) -> Entry<'a> {
    Entry {
        id: row.id,
        kind: match row.kind {
            StreamKind::Live => Kind::Live,
            StreamKind::CreatedChannel => Kind::Created,
            StreamKind::Radio => Kind::Radio,
            StreamKind::Movie => Kind::Movie,
            StreamKind::Episode => Kind::Episode,
        },
        name,
        icon,
        guide: &row.guide_id,
        added: row.added_at,
        category,
        container: &row.container,
        sid: &row.custom_sid,
        archive_days: row.archive_days,
    }
}

/// The line's series by their numbers.
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
