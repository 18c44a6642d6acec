//! What a child says on its standard error: how far it is, and what it complains about.

use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Most of its complaints that is kept; the rest is read and thrown away.
pub(super) const COMPLAINT_BYTES: usize = 64 << 10;
/// A line that is longer is taken in parts.
const LINE: usize = 1 << 10;

/// How far a child is, by its own word.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub(crate) struct Progress {
    /// Pictures that it has made.
    pub(crate) frames: u64,
    /// Milliseconds of the stream that it has made.
    pub(crate) made_ms: u64,
    /// How fast it is: 1000 is as fast as the stream plays.
    pub(crate) speed_thousandths: u32,
}

impl Progress {
    /// Takes one line; whether it was one of progress.
    fn take(&mut self, line: &str) -> bool {
        let Some((name, value)) = line.split_once('=') else { return false };
        let value = value.trim();
        match name {
            "frame" => self.frames = value.parse().unwrap_or(self.frames),
            "out_time_us" => self.made_ms = value.parse::<u64>().map_or(self.made_ms, |us| us / 1_000),
            "speed" => {
                let speed = value.trim_end_matches('x').parse::<f64>().unwrap_or(0.0);
                self.speed_thousandths = (speed * 1_000.0) as u32;
            }
            "fps" | "bitrate" | "total_size" | "out_time_ms" | "out_time" | "dup_frames" | "drop_frames"
            | "progress" => {}
            stream => return stream.starts_with("stream_") && stream.ends_with("_q"),
        }
        true
    }
}

/// Reads to the end; gives the complaints, without addresses, which may hold credentials.
pub(super) async fn read(mut from: impl AsyncRead + Unpin, progress: &Mutex<Progress>) -> String {
    let (mut kept, mut line, mut piece) = (String::new(), Vec::new(), vec![0; 4 << 10]);
    let mut take = |line: &mut Vec<u8>| {
        let text = String::from_utf8_lossy(line);
        if !progress.lock().take(text.trim_end()) {
            let text = without_addresses(&text);
            let room = COMPLAINT_BYTES.saturating_sub(kept.len());
            kept.push_str(text.get(..text.floor_char_boundary(room.min(text.len()))).unwrap_or_default());
        }
        line.clear();
    };
    while let Ok(count @ 1..) = from.read(&mut piece).await {
        for byte in piece.iter().take(count) {
            line.push(*byte);
            if *byte == b'\n' || line.len() >= LINE {
                take(&mut line);
            }
        }
    }
    take(&mut line);
    kept
}

/// A text in which every word with an address in it is left out.
fn without_addresses(text: &str) -> String {
    let words = text.split_inclusive(char::is_whitespace);
    words.map(|word| if word.contains("://") { "(address) " } else { word }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn progress_is_told_from_complaints_and_addresses_are_left_out() {
        let said = "frame=75\nfps=25.0\nstream_0_0_q=28.0\nout_time_us=3000000\nspeed=1.5x\nprogress=continue\n\
                    [rtsp @ 0x1] rtsp://user:secret@h/a: refused\nInvalid data found\nframe=100\nlast words";
        let progress = Mutex::default();
        let complaint = read(said.as_bytes(), &progress).await;
        assert_eq!(complaint, "[rtsp @ 0x1] (address) refused\nInvalid data found\nlast words");
        assert_eq!(*progress.lock(), Progress { frames: 100, made_ms: 3_000, speed_thousandths: 1_500 });
    }
}
