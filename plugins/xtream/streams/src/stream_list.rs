//! `stream/list`: what can be played, by number and name.

use crate::each_stream::each_stream;
use crate::parameters::StreamList;
use linecard_sdk::body::Body;
use linecard_sdk::records::Record;
use linecard_sdk::serde::Deserialize;
use linecard_sdk::{Call, Refusal, Reply, json, reply};

#[derive(Deserialize)]
#[serde(crate = "linecard_sdk::serde")]
struct Named {
    id: u32,
    name: String,
}

impl Record for Named {
    const KIND: &'static str = "stream";
}

pub(crate) fn stream_list(_: Call<StreamList>) -> Result<Reply, Refusal> {
    let mut body = Body::new();
    body.text.push('[');
    let mut is_first = true;
    each_stream(&["name"], |stream: Named| {
        if !std::mem::take(&mut is_first) {
            body.text.push(',');
        }
        body.text.push_str("{\"id\":");
        json::quoted(&mut body.text, stream.id);
        body.text.push_str(",\"stream_name\":");
        push_escaped(&mut body.text, &stream.name);
        body.text.push('}');
        body.flush_when_full()
    })?;
    body.text.push(']');
    body.flush()?;
    reply::body()
}

/// A text of JSON in which slashes are written as PHP writes them.
fn push_escaped(text: &mut String, name: &str) {
    let begin = text.len();
    json::text(text, name);
    if name.contains('/') {
        let escaped = text.split_off(begin).replace('/', "\\/");
        text.push_str(&escaped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_are_written_as_php_writes_them() {
        let mut text = "[".to_owned();
        push_escaped(&mut text, "News 24/7 \"live\"");
        assert_eq!(text, "[\"News 24\\/7 \\\"live\\\"\"");
    }
}
