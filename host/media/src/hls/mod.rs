//! HLS in and out: read as a source, cut from a channel, or handed on with rewritten addresses. Does not know sessions:
//! it seals what the floor above calls one.

use futures_util::StreamExt;
use host_core::port::{ByteStream, FetchError};

mod door;
mod pass;
mod proxy;
mod rewrite;
mod sealer;
mod segmenter;
mod source;
mod template;
mod window;

pub use pass::Pass;
pub(crate) use proxy::Proxy;
pub(crate) use sealer::Sealer;
pub(crate) use segmenter::Segmenter;
pub(crate) use source::open_source;

/// What every address in a playlist of ours begins with; session, target and a file name ending follow.
pub const HLS_PATH: &str = "/hls/";
/// Largest playlist that is read, in bytes.
const MAX_PLAYLIST: usize = 1 << 20;

/// Reads a playlist whole, or refuses one that is too long.
async fn read_text(mut body: ByteStream) -> Result<String, FetchError> {
    let mut text = Vec::new();
    while let Some(piece) = body.next().await {
        text.extend_from_slice(&piece?);
        if text.len() > MAX_PLAYLIST {
            return Err(FetchError::Broken("the playlist is too long".into()));
        }
    }
    // Titles come in any encoding, and nothing here depends on them. The mark that some editors put
    // before a text is not part of it.
    let text = String::from_utf8_lossy(&text);
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}
