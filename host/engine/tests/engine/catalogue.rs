//! Lists and guide of a line: what it has, in the order of its bouquets, and nothing else.

use crate::panel::{Panel, map};
use host_core::caller::Caller;
use host_core::guide::{GuideChannel, Programme};
use host_core::import::GuideItem;
use host_core::time::Unix;
use host_core::{BouquetId, SeriesId, StreamId};
use host_engine::import::{GuideOptions, guide as import_guide};
use host_engine::{Work, catalogue, guide, line, record};
use serde_json::{Value, json};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A line with both bouquets, the second one first, and the first stream in a category.
async fn viewer(panel: &Panel) -> Caller {
    let id = panel.line("guest", 1).await;
    let verb = async |work: &mut Work| {
        let category = record::create(work, "category", &map(json!({ "name": "News \"24\"" }))).await?;
        let fields = json!({ "categories": [category["id"]], "notes": "secret-note", "guide_channel": "c1",
            "guide_offset": 60, "archive_days": 3 });
        record::edit(work, "stream", panel.streams[0], &map(fields)).await?;
        let bouquets = map(json!({ "bouquets": [panel.bouquets[1], panel.bouquets[0]] }));
        line::edit(work, id, &bouquets).await
    };
    panel.engine.act(panel.admin.clone(), "set up", verb).await.unwrap();
    panel.sign_in("guest", "secret-1").await.unwrap().caller
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_has_the_lines_streams_in_the_order_of_its_bouquets() {
    let panel = Panel::new().await;
    let caller = viewer(&panel).await;
    let verb = async |work: &mut Work| {
        let mut listing = catalogue::open(work, "live", 0).await?;
        assert_eq!(listing.total(), 2);
        let first = listing.next(work, 1).await?;
        let rest = listing.next(work, 1_000).await?;
        assert_eq!(listing.next(work, 10).await?, "[]");
        let mut skipped = catalogue::open(work, "live", 0).await?;
        skipped.skip(1);
        assert_eq!(skipped.next(work, 10).await?, rest);
        assert_eq!(catalogue::open(work, "movie", 0).await?.total(), 0);
        Ok((parsed(&first), parsed(&rest), rest))
    };
    let (first, rest, text) = panel.engine.act(caller, "list", verb).await.unwrap();
    assert_eq!((first[0]["id"].clone(), rest[0]["id"].clone()), (json!(panel.streams[1]), json!(panel.streams[0])));
    assert_eq!(
        (rest[0]["category_name"].as_str(), first[0]["category_name"].as_str()),
        (Some("News \"24\""), Some(""))
    );
    assert!(!text.contains("secret-note") && !text.contains("test:"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_entry_is_opened_only_when_the_line_has_it_and_it_is_of_the_list() {
    let panel = Panel::new().await;
    let caller = viewer(&panel).await;
    let make = async |work: &mut Work| {
        let own = record::create(work, "series", &map(json!({ "name": "Own" }))).await?["id"].clone();
        let other = record::create(work, "series", &map(json!({ "name": "Of others" }))).await?["id"].clone();
        for (series, season, number, enabled) in
            [(&own, 2, 1, true), (&own, 1, 2, true), (&own, 1, 1, true), (&own, 3, 1, false), (&other, 1, 1, true)]
        {
            let place = json!({ "series": series, "season": season, "number": number });
            let episode = json!({ "kind": "episode", "name": "E", "episode_of": place, "enabled": enabled });
            record::create(work, "stream", &map(episode)).await?;
        }
        let film =
            record::create(work, "stream", &map(json!({ "kind": "movie", "name": "Film" }))).await?["id"].clone();
        Ok([own, other, film].map(|id| u32::try_from(id.as_u64().unwrap()).unwrap()))
    };
    let [own, other, film] = panel.engine.act(panel.admin.clone(), "make", make).await.unwrap();
    let put = async |work: &mut Work| {
        let members = json!({ "add": [{ "series": own }] });
        record::edit_members(work, BouquetId(panel.bouquets[0]), &map(members)).await
    };
    panel.engine.act(panel.admin.clone(), "put", put).await.unwrap();
    let live = panel.streams[0];
    let verb = async |work: &mut Work| {
        let mut found = Vec::new();
        for (list, id) in
            [("series", own), ("series", other), ("series", film), ("movie", film), ("movie", live), ("live", live)]
        {
            found.push(catalogue::open_one(work, list, id).await?.total());
        }
        let mut episodes = catalogue::open_episodes_of(work, SeriesId(own)).await?;
        let none = catalogue::open_episodes_of(work, SeriesId(other)).await?.total();
        Ok((found, none, parsed(&episodes.next(work, 10).await?)))
    };
    let (found, none, episodes) = panel.engine.act(caller, "open", verb).await.unwrap();
    assert_eq!((found, none), (vec![1, 0, 0, 0, 0, 1], 0));
    let places =
        episodes.as_array().unwrap().iter().map(|row| (&row["episode_of"]["season"], &row["episode_of"]["number"]));
    assert_eq!(places.collect::<Vec<_>>(), [(&json!(1), &json!(1)), (&json!(1), &json!(2)), (&json!(2), &json!(1))]);
    let refused = panel.engine.act(panel.admin.clone(), "open", async |work: &mut Work| {
        catalogue::open_one(work, "live", live).await.map(|listing| listing.total())
    });
    assert!(refused.await.is_err(), "only a line has a catalogue");
}

#[tokio::test(flavor = "multi_thread")]
async fn categories_are_those_in_which_the_line_has_something() {
    let panel = Panel::new().await;
    let caller = viewer(&panel).await;
    let empty = map(json!({ "name": "Empty" }));
    let verb = async |work: &mut Work| record::create(work, "category", &empty).await;
    panel.engine.act(panel.admin.clone(), "create", verb).await.unwrap();
    let verb = async |work: &mut Work| catalogue::categories(work, "live").await;
    let seen = parsed(&panel.engine.act(caller.clone(), "categories", verb).await.unwrap());
    assert_eq!(seen.as_array().unwrap().len(), 1);
    let category = u32::try_from(seen[0]["id"].as_u64().unwrap()).unwrap();
    let verb = async |work: &mut Work| Ok(catalogue::open(work, "live", category).await?.total());
    assert_eq!(panel.engine.act(caller, "open", verb).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn programmes_come_with_the_streams_offset_and_only_for_what_the_line_has() {
    let panel = Panel::new().await;
    let caller = viewer(&panel).await;
    let programme = |number: i64| {
        let (start, stop) = (Unix(number * 3_600), Unix((number + 1) * 3_600));
        let (title, description, language) = (format!("P{number}"), String::new(), String::new());
        GuideItem::Programme(Programme { id: 0, channel: "c1".into(), start, stop, title, description, language })
    };
    let channel = GuideItem::Channel(GuideChannel { id: "c1".into(), name: "One".into(), icon: String::new() });
    let items = std::iter::once(channel).chain((10..20).map(programme)).map(|item| Ok(Ok(item)));
    let options = GuideOptions { source: "epg".into(), dry_run: false };
    let system = Caller::system(panel.tenant, "t");
    import_guide(&panel.engine, system, &options, items, |_| true).await.unwrap();
    let [one, two] = panel.streams.map(StreamId);
    let verb = async |work: &mut Work| {
        let (from, to) = (Unix(12 * 3_600), Unix(14 * 3_600));
        let own = guide::programmes(work, one, from, to, 0).await?;
        let none = guide::programmes(work, two, from, to, 0).await?;
        let channels = guide::channels(work).await?;
        let by_channel = guide::channel_programmes(work, "c1+60", from, to).await?;
        assert_eq!(own, by_channel);
        Ok((parsed(&own), parsed(&none), parsed(&channels)))
    };
    let (own, none, channels) = panel.engine.act(caller, "guide", verb).await.unwrap();
    // An hour later than the guide says: what is shown at 12 is the programme of 11.
    assert_eq!(
        (own["programmes"][0]["title"].as_str(), own["programmes"][0]["start"].as_i64()),
        (Some("P11"), Some(43_200))
    );
    assert_eq!((own["programmes"].as_array().unwrap().len(), own["archive_days"].as_u64()), (2, Some(0)));
    assert_eq!(none, json!({ "archive_days": 0, "programmes": [] }));
    // Its own times, and those of its channel for players that move them by themselves.
    let named = |id: &str, name: &str| json!({ "id": id, "name": name, "icon": "", "archive_days": 0 });
    assert_eq!(channels, json!([named("c1+60", "one"), named("c1", "One")]));
}
