//! `linecard:guide`: the guide of what the calling line may watch.

use crate::capability::function::{HostFunction, Interface};
use crate::capability::verb;
use host_core::StreamId;
use host_core::time::Unix;
use host_engine::guide;

pub(crate) const INTERFACE: Interface =
    Interface { name: "linecard:guide/guide", version: "0.1.0", functions: FUNCTIONS };

const FUNCTIONS: &[HostFunction] = &[
    verb!("programmes", Guide, |call, stream: u32, from: u32, to: u32, limit: u32| {
        guide::programmes(&mut call.work, StreamId(stream), at(from), at(to), limit).await
    }),
    verb!("channels", Guide, |call| guide::channels(&mut call.work).await),
    verb!("channel-programmes", Guide, |call, channel: String, from: u32, to: u32| {
        guide::channel_programmes(&mut call.work, &channel, at(from), at(to)).await
    }),
];

fn at(seconds: u32) -> Unix {
    Unix(i64::from(seconds))
}
