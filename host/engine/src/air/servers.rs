//! What a stream does on each of the servers, for its document.

use crate::Work;
use host_core::port::{AirStatus, OnAir};
use host_core::stream::{Stream, Wanted};
use serde_json::{Value, json};

/// The panel itself, which is the only server.
const SERVER: u32 = 1;

/// One entry for each server.
pub(crate) fn servers(work: &Work, stream: &Stream) -> Value {
    let tenant = work.caller().tenant;
    let on_air = work.engine().airing().and_then(|airing| airing.on_air(tenant, stream.id));
    let status = match (&on_air, stream.wanted) {
        (Some(OnAir { status: AirStatus::Playing, .. }), _) => "playing",
        (Some(OnAir { status: AirStatus::Starting, .. }), _) => "starting",
        (Some(OnAir { status: AirStatus::Down, .. }), _) => "down",
        (None, Wanted::Stopped) => "stopped",
        (None, Wanted::OnDemand | Wanted::Started) => "idle",
    };
    let on_air_now = on_air.is_some();
    let OnAir { began, pid, bitrate, source, clients, content, .. } = on_air.unwrap_or_default();
    let codecs = content.map(|content| {
        json!({ "video": content.video, "audio": content.audio, "width": content.size.0, "height": content.size.1,
            "fps": content.frame_rate })
    });
    let uptime = if on_air_now { work.now().0.saturating_sub(began.0).max(0) } else { 0 };
    json!([{
        "server_id": SERVER,
        "parent_id": null,
        "status": status,
        "started": on_air_now.then_some(began),
        "pid": pid,
        "bitrate": bitrate,
        "codecs": codecs,
        "current_source": source,
        "uptime_s": uptime,
        "clients": clients,
    }])
}
