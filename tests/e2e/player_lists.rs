//! The lists and categories of the player surface, whole, for a line that has one entry of each
//! kind. What a player may see is elsewhere.

use crate::guide::import_guide;
use crate::panel::{login, run};
use crate::shelf::{Shelf, UNCATEGORISED, merged, numbered};
use serde_json::{Value, json};

#[test]
fn the_lists_have_every_entry_with_every_field() {
    run(async {
        let shelf = Shelf::new().await;
        assert_eq!(shelf.document("get_live_streams").await, Value::from(shelf.live_streams()));
        assert_eq!(shelf.document("get_vod_streams").await, Value::from(shelf.movies()));
        assert_eq!(shelf.document("get_series").await, Value::from(shelf.series()));
    });
}

#[test]
fn categories_are_those_with_something_in_them_and_one_for_what_has_none() {
    run(async {
        let shelf = Shelf::new().await;
        let category =
            |id: u32, name: &str| json!({ "category_id": id.to_string(), "category_name": name, "parent_id": 0 });
        let [live, movie, series] = UNCATEGORISED;
        let (live, movie) = (category(live, "Uncategorised"), category(movie, "Uncategorised movies"));
        let series = category(series, "Uncategorised series");
        for (action, wanted) in [
            ("get_live_categories", json!([category(shelf.news, "Campus"), category(shelf.music, "Music"), live])),
            ("get_vod_categories", json!([category(shelf.films, "Films"), movie])),
            ("get_series_categories", json!([category(shelf.talks, "Talks"), series])),
        ] {
            assert_eq!(shelf.document(action).await, wanted, "{action}");
        }
        // Where everything has a category there is none for the rest, and where nothing is, none at all.
        let tidy = json!([{ "stream": shelf.live }, { "stream": shelf.movie }]);
        let tidy = shelf.tenant.record("bouquet", json!({ "name": "Tidy", "members": tidy })).await;
        let tidy = shelf.tenant.line(json!({ "bouquets": [tidy] })).await;
        for (action, wanted) in [
            ("get_live_categories", json!([category(shelf.news, "Campus")])),
            ("get_vod_categories", json!([category(shelf.films, "Films")])),
            ("get_series_categories", json!([])),
        ] {
            let path = format!("/player_api.php?{}&action={action}", login(&tidy));
            assert_eq!(shelf.tenant.json(&path).await, wanted, "{action}");
        }
    });
}

#[test]
fn a_category_of_a_list_selects_its_entries_also_the_one_of_those_without() {
    run(async {
        let shelf = Shelf::new().await;
        let lists = [
            ("get_live_streams", shelf.live_streams()),
            ("get_vod_streams", shelf.movies()),
            ("get_series", shelf.series()),
        ];
        for ((action, rows), none) in lists.iter().zip(UNCATEGORISED) {
            let mut wanted: Vec<u32> = vec![shelf.news, shelf.music, shelf.films, shelf.talks, none];
            wanted.push(999_999);
            for category in wanted {
                let holds = |row: &&Value| row["category_ids"].as_array().unwrap().contains(&json!(category));
                let shown = |row: &Value| merged(row.clone(), json!({ "category_id": category.to_string() }));
                let wanted = numbered(rows.iter().filter(holds).map(shown));
                assert_eq!(
                    shelf.document(&format!("{action}&category_id={category}")).await,
                    wanted,
                    "{action} {category}"
                );
            }
            // What is no category is all of them.
            for all in ["", "0", "abc", "-1"] {
                let document = shelf.document(&format!("{action}&category_id={all}")).await;
                assert_eq!(document, Value::from(rows.clone()), "{action} {all:?}");
            }
            assert_eq!(shelf.document(&format!("{action}&category_id={}", UNCATEGORISED[0] - 1)).await, json!([]));
        }
    });
}

#[test]
fn pages_are_cut_out_of_the_list_that_was_asked_for() {
    run(async {
        let shelf = Shelf::new().await;
        let rows = shelf.live_streams();
        for (query, wanted) in [
            ("&params[offset]=1&params[items_per_page]=2", &rows[1..3]),
            ("&params%5Boffset%5D=3", &rows[3..]),
            ("&params[items_per_page]=1", &rows[..1]),
            ("&offset=1&items_per_page=1", &rows[1..2]),
            ("&params[offset]=99", &[]),
            ("&params[offset]=x&params[items_per_page]=-1", &rows[..]),
        ] {
            let found = shelf.document(&format!("get_live_streams{query}")).await;
            assert_eq!(found, Value::from(wanted.to_vec()), "{query}");
        }
        let category = format!("get_live_streams&category_id={}", UNCATEGORISED[0]);
        let whole = shelf.document(&category).await;
        let whole = whole.as_array().unwrap();
        assert!(!whole.is_empty());
        let first = shelf.document(&format!("{category}&params[offset]=0&params[items_per_page]=1")).await;
        assert_eq!(first, Value::from(whole[..1].to_vec()), "its own entries are counted");
        let second = shelf.document("get_vod_streams&params[offset]=1").await;
        assert_eq!(second, Value::from(vec![shelf.movies()[1].clone()]));
    });
}

#[test]
fn numbers_and_a_misspelling_of_actions_are_the_actions() {
    run(async {
        let shelf = Shelf::new().await;
        import_guide(&shelf.tenant).await;
        let stream = format!("&stream_id={}", shelf.live);
        for (other, action) in [
            ("200", "get_vod_categories"),
            ("201", "get_live_categories"),
            ("202", "get_live_streams"),
            ("203", "get_vod_streams"),
            ("205", "get_short_epg"),
            ("206", "get_series_categories"),
            ("207", "get_simple_data_table"),
            ("208", "get_series"),
            ("get_simple_date_table", "get_simple_data_table"),
        ] {
            let document = shelf.document(&format!("{action}{stream}")).await;
            assert_eq!(shelf.document(&format!("{other}{stream}")).await, document, "{other}");
            let listed = document.as_array().or(document["epg_listings"].as_array()).unwrap();
            assert!(!listed.is_empty(), "{action}: {document}");
        }
    });
}
