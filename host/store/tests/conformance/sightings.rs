//! Soft state: the last word counts, and it goes with its thing.

use crate::panel::*;
use host_core::line::Line;
use host_core::object::Key;
use host_core::plan::Change;
use host_core::sighting::{MAX_SIGHTINGS, Seen, Sighting};
use host_core::time::Unix;
use host_core::*;

fn seen(key: Key, at: i64, agent: &str) -> Sighting {
    let facts = serde_json::json!({ "bitrate": at }).as_object().unwrap().clone();
    Sighting { key, seen: Seen { at: Unix(at), address: "192.0.2.1".into(), agent: agent.into(), facts } }
}

pub(crate) fn the_last_word_counts_and_goes_with_its_thing(panel: &Panel<'_>) {
    panel.done([insert(line(1, RESELLER)), insert(line(2, RESELLER))]);
    let [first, second, user, gone] =
        [Key::Line(LineId(1)), Key::Line(LineId(2)), Key::User(BELOW), Key::Line(LineId(9))];
    let read = || wait(panel.store.seen(TENANT, vec![first, second, user, gone])).unwrap();
    assert_eq!(read(), []);
    let version = panel.get::<Line>(LineId(1)).unwrap().version;
    let generation = panel.store.line_generation(TENANT, None);
    panel.done([Change::See(vec![seen(first, 5, "vlc"), seen(user, 6, "curl"), seen(gone, 7, "ghost")])]);
    panel.done([Change::See(vec![seen(first, 8, "kodi")])]);
    assert_eq!(read(), [(first, seen(first, 8, "kodi").seen), (user, seen(user, 6, "curl").seen)]);
    assert_eq!(panel.get::<Line>(LineId(1)).unwrap().version, version, "it is no change of the line");
    assert_eq!(panel.store.line_generation(TENANT, None), generation);
    panel.done([delete(&panel.get::<Line>(LineId(1)).unwrap())]);
    assert_eq!(read().len(), 1);
    let too_many = vec![seen(second, 1, ""); MAX_SIGHTINGS + 1];
    assert!(is_invalid(panel.commit(plan([Change::See(too_many)]))));
    assert_eq!(panel.verify(), []);
}
