//! What `/metrics` shows, in Prometheus text form: written by the exporter crate from gauges
//! that are read when someone asks.

use crate::panel::Panel;
use metrics::{Recorder, gauge, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;
use std::sync::{Arc, Weak};

/// A function that writes the figures of this moment.
pub(crate) fn install(panel: &Arc<Panel>) -> anyhow::Result<host_http::Metrics> {
    let recorder = PrometheusBuilder::new().build_recorder();
    let panel: Weak<Panel> = Arc::downgrade(panel);
    let handle = recorder.handle();
    anyhow::ensure!(handle.render().is_empty(), "the figures' recorder is already in use");
    let recorder = Arc::new(recorder);
    Ok(Arc::new(move || {
        if let Some(panel) = panel.upgrade() {
            with_local_recorder(recorder.as_ref() as &dyn Recorder, || read(&panel));
        }
        handle.render()
    }))
}

fn read(panel: &Panel) {
    let media = panel.media.figures();
    gauge!("linecard_channels").set(media.channels.len() as f64);
    gauge!("linecard_viewers").set(media.channels.iter().map(|channel| channel.viewers).sum::<usize>() as f64);
    gauge!("linecard_connections").set(panel.engine.seats().total() as f64);
    gauge!("linecard_plugins_tripped").set(panel.runtime.tripped().len() as f64);
}
