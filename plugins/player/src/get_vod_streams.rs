//! `get_vod_streams`: movies, in the line's order.

use crate::listing::{Listing, Wish};
use crate::parameters::GetVodStreams;
use crate::title::{field, text_or_null, without_year};
use linecard_sdk::catalogue::{self, List, Stream};
use linecard_sdk::{Call, Refusal, Reply, json, reply};

pub(crate) fn get_vod_streams(call: Call<GetVodStreams>) -> Result<Reply, Refusal> {
    let wish = Wish::new(List::Movie, call.parameters.category_id);
    let mut list = Listing::new();
    for piece in catalogue::open(wish.list(), wish.window())? {
        piece?.rows(|mut movie: Stream<'_>| {
            if let Some(category) = wish.shown_under(&mut movie.categories) {
                let number = list.begin();
                write(&mut list.body.text, number, category, &movie);
            }
            list.body.flush_when_full()
        })?;
    }
    list.body.text.push(']');
    list.body.flush()?;
    reply::body()
}

fn write(out: &mut String, number: u32, category: u32, movie: &Stream<'_>) {
    let details = &movie.details;
    out.push_str("{\"num\":");
    json::number(out, number);
    field(out, ",\"name\":", &movie.name);
    field(out, ",\"title\":", without_year(&movie.name, &details.year));
    out.push_str(",\"year\":");
    text_or_null(out, &details.year);
    out.push_str(",\"stream_type\":\"movie\",\"stream_id\":");
    json::number(out, movie.id);
    field(out, ",\"stream_icon\":", &movie.icon);
    out.push_str(",\"rating\":");
    json::tenths(out, details.rating);
    out.push_str(",\"rating_5based\":");
    json::tenths(out, details.rating / 2.0);
    out.push_str(",\"added\":");
    json::quoted(out, movie.added_at);
    field(out, ",\"plot\":", &details.plot);
    field(out, ",\"cast\":", &details.cast);
    field(out, ",\"director\":", &details.director);
    field(out, ",\"genre\":", &details.genre);
    field(out, ",\"release_date\":", &details.release_date);
    field(out, ",\"youtube_trailer\":", &details.trailer);
    out.push_str(",\"episode_run_time\":");
    json::number(out, details.duration / 60);
    if movie.adult {
        out.push_str(",\"is_adult\":\"1\"");
    }
    out.push_str(",\"category_id\":");
    json::quoted(out, category);
    out.push_str(",\"category_ids\":");
    json::ids(out, &movie.categories);
    field(out, ",\"container_extension\":", if movie.container.is_empty() { "mp4" } else { &movie.container });
    field(out, ",\"custom_sid\":", &movie.custom_sid);
    out.push_str(",\"direct_source\":\"\"}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    #[test]
    fn a_movie_has_the_fields_and_types_that_apps_read() {
        let row = r#"{"id":2001,"kind":"movie","name":"Safety Film (2024)","icon":"http://h/2001.jpg",
            "added_at":1767225600,"categories":[30],"container":"","details":
            {"year":"2024","release_date":"2024-05-01","rating":7.4,"duration":720}}"#;
        let mut out = String::new();
        write(&mut out, 1, 30, &from_str(row).unwrap());
        let wanted = json!({
            "num": 1, "name": "Safety Film (2024)", "title": "Safety Film", "year": "2024",
            "stream_type": "movie", "stream_id": 2001, "stream_icon": "http://h/2001.jpg", "rating": 7.4,
            "rating_5based": 3.7, "added": "1767225600", "plot": "", "cast": "", "director": "", "genre": "",
            "release_date": "2024-05-01", "youtube_trailer": "", "episode_run_time": 12, "category_id": "30",
            "category_ids": [30], "container_extension": "mp4", "custom_sid": "", "direct_source": "",
        });
        assert_eq!(from_str::<Value>(&out).unwrap(), wanted);
    }
}
