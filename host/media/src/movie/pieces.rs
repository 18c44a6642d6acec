//! The bytes of an open file, read straight into the pieces that are sent. What the page cache has is
//! read on the spot; only what the disk must be asked for goes to a thread that may wait.

use crate::served::Body;
use bytes::Bytes;
use futures_util::stream::try_unfold;
use rustix::fs::{Advice, fadvise};
use rustix::io::{Errno, ReadWriteFlags, preadv2};
use std::fs::File;
use std::io::{self, IoSliceMut};
use std::num::NonZeroU64;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// Largest piece, in bytes.
const PIECE_BYTES: u64 = 128 << 10;

struct Reading {
    file: Arc<File>,
    at: u64,
    left: u64,
}

/// The file's bytes from `first` on. A file that turns out shorter ends with an error, because its
/// length is said already.
pub(super) fn pieces(file: File, first: u64, count: u64) -> Body {
    // A hint; the bytes come without it too.
    let _ = fadvise(&file, first, NonZeroU64::new(count), Advice::Sequential);
    let reading = Reading { file: Arc::new(file), at: first, left: count };
    Box::pin(try_unfold(reading, |mut reading| async move {
        if reading.left == 0 {
            return Ok(None);
        }
        let piece = reading.piece().await?;
        if piece.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        reading.at += piece.len() as u64;
        reading.left -= piece.len() as u64;
        Ok(Some((piece, reading)))
    }))
}

impl Reading {
    async fn piece(&self) -> io::Result<Bytes> {
        let (at, mut buffer) = (self.at, vec![0; self.left.min(PIECE_BYTES) as usize]);
        match preadv2(&self.file, &mut [IoSliceMut::new(&mut buffer)], at, ReadWriteFlags::NOWAIT) {
            Ok(read) => {
                buffer.truncate(read);
                return Ok(buffer.into());
            }
            // It is not in memory, or the file system cannot tell.
            Err(Errno::AGAIN | Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {}
            Err(error) => return Err(error.into()),
        }
        let file = Arc::clone(&self.file);
        let read = tokio::task::spawn_blocking(move || {
            let read = file.read_at(&mut buffer, at)?;
            buffer.truncate(read);
            Ok(buffer.into())
        });
        read.await.map_err(io::Error::other)?
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::StreamExt;

    #[tokio::test]
    async fn the_bytes_asked_for_come_in_order_and_a_file_that_ends_early_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("film");
        let film: Vec<u8> = (0..400_000_u32).map(|n| (n % 251) as u8).collect();
        std::fs::write(&path, &film).unwrap();
        for (first, count) in [(0, 400_000), (0, 1), (100_000, 200_000), (399_999, 1), (5, 0)] {
            let mut body = pieces(File::open(&path).unwrap(), first, count);
            let mut read = Vec::new();
            while let Some(piece) = body.next().await {
                read.extend(piece.unwrap());
            }
            assert!(read == film[first as usize..(first + count) as usize], "{first} {count}");
        }
        let ends: Vec<_> = pieces(File::open(&path).unwrap(), 399_990, 20).collect().await;
        assert_eq!(ends[0].as_ref().unwrap().len(), 10);
        assert_eq!(ends[1].as_ref().unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        assert_eq!(ends.len(), 2);
    }
}
