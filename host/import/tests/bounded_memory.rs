//! Large files made on the fly, read by a process of their own whose peak memory is looked at.
#![allow(clippy::unwrap_used)]
#![cfg(target_os = "linux")]

use host_import::{Limits, Text, m3u, xmltv};
use std::io::{Read, Result};

/// Writes numbered pieces into whoever reads, between a head and a tail.
struct Pieces<F> {
    next: u32,
    count: u32,
    piece: F,
    ready: Vec<u8>,
}

impl<F: Fn(u32) -> String> Pieces<F> {
    fn new(count: u32, piece: F) -> Pieces<F> {
        Pieces { next: 0, count, piece, ready: Vec::new() }
    }
}

impl<F: Fn(u32) -> String> Read for Pieces<F> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.ready.is_empty() && self.next < self.count {
            self.ready = (self.piece)(self.next).into_bytes();
            self.next += 1;
        }
        let read = self.ready.as_slice().read(buffer)?;
        self.ready.drain(..read);
        Ok(read)
    }
}

/// The most memory that this process ever held, in KiB.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

// One test, because peaks of tests that run side by side could not be told apart.
#[test]
fn memory_does_not_grow_with_the_file() {
    let before = peak();

    let programmes = 50_000;
    let guide = Pieces::new(programmes + 2, move |n| match n {
        0 => "<tv>".into(),
        n if n > programmes => "</tv>".into(),
        n => format!(
            "<programme channel='c{}' start='20260101{:02}{:02}{:02}' stop='20260102'><title>T{n}</title><desc>{}</desc></programme>",
            n % 900,
            n / 3_600 % 24,
            n / 60 % 60,
            n % 60,
            "d".repeat(300),
        ),
    });
    assert_eq!(xmltv::items(Text::from_reader(guide, Limits::default()).unwrap()).flatten().flatten().count(), 50_000);
    let guide_cost = peak() - before;
    assert!(guide_cost < 4 * 1024, "a guide of 20 MB took {guide_cost} KiB");

    let line = Pieces::new(400, |_| "x".repeat(100_000));
    assert_eq!(m3u::entries(Text::from_reader(line, Limits::default()).unwrap()).count(), 1);
    let line_cost = peak() - before;
    assert!(line_cost < 4 * 1024, "a line of 40 MB took {line_cost} KiB");

    let list = Pieces::new(600_000, |n| {
        format!("#EXTINF:-1 tvg-id=\"{n}\" group-title=\"G{}\",Name {n}\nhttp://h.example/live/u/p/{n}.ts\n", n % 500)
    });
    assert_eq!(m3u::entries(Text::from_reader(list, Limits::default()).unwrap()).flatten().flatten().count(), 600_000);
    // 600,000 digests in a table of 2^20 places, beside the half as large one that it grew from.
    let list_cost = peak() - before;
    assert!(list_cost < 24 * 1024, "a list of 600,000 entries took {list_cost} KiB");
}
