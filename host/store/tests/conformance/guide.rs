//! The guide: built beside the one that is read, then switched.

use crate::panel::*;
use host_core::guide::{Build, GuideChannel, GuideSource, Programme};
use host_core::plan::Change;
use host_core::time::Unix;
use host_core::*;

fn source(id: u32) -> GuideSource {
    GuideSource::new(id, format!("guide {id}"), Unix(0))
}

fn build(id: u32, build: u32, title: &str) -> Change {
    let channel = GuideChannel { id: "one".into(), name: title.into(), icon: String::new() };
    let programme = |start: i64| Programme {
        id: 0,
        channel: "one".into(),
        start: Unix(start),
        stop: Unix(start + 10),
        title: title.into(),
        description: String::new(),
        language: "en".into(),
    };
    let programmes = vec![programme(20), programme(0), programme(10)];
    Change::Guide(GuideSourceId(id), Build(build), vec![channel], programmes)
}

fn titles(panel: &Panel<'_>, source: Option<u32>, from: i64, to: i64, limit: u32) -> Vec<(String, i64)> {
    let channels = vec!["one".into(), "none".into(), "one".into()];
    let source = source.map(GuideSourceId);
    let found = wait(panel.store.programmes(TENANT, source, channels, Unix(from), Unix(to), limit)).unwrap();
    found.into_iter().map(|p| (p.title, p.start.0)).collect()
}

fn switch(panel: &Panel<'_>, id: u32, build: u32) {
    let before = panel.get::<GuideSource>(GuideSourceId(id)).unwrap();
    panel.done([update(GuideSource { current: Build(build), latest: Build(build), ..before })]);
}

pub(crate) fn a_build_is_seen_only_after_the_switch(panel: &Panel<'_>) {
    panel.done([insert(source(1)), insert(source(2))]);
    panel.done([build(1, 1, "first")]);
    let generation = panel.store.guide_generation(TENANT);
    assert_eq!(titles(panel, None, 0, 100, 10), []);
    switch(panel, 1, 1);
    assert!(panel.store.guide_generation(TENANT) > generation);
    let first = |start| ("first".to_owned(), start);
    assert_eq!(titles(panel, None, 0, 100, 10), [first(0), first(10), first(20)]);
    assert_eq!(titles(panel, Some(1), 10, 20, 10), [first(10)], "ends after from, begins before to");
    assert_eq!(titles(panel, Some(1), 0, 100, 2), [first(0), first(10)]);
    assert_eq!(titles(panel, Some(2), 0, 100, 10), []);
    panel.done([build(1, 2, "second")]);
    assert_eq!(titles(panel, None, 0, 5, 10), [first(0)]);
    switch(panel, 1, 2);
    assert_eq!(titles(panel, None, 0, 5, 10), [("second".to_owned(), 0)]);
    let channels = wait(panel.store.guide_channels(TENANT)).unwrap();
    assert_eq!(channels.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["second"]);
    assert_eq!(wait(panel.store.build_size(TENANT, GuideSourceId(1), Build(2))).unwrap(), 3);
}

pub(crate) fn old_builds_are_pruned_in_pieces(panel: &Panel<'_>) {
    panel.done([insert(source(1)), build(1, 1, "old")]);
    switch(panel, 1, 1);
    panel.done([build(1, 2, "new")]);
    let under_way = panel.get::<GuideSource>(GuideSourceId(1)).unwrap();
    panel.done([update(GuideSource { latest: Build(2), ..under_way })]);
    let prune = || panel.done([Change::PruneGuide(GuideSourceId(1), 2)]).touched;
    assert_eq!(prune(), [0], "neither the build that is read nor the one that is made is touched");
    switch(panel, 1, 2);
    assert_eq!((prune(), prune(), prune()), (vec![2], vec![1], vec![0]));
    assert_eq!(wait(panel.store.build_size(TENANT, GuideSourceId(1), Build(1))).unwrap(), 0);
    assert_eq!(titles(panel, None, 0, 100, 10).len(), 3);
}
