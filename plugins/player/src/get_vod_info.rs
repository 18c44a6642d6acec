//! `get_vod_info`: all that is known of one movie of the line.

use crate::listing::Wish;
use crate::parameters::GetVodInfo;
use crate::title::{backdrops, clock, field, text_or_null, without_year};
use linecard_sdk::body::Body;
use linecard_sdk::catalogue::{self, List, Stream};
use linecard_sdk::{Call, Refusal, Reply, json, reply};

/// What apps take for "there is no such movie": a movie that the line does not have is none either.
const NONE: &str = r#"{"info":[]}"#;

pub(crate) fn get_vod_info(call: Call<GetVodInfo>) -> Result<Reply, Refusal> {
    let mut body = Body::new();
    if let Some(id) = call.parameters.vod_id {
        for piece in catalogue::open_one(List::Movie, id)? {
            piece?.rows(|movie: Stream<'_>| {
                write(&mut body.text, movie);
                Ok(())
            })?;
        }
    }
    if body.text.is_empty() {
        body.text.push_str(NONE);
    }
    body.flush()?;
    reply::body()
}

/// Apps know several names for the same thing, and each must be there.
fn write(out: &mut String, mut movie: Stream<'_>) {
    let category = Wish::new(List::Movie, 0).shown_under(&mut movie.categories).unwrap_or_default();
    let title = without_year(&movie.name, &movie.details.year);
    out.push_str("{\"info\":{\"kinopoisk_url\":\"\",\"tmdb_id\":");
    json::number(out, movie.details.tmdb);
    field(out, ",\"imdb_id\":\"\",\"name\":", title);
    field(out, ",\"o_name\":", title);
    facts(out, &movie);
    // An object also when nothing was looked at: an app takes no list for it.
    out.push_str(",\"subtitles\":[],\"video\":{},\"audio\":{}},\"movie_data\":{\"stream_id\":");
    json::number(out, movie.id);
    field(out, ",\"name\":", &movie.name);
    field(out, ",\"title\":", title);
    out.push_str(",\"year\":");
    text_or_null(out, &movie.details.year);
    out.push_str(",\"added\":");
    json::quoted(out, movie.added_at);
    out.push_str(",\"category_id\":");
    json::quoted(out, category);
    out.push_str(",\"category_ids\":");
    json::ids(out, &movie.categories);
    field(out, ",\"container_extension\":", if movie.container.is_empty() { "mp4" } else { &movie.container });
    field(out, ",\"custom_sid\":", &movie.custom_sid);
    // A source here would be played past the panel.
    out.push_str(",\"direct_source\":\"\"}}");
}

fn facts(out: &mut String, movie: &Stream<'_>) {
    let details = &movie.details;
    field(out, ",\"cover_big\":", &movie.icon);
    field(out, ",\"movie_image\":", &movie.icon);
    field(out, ",\"releasedate\":", &details.release_date);
    field(out, ",\"release_date\":", &details.release_date);
    out.push_str(",\"episode_run_time\":");
    json::number(out, details.duration / 60);
    field(out, ",\"youtube_trailer\":", &details.trailer);
    field(out, ",\"director\":", &details.director);
    field(out, ",\"actors\":", &details.cast);
    field(out, ",\"cast\":", &details.cast);
    field(out, ",\"description\":", &details.plot);
    field(out, ",\"plot\":", &details.plot);
    out.push_str(",\"age\":\"\",\"mpaa_rating\":\"\",\"rating_count_kinopoisk\":0,\"country\":\"\"");
    field(out, ",\"genre\":", &details.genre);
    out.push(',');
    backdrops(out, &details.backdrop);
    out.push_str(",\"duration_secs\":");
    json::number(out, details.duration);
    out.push_str(",\"duration\":\"");
    clock(out, details.duration);
    out.push_str("\",\"bitrate\":0,\"rating\":");
    json::tenths(out, details.rating);
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    #[test]
    fn a_movie_has_the_fields_and_types_that_apps_read() {
        let row = r#"{"id":2001,"kind":"movie","name":"Safety Film (2024)","icon":"http://h/2001.jpg",
            "added_at":1767225600,"categories":[30],"container":"","details":{"year":"2024","tmdb":77,
            "release_date":"2024-05-01","rating":7.4,"duration":720,"plot":"P","cast":"A, B"}}"#;
        let mut out = String::new();
        write(&mut out, from_str(row).unwrap());
        let wanted = json!({
            "info": {
                "kinopoisk_url": "", "tmdb_id": 77, "imdb_id": "", "name": "Safety Film", "o_name": "Safety Film",
                "cover_big": "http://h/2001.jpg", "movie_image": "http://h/2001.jpg", "releasedate": "2024-05-01",
                "release_date": "2024-05-01", "episode_run_time": 12, "youtube_trailer": "", "director": "",
                "actors": "A, B", "cast": "A, B", "description": "P", "plot": "P", "age": "", "mpaa_rating": "",
                "rating_count_kinopoisk": 0, "country": "", "genre": "", "backdrop_path": [], "duration_secs": 720,
                "duration": "00:12:00", "bitrate": 0, "rating": 7.4, "subtitles": [], "video": {}, "audio": {},
            },
            "movie_data": {
                "stream_id": 2001, "name": "Safety Film (2024)", "title": "Safety Film", "year": "2024",
                "added": "1767225600", "category_id": "30", "category_ids": [30], "container_extension": "mp4",
                "custom_sid": "", "direct_source": "",
            },
        });
        assert_eq!(from_str::<Value>(&out).unwrap(), wanted);
    }
}
