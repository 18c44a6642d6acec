//! What the panel of this process logs, at its most talkative, as JSON lines for whoever listens.

use host_http::AboutRequest;
use std::io;
use std::sync::{Arc, LazyLock, Mutex, Weak};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The targets of the panel's own events; of what it is built on, the log has what is worth knowing.
const OWN: [&str; 3] = ["host_", "linecard", "access"];

/// Those who listen now; without one, lines are thrown away.
static LISTENERS: Mutex<Vec<Weak<Listener>>> = Mutex::new(Vec::new());

/// Installs the subscriber, once in this process. Whether there was one before: then nothing can be heard.
static INSTALLED: LazyLock<()> = LazyLock::new(|| {
    let own = OWN.map(|target| (target, LevelFilter::TRACE));
    let lines = tracing_subscriber::fmt::layer().json().map_event_format(AboutRequest::json).with_writer(ToListeners);
    let wanted = Targets::new().with_default(LevelFilter::INFO).with_targets(own);
    tracing_subscriber::registry().with(lines).with(wanted).try_init().expect("no other subscriber");
});

/// Gets every line that any tenant of this process causes, from its beginning to its end.
#[derive(Default)]
pub struct Listener(Mutex<Vec<String>>);

impl Listener {
    pub fn new() -> Arc<Listener> {
        LazyLock::force(&INSTALLED);
        let listener = Arc::new(Listener::default());
        let mut listeners = LISTENERS.lock().unwrap();
        listeners.retain(|other| other.strong_count() > 0);
        listeners.push(Arc::downgrade(&listener));
        listener
    }

    /// The lines since the last time, oldest first.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

struct ToListeners;

impl io::Write for ToListeners {
    /// Gets one whole line at a time.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        for listener in LISTENERS.lock().unwrap().iter().filter_map(Weak::upgrade) {
            listener.0.lock().unwrap().push(String::from_utf8_lossy(line).into_owned());
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for ToListeners {
    type Writer = ToListeners;

    fn make_writer(&'a self) -> ToListeners {
        ToListeners
    }
}
