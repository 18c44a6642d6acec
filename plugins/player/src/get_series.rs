//! `get_series`: series, in the line's order.

use crate::listing::{Listing, Wish};
use crate::parameters::GetSeries;
use crate::title::{backdrops, field, text_or_null, without_year};
use linecard_sdk::catalogue::{self, List, Series};
use linecard_sdk::{Call, Refusal, Reply, json, reply};

pub(crate) fn get_series(call: Call<GetSeries>) -> Result<Reply, Refusal> {
    let wish = Wish::new(List::Series, call.parameters.category_id);
    let mut list = Listing::new();
    for piece in catalogue::open(wish.list(), wish.window())? {
        piece?.rows(|mut series: Series<'_>| {
            if let Some(category) = wish.shown_under(&mut series.categories) {
                let number = list.begin();
                write(&mut list.body.text, number, category, &series);
            }
            list.body.flush_when_full()
        })?;
    }
    list.body.text.push(']');
    list.body.flush()?;
    reply::body()
}

fn write(out: &mut String, number: u32, category: u32, series: &Series<'_>) {
    out.push_str("{\"num\":");
    json::number(out, number);
    out.push(',');
    names(out, series);
    out.push_str(",\"stream_type\":\"series\",\"series_id\":");
    json::number(out, series.id);
    facts(out, category, series);
    out.push('}');
}

/// What a series is called, as its list and its details say it.
pub(crate) fn names(out: &mut String, series: &Series<'_>) {
    field(out, "\"name\":", &series.name);
    field(out, ",\"title\":", without_year(&series.name, &series.details.year));
    out.push_str(",\"year\":");
    text_or_null(out, &series.details.year);
}

/// What else its list and its details say alike.
pub(crate) fn facts(out: &mut String, category: u32, series: &Series<'_>) {
    let details = &series.details;
    field(out, ",\"cover\":", &series.cover);
    field(out, ",\"plot\":", &details.plot);
    field(out, ",\"cast\":", &details.cast);
    field(out, ",\"director\":", &details.director);
    field(out, ",\"genre\":", &details.genre);
    // Two spellings: old apps know the first, newer ones prefer the second.
    field(out, ",\"releaseDate\":", &details.release_date);
    field(out, ",\"release_date\":", &details.release_date);
    out.push_str(",\"last_modified\":");
    json::quoted(out, series.modified_at);
    // Apps read a whole number out of this text.
    out.push_str(",\"rating\":");
    json::quoted(out, details.rating.round() as u32);
    out.push_str(",\"rating_5based\":");
    json::tenths(out, details.rating / 2.0);
    out.push(',');
    backdrops(out, &details.backdrop);
    field(out, ",\"youtube_trailer\":", &details.trailer);
    out.push_str(",\"episode_run_time\":");
    json::quoted(out, details.duration / 60);
    out.push_str(",\"category_id\":");
    json::quoted(out, category);
    out.push_str(",\"category_ids\":");
    json::ids(out, &series.categories);
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{Value, from_str, json};

    #[test]
    fn a_series_has_the_fields_and_types_that_apps_read() {
        let row = r#"{"id":301,"name":"Lab Talks","cover":"http://h/s301.jpg","categories":[40],
            "modified_at":1767225600,"details":{"year":"2023","genre":"Education",
            "release_date":"2023-02-01","rating":7.0,"duration":2700}}"#;
        let mut out = String::new();
        write(&mut out, 1, 40, &from_str(row).unwrap());
        let wanted = json!({
            "num": 1, "name": "Lab Talks", "title": "Lab Talks", "year": "2023", "stream_type": "series",
            "series_id": 301, "cover": "http://h/s301.jpg", "plot": "", "cast": "", "director": "",
            "genre": "Education", "releaseDate": "2023-02-01", "release_date": "2023-02-01",
            "last_modified": "1767225600", "rating": "7", "rating_5based": 3.5, "backdrop_path": [],
            "youtube_trailer": "", "episode_run_time": "45", "category_id": "40", "category_ids": [40],
        });
        assert_eq!(from_str::<Value>(&out).unwrap(), wanted);
    }
}
