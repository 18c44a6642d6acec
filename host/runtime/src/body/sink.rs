//! What a call writes of its body, chunk by chunk: into memory, or on into a file when its rule says so.

use crate::body::file::{FileError, Filed, Folder, Writer};
use crate::limits::{BODY_BYTES, BODY_TEXT_BYTES, Spent};
use crate::stop::Stop;
use host_core::port::StoreError;

/// A body that may go into a file stays in memory up to here, where every coding of it is at hand.
const IN_MEMORY: usize = 1 << 20;
/// What is handed to the compressor at once.
const PIECE: usize = 256 << 10;

/// A body that is being written.
#[derive(Default)]
pub(crate) struct Sink {
    /// What was not handed on.
    text: Vec<u8>,
    total: u64,
    written: bool,
    folder: Option<Folder>,
    writer: Option<Writer>,
}

/// A body that was written.
pub(crate) enum Written {
    Held(Vec<u8>),
    Filed(Filed),
}

impl Sink {
    /// A body that goes into a file of this folder when it becomes large.
    pub(crate) fn into_file(folder: Folder) -> Sink {
        Sink { folder: Some(folder), ..Sink::default() }
    }

    /// Takes a chunk in. Memory holds all of a body without a file, of another one what
    /// [`Sink::pass_on`] leaves.
    pub(crate) fn hold(&mut self, chunk: &[u8]) -> Result<(), Spent> {
        let (most, spent) = match self.folder {
            Some(_) => (BODY_TEXT_BYTES, Spent::BodyFile),
            None => (BODY_BYTES as u64, Spent::Body),
        };
        self.written = true;
        self.total += chunk.len() as u64;
        if self.total > most {
            return Err(spent);
        }
        self.text.extend_from_slice(chunk);
        Ok(())
    }

    /// Hands what is enough for a piece on to the file, and waits while that is behind.
    pub(crate) async fn pass_on(&mut self) -> Result<(), Stop> {
        let enough = if self.writer.is_some() { PIECE } else { IN_MEMORY };
        match &self.folder {
            Some(folder) if self.text.len() > enough => {
                let writer = self.writer.get_or_insert_with(|| Writer::begin(folder.clone()));
                for piece in self.text.chunks(PIECE) {
                    writer.write(piece.to_vec()).await?;
                }
                self.text.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Whether anything was written.
    pub(crate) fn is_written(&self) -> bool {
        self.written
    }

    /// A body that has no file; none when nothing was written.
    pub(crate) fn into_held(self) -> Option<Vec<u8>> {
        self.written.then_some(self.text)
    }

    /// The whole body.
    pub(crate) async fn end(mut self) -> Result<Written, Stop> {
        self.pass_on().await?;
        let Some(mut writer) = self.writer else { return Ok(Written::Held(self.text)) };
        if !self.text.is_empty() {
            writer.write(self.text).await?;
        }
        Ok(Written::Filed(writer.end().await?))
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Stop {
        match error {
            FileError::TooLarge => Stop::Spent(Spent::BodyFile),
            FileError::Io(error) => Stop::Ours(StoreError::Failed(format!("the file of a body: {error}")).into()),
        }
    }
}
