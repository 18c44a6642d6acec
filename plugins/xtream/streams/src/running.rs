//! What runs where, and what is to.

use crate::each_stream::each_stream;
use linecard_sdk::records::{self, Document, Record, Stream};
use linecard_sdk::serde::Deserialize;
use linecard_sdk::{Refusal, Reply, node, reply};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Running {
    id: u32,
    servers: Vec<OnServer>,
}

#[derive(Deserialize)]
#[serde(crate = "linecard_sdk::serde")]
struct OnServer {
    server_id: u32,
    status: String,
}

impl Record for Running {
    const KIND: &'static str = "stream";
}

/// The streams that have this status on some server, each with those servers.
pub(crate) fn streams_that_are(status: &str) -> Result<Reply, Refusal> {
    let mut found = BTreeMap::new();
    each_stream(&["servers"], |stream: Running| {
        let servers = stream.servers.iter().filter(|server| server.status == status);
        let servers: Vec<u32> = servers.map(|server| server.server_id).collect();
        if !servers.is_empty() {
            found.insert(stream.id, servers);
        }
        Ok(())
    })?;
    // In PHP an empty array is a list.
    if found.is_empty() { reply::written("[]".into()) } else { reply::data(&found) }
}

/// Starts or stops streams, where the server is among those that are named.
pub(crate) fn run(word: &str, streams: Vec<u32>, servers: Option<Vec<u32>>) -> Result<Reply, Refusal> {
    let servers = servers.unwrap_or_default();
    if !servers.is_empty() && !servers.contains(&node::about()?.id) {
        return Err(Refusal::field("not_found", "servers", "There is no such server."));
    }
    for stream in streams {
        records::edit::<Stream>(stream, &Document::new().with("run", Some(word)))?;
    }
    reply::done()
}
