//! What `/metrics` says of requests: how many of which kind ended how, and how long they took.

use axum::response::Response;
use metrics::{Counter, Histogram, counter, histogram};
use std::time::Duration;

/// Where a request led.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// Nowhere.
    None,
    /// To a surface of lines, or to media.
    Player,
    /// To a surface of people and their scripts.
    Panel,
}

impl Kind {
    const ALL: [Kind; 3] = [Kind::None, Kind::Player, Kind::Panel];

    const fn name(self) -> &'static str {
        match self {
            Kind::None => "none",
            Kind::Player => "player",
            Kind::Panel => "panel",
        }
    }
}

/// The metrics of one kind.
struct KindMetrics {
    ended: [Counter; 4],
    took: Histogram,
}

/// The metrics of all requests. They are looked up once: the recorder finds one by its name and
/// labels, which takes longer than to count.
pub(crate) struct RequestMetrics([KindMetrics; Kind::ALL.len()]);

impl RequestMetrics {
    /// In the recorder of the process, which is installed by now if there is to be one.
    pub(crate) fn new() -> RequestMetrics {
        RequestMetrics(Kind::ALL.map(|kind| {
            let (kind, classes) = (kind.name(), ["2xx", "3xx", "4xx", "5xx"]);
            KindMetrics {
                ended: classes.map(|class| counter!("linecard_http_requests_total", "kind" => kind, "status" => class)),
                took: histogram!("linecard_http_request_seconds", "kind" => kind),
            }
        }))
    }

    /// Counts a request that ended.
    pub(crate) fn answered(&self, kind: Kind, response: &Response, took: Duration) {
        let Some(metric) = self.0.get(kind as usize) else { return };
        let class = match response.status().as_u16() {
            200..300 => 0,
            300..400 => 1,
            400..500 => 2,
            _ => 3,
        };
        if let Some(counter) = metric.ended.get(class) {
            counter.increment(1);
        }
        metric.took.record(took.as_secs_f64());
    }
}
