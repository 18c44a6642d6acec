//! How this surface shows a bouquet, and what of a request becomes one.

use linecard_sdk::Refusal;
use linecard_sdk::records::{Bouquet, Member};
use linecard_sdk::serde_json::Value;
use serde::Serialize;

#[derive(Serialize)]
pub(crate) struct BouquetRow {
    id: u32,
    bouquet_name: String,
    #[serde(flatten)]
    content: Content,
    /// How many it holds: of a long bouquet the lists have the first ones only.
    bouquet_counts: Counts,
    order: i32,
}

#[derive(Serialize)]
struct Counts {
    channels: u32,
    movies: u32,
    series: u32,
    radios: u32,
}

/// What a bouquet holds, by kind.
#[derive(Default, Serialize)]
struct Content {
    bouquet_channels: Vec<u32>,
    bouquet_movies: Vec<u32>,
    bouquet_series: Vec<u32>,
    bouquet_radios: Vec<u32>,
}

impl From<Bouquet> for BouquetRow {
    fn from(bouquet: Bouquet) -> BouquetRow {
        let of = |kind: &str| bouquet.counts.get(kind).copied().unwrap_or(0);
        let bouquet_counts = Counts {
            channels: of("live") + of("created_channel"),
            movies: of("movie"),
            series: of("series"),
            radios: of("radio"),
        };
        BouquetRow {
            id: bouquet.id,
            bouquet_name: bouquet.name,
            content: content(&bouquet.members.unwrap_or_default()),
            bouquet_counts,
            order: bouquet.position,
        }
    }
}

/// The one member that `{"stream":7}` or `{"series":3}` names.
pub(crate) fn member(field: &'static str, data: &Value) -> Result<Member, Refusal> {
    let (stream, series) = (data.get("stream").and_then(number), data.get("series").and_then(number));
    match (stream, series) {
        (Some(id), None) => Ok(Member::stream(id)),
        (None, Some(id)) => Ok(Member::series(id)),
        _ => Err(Refusal::field("invalid_input", field, format!("{field}: {{\"stream\":ID}} or {{\"series\":ID}}."))),
    }
}

fn content(members: &[Member]) -> Content {
    let mut content = Content::default();
    for member in members {
        if let Some(series) = member.series {
            content.bouquet_series.push(series);
        }
        let Some(stream) = member.stream else { continue };
        match member.kind.as_deref() {
            Some("movie") => content.bouquet_movies.push(stream),
            Some("radio") => content.bouquet_radios.push(stream),
            _ => content.bouquet_channels.push(stream),
        }
    }
    content
}

/// The members that a field names: channels first, then movies, series and radio.
pub(crate) fn members(field: &'static str, data: &Value) -> Result<Vec<Member>, Refusal> {
    let mut members = Vec::new();
    for key in ["stream", "movies", "series", "radios"] {
        let Some(ids) = data.get(key) else { continue };
        let ids = ids.as_array().ok_or_else(|| wrong(field, key))?;
        for id in ids {
            let id = number(id).ok_or_else(|| wrong(field, key))?;
            members.push(if key == "series" { Member::series(id) } else { Member::stream(id) });
        }
    }
    Ok(members)
}

/// An id as a number or, as old scripts send it, as text.
fn number(id: &Value) -> Option<u32> {
    let id = id.as_u64().or_else(|| id.as_str()?.parse().ok())?;
    u32::try_from(id).ok().filter(|id| *id > 0)
}

fn wrong(field: &'static str, key: &str) -> Refusal {
    Refusal::field("invalid_input", field, format!("{field}: {key} is a list of ids."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linecard_sdk::serde_json::{json, to_value};

    #[test]
    fn data_becomes_members_in_the_surfaces_order() {
        let data = json!({"radios": [9], "series": ["3"], "stream": [1, "2"], "movies": [7]});
        let wanted = [Member::stream(1), Member::stream(2), Member::stream(7), Member::series(3), Member::stream(9)];
        assert_eq!(members("bouquet_data", &data).unwrap(), wanted);
        for bad in [json!({"stream": 1}), json!({"stream": [0]}), json!({"series": ["x"]}), json!({"movies": [-1]})] {
            assert_eq!(members("bouquet_data", &bad).unwrap_err().field.as_deref(), Some("bouquet_data"), "{bad}");
        }
    }

    #[test]
    fn members_are_shown_by_kind() {
        let kind = |id, kind: &str| Member { kind: Some(kind.into()), ..Member::stream(id) };
        let members = vec![kind(1, "live"), kind(7, "movie"), Member::series(3), kind(9, "radio")];
        let counts = [("live", 1), ("created_channel", 1), ("movie", 1), ("series", 1), ("radio", 150_000)];
        let counts = counts.map(|(kind, count)| (kind.to_owned(), count)).into();
        let bouquet = Bouquet { id: 5, name: "All".into(), position: 2, members: Some(members), counts };
        let whole = json!({"id": 5, "bouquet_name": "All", "bouquet_channels": [1], "bouquet_movies": [7],
            "bouquet_series": [3], "bouquet_radios": [9], "order": 2,
            "bouquet_counts": {"channels": 2, "movies": 1, "series": 1, "radios": 150_000}});
        assert_eq!(to_value(BouquetRow::from(bouquet.clone())).unwrap(), whole);
        let empty = BouquetRow::from(Bouquet { members: None, ..bouquet });
        assert_eq!(to_value(empty).unwrap()["bouquet_channels"], json!([]));
    }
}
