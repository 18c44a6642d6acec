//! Guides at addresses: opened, unpacked and parsed.

use crate::feed::{AHEAD, BATCH, Bytes, Feed, Piece, open_address, received};
use host_core::delivery::{SourceForm, source_form};
use host_core::import::{GuideItem, ImportError, LeftOut};
use host_core::port::{GuideFeed, GuideItems};
use host_core::source::Source;
use host_import::{Limits, Text, xmltv};
use host_media::open_below;
use std::io::Read;
use std::path::Path;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Sender};

type Item = Result<Result<GuideItem, LeftOut>, ImportError>;

impl GuideFeed for Feed {
    fn items(&self, source: &Source) -> GuideItems {
        let (sender, receiver) = mpsc::channel(AHEAD);
        match source_form(&source.url) {
            Some(SourceForm::File) => {
                let (folder, path) = (self.folder.clone(), source.url.clone());
                tokio::task::spawn_blocking(move || send(open_file(folder.as_deref(), &path), &sender));
            }
            _ => {
                let (outgoing, source) = (self.outgoing.clone(), source.clone());
                tokio::spawn(async move {
                    let body = open_address(outgoing, &source).await;
                    let (handle, stop) = (Handle::current(), sender.clone());
                    let bytes = body.map(|body| Bytes::new(body, handle, stop));
                    tokio::task::spawn_blocking(move || send(bytes, &sender));
                });
            }
        }
        Box::pin(received(receiver, Err))
    }
}

fn open_file(folder: Option<&Path>, url: &str) -> Result<std::fs::File, ImportError> {
    let missing = "there is no media folder; name one as root under [media]";
    let folder = folder.ok_or_else(|| ImportError::Io(missing.to_owned()))?;
    let path = url.strip_prefix("file:").unwrap_or(url);
    let (file, _) = open_below(folder, Path::new(path)).map_err(|error| ImportError::Io(error.to_string()))?;
    Ok(file)
}

/// Reads a guide to its end, as long as somebody takes what is read.
fn send(opened: Result<impl Read + Send + 'static, ImportError>, sender: &Sender<Piece<Item>>) {
    let text = opened.and_then(|bytes| Text::from_reader(bytes, Limits::default()));
    let sent = match text {
        Err(error) => sender.blocking_send(Piece::Items(vec![Err(error)])),
        Ok(text) => {
            let mut items = xmltv::items(text).peekable();
            let mut sent = Ok(());
            while sent.is_ok() && items.peek().is_some() {
                sent = sender.blocking_send(Piece::Items(items.by_ref().take(BATCH).collect()));
            }
            sent
        }
    };
    // Where nobody takes it any more, nobody waits for the end either.
    let _ = sent.and_then(|()| sender.blocking_send(Piece::End));
}
