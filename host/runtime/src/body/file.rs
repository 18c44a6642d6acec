//! Bodies in compressed files: written piece by piece while they are built, sent piece by piece from there.
//! However large one is, its build holds a megabyte of it, and a reader one piece.

use crate::limits::BODY_FILE_BYTES;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, spawn_blocking};

/// A guide shrinks to a tenth of its size at this level, three times as fast as at the usual one.
const GZIP: u32 = 4;
/// Pieces that wait for the compressor.
const WAITING: usize = 4;
const BUFFER: usize = 256 << 10;

/// The folder of a tenant's bodies. Files in it live as long as they are cached, and never longer than the process.
#[derive(Debug, Clone)]
pub(crate) struct Folder(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    next: AtomicU64,
    /// The names of those that something holds.
    held: Arc<Mutex<HashSet<OsString>>>,
}

impl Folder {
    /// Opens the folder, which is made in its parent when it is missing, and removes what an earlier process left
    /// in it; so it is opened once in a process. Blocks.
    pub(crate) fn open(path: PathBuf) -> io::Result<Folder> {
        // Not its parents: those of a tenant that was deleted must not come back.
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        let folder = Folder(Arc::new(Inner { path, next: AtomicU64::new(0), held: Arc::default() }));
        folder.sweep()?;
        Ok(folder)
    }

    fn create(&self) -> io::Result<(File, OnDisk)> {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        let name = OsString::from(format!("{number}.gz"));
        let path = self.0.path.join(&name);
        // Before it is there, so that no sweep comes between.
        self.0.held.lock().insert(name.clone());
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = file.inspect_err(|_| {
            self.0.held.lock().remove(&name);
        })?;
        Ok((file, OnDisk { path, name, held: Arc::clone(&self.0.held) }))
    }

    /// Removes what nothing holds: files that could not be removed when they were let go. How many bytes they had.
    /// Blocks.
    pub(crate) fn sweep(&self) -> io::Result<u64> {
        let mut freed = 0;
        for entry in std::fs::read_dir(&self.0.path)? {
            let entry = entry?;
            if self.0.held.lock().contains(&entry.file_name()) {
                continue;
            }
            let removed = entry.metadata().and_then(|file| std::fs::remove_file(entry.path()).map(|()| file.len()));
            match removed {
                Ok(bytes) => freed += bytes,
                // It was let go meanwhile.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(freed)
    }
}

/// Where a file is; dropping this removes it.
#[derive(Debug)]
struct OnDisk {
    path: PathBuf,
    name: OsString,
    held: Arc<Mutex<HashSet<OsString>>>,
}

impl Drop for OnDisk {
    fn drop(&mut self) {
        let (path, name, held) = (std::mem::take(&mut self.path), std::mem::take(&mut self.name), self.held.clone());
        let remove = move || {
            if let Err(error) = std::fs::remove_file(&path) {
                tracing::warn!(path = %path.display(), %error, "the file of a body cannot be removed");
            }
            held.lock().remove(&name);
        };
        // Freeing tens of megabytes of disk must not hold up a request's thread.
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

/// A body in a file of its own.
#[derive(Debug)]
pub(crate) struct Filed {
    file: OnDisk,
    /// Bytes of the file.
    pub(crate) length: u64,
    /// Bytes of the text in it.
    pub(crate) text: u64,
    /// SHA-256 of the file.
    pub(crate) digest: [u8; 32],
}

/// Why a body is not in its file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    #[error("the file of a body: {0}")]
    Io(#[from] io::Error),
    #[error("the file of a body would be larger than one may be")]
    TooLarge,
}

enum Piece {
    Text(Vec<u8>),
    End,
}

/// A file that is being written, on a thread that may wait for the disk. Dropped before its end, it leaves nothing.
pub(crate) struct Writer {
    pieces: mpsc::Sender<Piece>,
    written: JoinHandle<Result<Option<Filed>, FileError>>,
}

impl Writer {
    pub(crate) fn begin(folder: Folder) -> Writer {
        let (pieces, waiting) = mpsc::channel(WAITING);
        Writer { pieces, written: spawn_blocking(move || write(&folder, waiting)) }
    }

    /// Hands a piece over; waits while the compressor is behind.
    pub(crate) async fn write(&mut self, text: Vec<u8>) -> Result<(), FileError> {
        if self.pieces.send(Piece::Text(text)).await.is_ok() {
            return Ok(());
        }
        // It has stopped, and says why.
        (&mut self.written).await.map_err(io::Error::from)?.and(Err(FileError::Io(io::ErrorKind::BrokenPipe.into())))
    }

    /// The whole file.
    pub(crate) async fn end(self) -> Result<Filed, FileError> {
        // Where it has stopped already, the outcome says why.
        let _ = self.pieces.send(Piece::End).await;
        let written = self.written.await.map_err(io::Error::from)??;
        written.ok_or_else(|| FileError::Io(io::ErrorKind::BrokenPipe.into()))
    }
}

fn write(folder: &Folder, mut pieces: mpsc::Receiver<Piece>) -> Result<Option<Filed>, FileError> {
    let (handle, file) = folder.create()?;
    let buffered = BufWriter::with_capacity(BUFFER, handle);
    let counted = Counted { to: buffered, length: 0, digest: Sha256::new() };
    let mut encoder = GzEncoder::new(counted, Compression::new(GZIP));
    let mut text = 0;
    loop {
        match pieces.blocking_recv() {
            // Nobody wants it any more.
            None => return Ok(None),
            Some(Piece::End) => break,
            Some(Piece::Text(piece)) => {
                text += piece.len() as u64;
                encoder.write_all(&piece)?;
                if encoder.get_ref().length > BODY_FILE_BYTES {
                    return Err(FileError::TooLarge);
                }
            }
        }
    }
    let Counted { mut to, length, digest } = encoder.finish()?;
    to.flush()?;
    Ok(Some(Filed { file, length, text, digest: digest.finalize().into() }))
}

/// Counts and digests what it passes on.
struct Counted<W> {
    to: W,
    length: u64,
    digest: Sha256,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes)?;
        let written_bytes = bytes.get(..written).unwrap_or_default();
        self.length += written as u64;
        self.digest.update(written_bytes);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A file that is being read, as it is or as the text in it. Blocks.
pub(crate) enum Reader {
    Coded(File),
    Text(Box<GzDecoder<BufReader<File>>>),
}

impl Filed {
    /// Opens it; `coded` reads the file as it is.
    pub(crate) fn open(&self, coded: bool) -> io::Result<Reader> {
        let file = File::open(&self.file.path)?;
        Ok(if coded {
            Reader::Coded(file)
        } else {
            Reader::Text(Box::new(GzDecoder::new(BufReader::with_capacity(BUFFER / 4, file))))
        })
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Reader::Coded(file) => file.read(into),
            Reader::Text(decoder) => decoder.read(into),
        }
    }
}
