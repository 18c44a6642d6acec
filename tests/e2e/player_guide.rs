//! The guide of a channel as players ask for it, whole: each field with its value and type.

use crate::guide::import_guide;
use crate::panel::{fields, login, run};
use crate::shelf::{Shelf, local, merged};
use serde_json::{Map, Value, json};

/// The guide's programmes of a channel that begin these hours after the running one, without ids.
/// The streams name no guide source, so the programmes are of none in particular.
fn programmes(channel: &str, running: i64, hours: std::ops::Range<i64>, table: Option<bool>) -> Vec<Value> {
    let title = |hour: i64| base64(&format!("{channel} <{hour}>"));
    hours
        .map(|hour| {
            let (start, stop) = (running + hour * 3_600, running + (hour + 1) * 3_600);
            let mut row = json!({ "epg_id": "0", "title": title(hour), "lang": "en", "start": local(start),
                "end": local(stop), "description": base64("Tea & talk"), "channel_id": channel,
                "start_timestamp": start.to_string(), "stop_timestamp": stop.to_string(), "stop": local(stop) });
            if let Some(archived) = table {
                let flags =
                    json!({ "now_playing": u8::from(hour == 0), "has_archive": u8::from(archived && hour < 0) });
                row = merged(row, flags);
            }
            row
        })
        .collect()
}

/// The rows without their ids, which are decimal text and differ.
fn without_ids(rows: &Value) -> Vec<Value> {
    let mut ids = Vec::new();
    let rows: Vec<_> = rows
        .as_array()
        .unwrap_or_else(|| panic!("no list: {rows}"))
        .iter()
        .map(|row| {
            let mut row: Map<String, Value> = fields(row.clone());
            let id = row.remove("id").unwrap();
            ids.push(id.as_str().unwrap_or_else(|| panic!("an id is text: {id}")).parse::<u64>().unwrap());
            Value::Object(row)
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len(), "each programme has an id of its own");
    rows
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |number: u32, place: u32| char::from(LETTERS[(number >> (18 - 6 * place) & 63) as usize]);
    let three = |bytes: &[u8]| {
        let number = (0..3).fold(0, |sum, at| sum << 8 | u32::from(*bytes.get(at).unwrap_or(&0)));
        (0..4).map(|place| if place > bytes.len() as u32 { '=' } else { letter(number, place) }).collect::<String>()
    };
    text.as_bytes().chunks(3).map(three).collect()
}

#[test]
fn now_and_next_of_one_channel_is_a_list_and_of_several_a_list_by_channel() {
    run(async {
        let shelf = Shelf::new().await;
        let running = import_guide(&shelf.tenant).await;
        let (live, created, loose) = (shelf.live, shelf.created, shelf.loose);
        let asked = async |query: &str| shelf.document(&format!("get_short_epg{query}")).await;
        let one = asked(&format!("&stream_id={live}")).await;
        assert_eq!(fields(one.clone()).len(), 1, "{one}");
        assert_eq!(without_ids(&one["epg_listings"]), programmes("c1", running, 0..3, None));
        let limited = asked(&format!("&stream_id={live}&limit=2")).await;
        assert_eq!(without_ids(&limited["epg_listings"]), programmes("c1", running, 0..2, None));
        for query in [
            format!("&stream_id={live},{created},{loose},999999"),
            format!("&stream_id[]={live}&stream_id[]={created}&stream_id[]={loose}&stream_id[]=999999"),
        ] {
            let several = fields(asked(&query).await["epg_listings"].clone());
            assert_eq!(several.len(), 4, "{query}: {several:?}");
            assert_eq!(without_ids(&several[&live.to_string()]), programmes("c1", running, 0..3, None));
            assert_eq!(without_ids(&several[&created.to_string()]), programmes("c2", running, 0..3, None));
            assert_eq!((&several[&loose.to_string()], &several["999999"]), (&json!([]), &json!([])));
        }
        let multi = fields(asked(&format!("&stream_id={live}&multi=1")).await["epg_listings"].clone());
        assert_eq!(without_ids(&multi[&live.to_string()]), programmes("c1", running, 0..3, None));
        for nothing in ["", "&stream_id=", "&stream_id=abc", "&stream_id=999999", &format!("&stream_id={loose}")] {
            assert_eq!(asked(nothing).await, json!({ "epg_listings": [] }), "{nothing:?}");
        }
    });
}

#[test]
fn the_table_of_a_channel_is_its_whole_guide_and_says_what_can_be_watched_again() {
    run(async {
        let shelf = Shelf::new().await;
        let running = import_guide(&shelf.tenant).await;
        let asked = async |query: &str| shelf.document(&format!("get_simple_data_table{query}")).await;
        let kept = asked(&format!("&stream_id={}", shelf.live)).await;
        assert_eq!(without_ids(&kept["epg_listings"]), programmes("c1", running, -2..3, Some(false)));
        let unkept = asked(&format!("&stream_id={}", shelf.created)).await;
        assert_eq!(without_ids(&unkept["epg_listings"]), programmes("c2", running, -2..3, Some(false)));
        for nothing in ["", "&stream_id=abc", "&stream_id=999999", &format!("&stream_id={}", shelf.radio)] {
            assert_eq!(asked(nothing).await, json!({ "epg_listings": [] }), "{nothing:?}");
        }
    });
}

#[test]
fn the_guide_with_bare_times_is_a_list_or_a_list_by_channel() {
    run(async {
        let shelf = Shelf::new().await;
        let running = import_guide(&shelf.tenant).await;
        let (live, created, loose) = (shelf.live, shelf.created, shelf.loose);
        let bare = |channel: &str, hours: std::ops::Range<i64>| {
            let rows = programmes(channel, running, hours, None).into_iter();
            let rows = rows.map(|row| {
                let time = |name: &str| row[name].as_str().unwrap().parse::<i64>().unwrap();
                json!({ "epg_id": "0", "title": row["title"], "lang": "en", "start": time("start_timestamp"),
                    "end": time("stop_timestamp"), "description": row["description"], "channel_id": channel })
            });
            rows.collect::<Vec<_>>()
        };
        let asked = async |query: &str| shelf.document(&format!("{}{query}", "get_epg")).await;
        assert_eq!(without_ids(&asked(&format!("&stream_id={live}")).await), bare("c1", -2..3));
        assert_eq!(without_ids(&asked(&format!("&stream_id={live}&from_now=1")).await), bare("c1", 0..3));
        let several = fields(asked(&format!("&stream_id={live},{created},{live},{loose},999999")).await);
        assert_eq!(several.len(), 4);
        assert_eq!(without_ids(&several[&live.to_string()]), bare("c1", -2..3));
        assert_eq!(without_ids(&several[&created.to_string()]), bare("c2", -2..3));
        assert_eq!((&several[&loose.to_string()], &several["999999"]), (&json!([]), &json!([])));
        let multi = fields(asked(&format!("&stream_id={live}&multi=1&from_now=1")).await);
        assert_eq!(without_ids(&multi[&live.to_string()]), bare("c1", 0..3));
        for nothing in
            ["", "&stream_id=", "&stream_id=abc", "&stream_id=999999", &format!("&stream_id={}", shelf.movie)]
        {
            assert_eq!(asked(nothing).await, json!([]), "{nothing:?}");
        }
        // Old apps ask the other door.
        let path = format!("/panel_api.php?{}&action=get_epg&stream_id={live}", login(&shelf.line));
        assert_eq!(without_ids(&shelf.tenant.json(&path).await), bare("c1", -2..3));
    });
}
