//! `get_series_info`: a series of the line with its seasons and episodes.

use crate::get_series::{facts, names};
use crate::listing::Wish;
use crate::parameters::GetSeriesInfo;
use crate::title::{clock, field};
use linecard_sdk::body::Body;
use linecard_sdk::catalogue::{self, List, Series, Stream};
use linecard_sdk::{Call, Refusal, Reply, json, reply};

/// What apps take for "there is no such series": one that the line does not have is none either.
const NONE: &str = r#"{"seasons":[],"info":{"name":null},"episodes":{}}"#;

pub(crate) fn get_series_info(call: Call<GetSeriesInfo>) -> Result<Reply, Refusal> {
    let mut writer = Writer { body: Body::new(), cover: String::new(), seasons: Vec::new() };
    match call.parameters.series_id {
        Some(id) if writer.begin(id)? => {
            writer.episodes(id)?;
            writer.end();
        }
        _ => writer.body.text.push_str(NONE),
    }
    writer.body.flush()?;
    reply::body()
}

struct Writer {
    body: Body,
    /// Of the series: what has no picture of its own shows it.
    cover: String,
    seasons: Vec<Season>,
}

/// A season, as its episodes tell of it.
struct Season {
    number: u16,
    episodes: u32,
    /// When the first of them that says so came out.
    air_date: String,
}

impl Writer {
    /// Writes what is known of the series; false when the line does not have it.
    fn begin(&mut self, id: u32) -> Result<bool, Refusal> {
        for piece in catalogue::open_one(List::Series, id)? {
            piece?.rows(|mut series: Series<'_>| {
                let category = Wish::new(List::Series, 0).shown_under(&mut series.categories).unwrap_or_default();
                let out = &mut self.body.text;
                out.push_str("{\"info\":{");
                names(out, &series);
                facts(out, category, &series);
                out.push_str("},\"episodes\":{");
                self.cover = series.cover.into_owned();
                Ok(())
            })?;
        }
        Ok(!self.body.text.is_empty())
    }

    /// Writes the episodes, which come by season and number, below their seasons.
    fn episodes(&mut self, id: u32) -> Result<(), Refusal> {
        for piece in catalogue::open_episodes_of(id)? {
            piece?.rows(|episode: Stream<'_>| {
                self.episode(&episode);
                self.body.flush_when_full()
            })?;
        }
        self.body.text.push_str(if self.seasons.is_empty() { "}" } else { "]}" });
        Ok(())
    }

    fn episode(&mut self, episode: &Stream<'_>) {
        let place = episode.episode_of.unwrap_or_default();
        let out = &mut self.body.text;
        let season = match self.seasons.last_mut().filter(|season| season.number == place.season) {
            Some(season) => {
                out.push(',');
                season
            }
            None => {
                out.push_str(if self.seasons.is_empty() { "" } else { "]," });
                json::quoted(out, place.season);
                out.push_str(":[");
                let season = Season { number: place.season, episodes: 0, air_date: String::new() };
                self.seasons.push(season);
                let Some(season) = self.seasons.last_mut() else { return };
                season
            }
        };
        season.episodes += 1;
        if season.air_date.is_empty() {
            season.air_date.push_str(&episode.details.release_date);
        }
        write(out, episode, &self.cover);
    }

    /// Writes the seasons. Each that has an episode must be there: an app shows no other.
    fn end(&mut self) {
        let out = &mut self.body.text;
        out.push_str(",\"seasons\":[");
        for (at, season) in self.seasons.iter().enumerate() {
            field(out, if at > 0 { ",{\"air_date\":" } else { "{\"air_date\":" }, &season.air_date);
            out.push_str(",\"episode_count\":");
            json::number(out, season.episodes);
            out.push_str(",\"id\":");
            json::number(out, season.number);
            out.push_str(",\"name\":\"");
            match season.number {
                0 => out.push_str("Specials"),
                number => {
                    out.push_str("Season ");
                    json::number(out, number);
                }
            }
            out.push_str("\",\"overview\":\"\",\"season_number\":");
            json::number(out, season.number);
            field(out, ",\"cover\":", &self.cover);
            field(out, ",\"cover_big\":", &self.cover);
            out.push_str(",\"vote_average\":0}");
        }
        out.push_str("]}");
    }
}

fn write(out: &mut String, episode: &Stream<'_>, cover: &str) {
    let (place, details) = (episode.episode_of.unwrap_or_default(), &episode.details);
    let picture = if episode.icon.is_empty() { cover } else { &episode.icon };
    // The number in the address is text here: an app takes no other.
    out.push_str("{\"id\":");
    json::quoted(out, episode.id);
    out.push_str(",\"episode_num\":");
    json::number(out, place.number);
    field(out, ",\"title\":", &episode.name);
    field(out, ",\"container_extension\":", if episode.container.is_empty() { "mp4" } else { &episode.container });
    out.push_str(",\"info\":{\"tmdb_id\":");
    json::number(out, details.tmdb);
    field(out, ",\"release_date\":", &details.release_date);
    field(out, ",\"releasedate\":", &details.release_date);
    field(out, ",\"air_date\":", &details.release_date);
    field(out, ",\"plot\":", &details.plot);
    out.push_str(",\"duration_secs\":");
    json::number(out, details.duration);
    out.push_str(",\"duration\":\"");
    clock(out, details.duration);
    field(out, "\",\"movie_image\":", picture);
    field(out, ",\"cover_big\":", picture);
    out.push_str(",\"bitrate\":0,\"rating\":");
    json::tenths(out, details.rating);
    out.push_str(",\"season\":");
    json::number(out, place.season);
    field(out, "},\"subtitles\":[],\"custom_sid\":", &episode.custom_sid);
    out.push_str(",\"added\":");
    json::quoted(out, episode.added_at);
    out.push_str(",\"season\":");
    json::number(out, place.season);
    // A source here would be played past the panel.
    out.push_str(",\"direct_source\":\"\"}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    fn episode(id: u32, season: u16, number: u16) -> String {
        format!(
            r#"{{"id":{id},"kind":"episode","name":"Part {number}","added_at":1767225600,"container":"mkv",
            "episode_of":{{"series":301,"season":{season},"number":{number}}},
            "details":{{"release_date":"2023-02-0{number}","duration":2700,"plot":"P","rating":7.0}}}}"#
        )
    }

    fn written(episodes: &[String]) -> Value {
        let body = Body { text: "{\"info\":{},\"episodes\":{".into() };
        let mut writer = Writer { body, cover: "http://h/c.jpg".into(), seasons: Vec::new() };
        for episode in episodes {
            writer.episode(&from_str(episode).unwrap());
        }
        writer.body.text.push_str(if episodes.is_empty() { "}" } else { "]}" });
        writer.end();
        from_str(&writer.body.text).unwrap_or_else(|error| panic!("{error}: {}", writer.body.text))
    }

    #[test]
    fn episodes_stand_below_their_seasons_with_the_types_that_apps_read() {
        let document = written(&[episode(1, 0, 1), episode(2, 1, 1), episode(3, 1, 2)]);
        let seasons = document["seasons"].as_array().unwrap();
        let wanted = json!({ "air_date": "2023-02-01", "episode_count": 2, "id": 1, "name": "Season 1", "overview": "",
            "season_number": 1, "cover": "http://h/c.jpg", "cover_big": "http://h/c.jpg", "vote_average": 0 });
        assert_eq!((seasons.len(), &seasons[0]["name"], &seasons[1]), (2, &json!("Specials"), &wanted));
        let episodes = &document["episodes"];
        assert_eq!(
            (episodes["0"].as_array().map(Vec::len), episodes["1"].as_array().map(Vec::len)),
            (Some(1), Some(2))
        );
        let wanted = json!({
            "id": "3", "episode_num": 2, "title": "Part 2", "container_extension": "mkv",
            "info": { "tmdb_id": 0, "release_date": "2023-02-02", "releasedate": "2023-02-02",
                "air_date": "2023-02-02", "plot": "P", "duration_secs": 2700, "duration": "00:45:00",
                "movie_image": "http://h/c.jpg", "cover_big": "http://h/c.jpg", "bitrate": 0, "rating": 7, "season": 1 },
            "subtitles": [], "custom_sid": "", "added": "1767225600", "season": 1, "direct_source": "",
        });
        assert_eq!(episodes["1"][1], wanted);
    }

    #[test]
    fn a_series_without_episodes_has_empty_ones_of_the_right_types() {
        let document = written(&[]);
        assert_eq!((&document["seasons"], &document["episodes"]), (&json!([]), &json!({})));
        assert_eq!(from_str::<Value>(NONE).unwrap()["info"]["name"], Value::Null);
    }
}
