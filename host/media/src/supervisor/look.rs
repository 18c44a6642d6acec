//! What ffprobe finds in a file, or in the beginning of a transport stream.

use host_core::port::Content;

/// Reads its answer: `name=value` lines, those of a stream behind its `codec_name`.
pub(super) fn read(answer: &str) -> Content {
    let (mut content, mut name, mut kind) = (Content::default(), "", "");
    for (field, value) in answer.lines().filter_map(|line| line.trim().split_once('=')) {
        match field {
            "codec_name" => (name, kind) = (value, ""),
            "codec_type" => {
                kind = value;
                match kind {
                    "video" if content.video.is_empty() => name.clone_into(&mut content.video),
                    "audio" if content.audio.is_empty() => name.clone_into(&mut content.audio),
                    _ => kind = "another",
                }
            }
            "width" if kind == "video" => content.size.0 = value.parse().unwrap_or(0),
            "height" if kind == "video" => content.size.1 = value.parse().unwrap_or(0),
            "duration" => content.duration = value.parse::<f64>().map_or(0, |seconds| seconds.round() as u32),
            "avg_frame_rate" if kind == "video" => content.frame_rate = rate(value).unwrap_or(0),
            _ => {}
        }
    }
    content
}

/// `30000/1001`, rounded.
fn rate(text: &str) -> Option<u32> {
    let (over, under) = text.split_once('/')?;
    let (over, under): (u32, u32) = (over.parse().ok()?, under.parse().ok()?);
    over.checked_add(under / 2)?.checked_div(under)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_stream_of_each_sort_counts() {
        let answer = "codec_name=h264\ncodec_type=video\nwidth=1280\nheight=720\navg_frame_rate=30000/1001\n\
                      codec_name=aac\ncodec_type=audio\navg_frame_rate=0/0\n\
                      codec_name=mpeg2video\ncodec_type=video\nwidth=1\nheight=1\navg_frame_rate=1/1\nduration=61.7\n";
        let content = read(answer);
        assert_eq!((&*content.video, &*content.audio), ("h264", "aac"));
        assert_eq!((content.size, content.frame_rate, content.duration), ((1_280, 720), 30, 62));
        assert_eq!(read(""), Content::default());
    }
}
