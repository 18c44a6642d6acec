//! The bytes of a body on their way out, piece by piece, from memory or from a file.

use crate::body::cached::CachedBody;
use crate::body::encode::Encoder;
use crate::body::file::Reader;
use crate::body::splice::{Fillings, Position};
use bytes::Bytes;
use futures_core::Stream;
use std::future::Future;
use std::io::{self, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::task::{JoinHandle, spawn_blocking};

/// Bytes of one piece: large enough that a reader is woken seldom, small enough to hold for each
/// slow one.
pub(crate) const PIECE: usize = 256 << 10;

/// The pieces of a body, about 256 KiB each but for the last. A piece from memory takes microseconds to make, or
/// milliseconds when it is compressed on the way; one from a file is read by a thread that may wait.
pub struct Pieces(Source);

enum Source {
    Plain(Plain),
    Coded(Plain, Option<Encoder>),
    File(Reading),
}

/// Bytes that are in memory.
pub(crate) enum Plain {
    Ready(std::vec::IntoIter<Bytes>),
    Template { cached: Arc<CachedBody>, fillings: Arc<Fillings>, place: Position },
}

/// A file between two pieces.
enum Reading {
    /// Not open yet, and whether it is wanted as it is.
    New(Arc<CachedBody>, bool),
    Reads(JoinHandle<io::Result<(Reader, Vec<u8>)>>),
    Rests(Reader),
    Ended,
}

impl Pieces {
    pub(crate) fn plain(plain: Plain) -> Pieces {
        Pieces(Source::Plain(plain))
    }

    pub(crate) fn coded(plain: Plain, encoder: Encoder) -> Pieces {
        Pieces(Source::Coded(plain, Some(encoder)))
    }

    /// Of a body in a file: the file as it is, or the text in it.
    pub(crate) fn file(cached: Arc<CachedBody>, coded: bool) -> Pieces {
        Pieces(Source::File(Reading::New(cached, coded)))
    }
}

impl Plain {
    /// Bytes in pieces; none of them is copied.
    pub(crate) fn ready(parts: Vec<Bytes>) -> Plain {
        let mut pieces = Vec::with_capacity(parts.len());
        for mut part in parts {
            while part.len() > PIECE {
                pieces.push(part.split_to(PIECE));
            }
            pieces.push(part);
        }
        Plain::Ready(pieces.into_iter())
    }

    fn next(&mut self) -> Option<Bytes> {
        match self {
            Plain::Ready(pieces) => pieces.find(|piece| !piece.is_empty()),
            Plain::Template { cached, fillings, place } => {
                let mut piece = Vec::with_capacity(PIECE + 1_024);
                cached.template()?.0.copy(place, fillings, &mut piece, PIECE);
                (!piece.is_empty()).then(|| piece.into())
            }
        }
    }
}

fn coded(plain: &mut Plain, encoder: &mut Option<Encoder>) -> io::Result<Option<Bytes>> {
    loop {
        let Some(running) = encoder else { return Ok(None) };
        let out = match plain.next() {
            Some(piece) => {
                running.write(&piece)?;
                running.take()
            }
            None => encoder.take().map(Encoder::end).transpose()?.unwrap_or_default(),
        };
        if !out.is_empty() {
            return Ok(Some(out.into()));
        }
    }
}

impl Reading {
    fn read(open: impl FnOnce() -> io::Result<Reader> + Send + 'static) -> Reading {
        // A little more room than a piece has: filled to the brim, it would grow to find its end. Made here and not by
        // the thread that reads: an allocator keeps what is freed for the thread that made it, and those threads are
        // many and come and go.
        let mut piece = Vec::with_capacity(PIECE + 32);
        Reading::Reads(spawn_blocking(move || {
            let mut reader = open()?;
            (&mut reader).take(PIECE as u64).read_to_end(&mut piece)?;
            Ok((reader, piece))
        }))
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            match std::mem::replace(self, Reading::Ended) {
                Reading::Ended => return Poll::Ready(None),
                Reading::New(cached, coded) => {
                    *self = Reading::read(move || cached.filed().ok_or(io::ErrorKind::NotFound)?.open(coded));
                }
                Reading::Rests(reader) => *self = Reading::read(move || Ok(reader)),
                Reading::Reads(mut reads) => {
                    let Poll::Ready(read) = Pin::new(&mut reads).poll(context) else {
                        *self = Reading::Reads(reads);
                        return Poll::Pending;
                    };
                    return Poll::Ready(match read.map_err(io::Error::from).flatten() {
                        Ok((_, piece)) if piece.is_empty() => None,
                        Ok((reader, piece)) => {
                            *self = Reading::Rests(reader);
                            Some(Ok(piece.into()))
                        }
                        Err(error) => Some(Err(error)),
                    });
                }
            }
        }
    }
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        Poll::Ready(match &mut self.0 {
            Source::Plain(plain) => plain.next().map(Ok),
            Source::Coded(plain, encoder) => coded(plain, encoder).transpose(),
            Source::File(reading) => ready!(reading.poll(context)),
        })
    }
}
