//! A guide of 2,000 channels and two weeks, through the real door: it is made once, and neither making nor
//! sending it holds much of it. What is counted is what the allocator of this process has given out, so the test
//! has a process of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(missing_docs, dead_code, unreachable_pub, reason = "nobody outside reads these, and not all are used")]
#![allow(unsafe_code, reason = "an allocator that counts")]

#[path = "e2e/panel.rs"]
mod panel;
#[path = "e2e/visitor.rs"]
mod visitor;

use flate2::write::GzDecoder;
use host_core::guide::{GuideChannel, Programme};
use host_core::import::GuideItem;
use host_core::time::Unix;
use host_engine::Work;
use host_engine::import::GuideOptions;
use panel::{TestPanel, TestTenant, fields, id_of, login, run};
use reqwest::header::{CONTENT_LENGTH, HOST};
use serde_json::json;
use std::alloc::{GlobalAlloc, Layout, System};
use std::future::Future;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};

const CHANNELS: u32 = 2_000;
const DAYS: i64 = 14;
/// Programmes of two hours: the text is above the bound of a body in memory, and the test takes seconds.
const LENGTH: i64 = 7_200;

struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

impl Counting {
    fn more(size: usize) {
        let held = HELD.fetch_add(size, Ordering::Relaxed) + size;
        MOST.fetch_max(held, Ordering::Relaxed);
    }
}

// SAFETY: the system's allocator does the work; counting touches no memory of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Counting::more(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        unsafe { System.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // While it is moved there are both.
        Counting::more(size);
        let moved = unsafe { System.realloc(block, layout, size) };
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        moved
    }
}

/// The most that is held at once while something is done, beside what was held before.
async fn most_held<T>(done: impl Future<Output = T>) -> (usize, T) {
    let before = HELD.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let outcome = done.await;
    (MOST.load(Ordering::Relaxed) - before, outcome)
}

/// Channels with a guide, in a bouquet.
async fn furnish(tenant: &TestTenant) -> u32 {
    let mut members = Vec::new();
    for first in (1..=CHANNELS).step_by(500) {
        let made = tenant.panel.engine().act(tenant.system(), "test", async |work: &mut Work| {
            let mut made = Vec::new();
            for number in first..first + 500 {
                let stream = fields(json!({ "kind": "live", "name": format!("Channel {number}"),
                    "sources": [format!("test:{number}")], "guide_channel": format!("c{number}") }));
                made.push(id_of(&host_engine::record::create(work, "stream", &stream).await?));
            }
            Ok(made)
        });
        members.extend(made.await.unwrap().into_iter().map(|id| json!({ "stream": id })));
    }
    tenant.record("bouquet", json!({ "name": "Guided", "members": members })).await
}

async fn import(tenant: &TestTenant) {
    let now = tenant.panel.engine().clock().now().0;
    let description = "What it is about, at the length that guides have: ".repeat(6);
    let channel =
        |number| GuideChannel { id: format!("c{number}"), name: format!("Channel {number}"), icon: String::new() };
    let channels = (1..=CHANNELS).map(|number| GuideItem::Channel(channel(number)));
    let programmes = (1..=CHANNELS).flat_map(|number| {
        let description = &description;
        (0..DAYS * 86_400 / LENGTH).map(move |place| {
            GuideItem::Programme(Programme {
                id: 0,
                channel: format!("c{number}"),
                start: Unix(now + place * LENGTH),
                stop: Unix(now + (place + 1) * LENGTH),
                title: format!("Programme {place} of channel {number}"),
                description: description.clone(),
                language: "en".into(),
            })
        })
    });
    let items = channels.chain(programmes).map(|item| Ok(Ok(item)));
    let options = GuideOptions { source: "large".into(), dry_run: false };
    host_engine::import::guide(tenant.panel.engine(), tenant.system(), &options, items, |_| true).await.unwrap();
}

/// Downloads something, and passes it on as it comes; its length, which is what was said.
async fn download(tenant: &TestTenant, path: &str, mut to: impl Write) -> u64 {
    let request = tenant.panel.http.get(format!("{}{path}", tenant.panel.url)).header(HOST, &tenant.host);
    let mut answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let said: u64 = answer.headers()[CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
    let mut length = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        length += piece.len() as u64;
        to.write_all(&piece).unwrap();
    }
    assert_eq!(length, said);
    length
}

/// Counts bytes and the programmes that begin in them.
#[derive(Default)]
struct Read {
    bytes: u64,
    programmes: usize,
}

impl Write for Read {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.bytes += bytes.len() as u64;
        self.programmes += bytes.iter().filter(|byte| **byte == b'\n').count();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_guide_of_any_size_is_made_and_sent_in_little_memory() {
    run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let bouquet = furnish(&tenant).await;
        import(&tenant).await;
        let line = tenant.line(json!({ "bouquets": [bouquet] })).await;
        let path = format!("/xmltv.php?{}&next_days={DAYS}", login(&line));

        let mut text = Read::default();
        let (made, length) = most_held(download(&tenant, &path, &mut text)).await;
        assert!(length > 100 << 20, "the guide has {length} bytes");
        // Two lines a programme, one a channel, and four around them.
        let programmes = u64::from(CHANNELS) * (DAYS * 86_400 / LENGTH) as u64;
        assert_eq!(text.programmes as u64, 2 * programmes + u64::from(CHANNELS) + 4);
        assert!(made <= 32 << 20, "making and sending it held {made} bytes");

        let (mut unzipped, mut built) = (GzDecoder::new(Read::default()), 0);
        let archive = format!("{path}&gzip=1");
        let (sent, length) = most_held(download(&tenant, &archive, &mut unzipped)).await;
        assert!(length < text.bytes / 4, "the file has {length} bytes");
        let unzipped = unzipped.finish().unwrap();
        assert_eq!((unzipped.bytes, unzipped.programmes), (text.bytes, text.programmes));
        assert!(sent <= 32 << 20, "sending its file held {sent} bytes");
        for plugin in tenant.panel.panel.runtime.health(tenant.id) {
            if plugin.name == "playlist" {
                let calls = plugin.calls.unwrap();
                built += calls.answered;
                assert_eq!((calls.kept, calls.faults), (1, 0));
            }
        }
        assert_eq!(built, 1, "it was made once");
    });
}
