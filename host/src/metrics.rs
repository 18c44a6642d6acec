//! What `/metrics` shows, in Prometheus text form: counters and durations that every floor notes in the process's
//! one recorder, and gauges that are read when someone asks.

use crate::panel::Panel;
use metrics::{counter, describe_counter, describe_gauge, gauge};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use std::sync::{Arc, LazyLock, Weak};
use std::time::Duration;

/// Upper bounds of the durations' buckets, in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// How often noted durations are put into their buckets; until then each takes 8 bytes.
const TIDY: Duration = Duration::from_secs(5);

/// The counter of leases that only the memory of the process holds.
const UNMIRRORED: &str = "linecard_leases_unmirrored_total";

/// The gauge of packets that the channels of now have lost.
const LOST: &str = "linecard_packets_lost";

/// The recorder of the process, installed at the first use.
static RECORDER: LazyLock<Result<PrometheusHandle, String>> = LazyLock::new(|| {
    let build = || -> Result<_, BuildError> { Ok(PrometheusBuilder::new().set_buckets(&BUCKETS)?.build_recorder()) };
    let recorder = build().map_err(|error| error.to_string())?;
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|error| error.to_string())?;
    describe_counter!(
        UNMIRRORED,
        "Leases that found no free slot in the lease mirror since the start; a crash of the process loses them."
    );
    describe_gauge!(LOST, "Packets of RTP sources that never came in time, of the channels that run now.");
    Ok(handle)
});

/// A function that writes the metrics of this moment. Call it within the async runtime.
pub(crate) fn install(panel: &Arc<Panel>) -> anyhow::Result<host_http::Metrics> {
    let handle = RECORDER.as_ref().map_err(|error| anyhow::anyhow!("metrics cannot be recorded: {error}"))?;
    let panel: Weak<Panel> = Arc::downgrade(panel);
    tokio::spawn(tidy(panel.clone(), handle));
    Ok(Arc::new(move || {
        if let Some(panel) = panel.upgrade() {
            read(&panel);
        }
        handle.render()
    }))
}

/// Keeps the recorder's memory bounded for as long as the panel is there.
async fn tidy(panel: Weak<Panel>, handle: &'static PrometheusHandle) {
    while panel.strong_count() > 0 {
        handle.run_upkeep();
        tokio::time::sleep(TIDY).await;
    }
}

fn read(panel: &Panel) {
    let media = panel.media.metrics();
    gauge!("linecard_channels").set(media.channels.len() as f64);
    gauge!("linecard_viewers").set(media.channels.iter().map(|channel| channel.viewers).sum::<usize>() as f64);
    gauge!(LOST).set(media.channels.iter().map(|channel| channel.lost).sum::<u64>() as f64);
    gauge!("linecard_connections").set(panel.engine.seats().total() as f64);
    counter!(UNMIRRORED).absolute(panel.engine.seats().unmirrored());
    gauge!("linecard_plugins_tripped").set(panel.runtime.tripped().len() as f64);
}
