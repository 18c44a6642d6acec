//! The codings in which bodies leave the panel, made once for what is cached.

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// A content coding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coding {
    /// As it is.
    Identity,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// For what is cached: compressed once, sent often.
pub(crate) const KEPT_GZIP: u32 = 6;
const KEPT_ZSTD: i32 = 3;
/// For what is made for one request.
const PASSING_GZIP: u32 = 1;
const PASSING_ZSTD: i32 = 1;

/// A body in every coding. Codings that did not make it smaller are left out.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) identity: Bytes,
    pub(crate) gzip: Option<Bytes>,
    pub(crate) zstd: Option<Bytes>,
}

impl Encoded {
    /// Compresses a body; takes 10 ms for each MB or so.
    pub(crate) fn new(body: Vec<u8>) -> Encoded {
        let smaller = |coded: io::Result<Vec<u8>>| coded.ok().filter(|c| c.len() < body.len()).map(Bytes::from);
        let gzip = smaller(all(Encoder::gzip(KEPT_GZIP), &body));
        let zstd = smaller(Encoder::zstd(KEPT_ZSTD).and_then(|encoder| all(encoder, &body)));
        Encoded { identity: body.into(), gzip, zstd }
    }

    /// The body in a coding.
    pub(crate) fn get(&self, coding: Coding) -> Option<&Bytes> {
        match coding {
            Coding::Identity => Some(&self.identity),
            Coding::Gzip => self.gzip.as_ref(),
            Coding::Zstd => self.zstd.as_ref(),
        }
    }

    /// Bytes that it holds in memory.
    pub(crate) fn weight(&self) -> usize {
        let coded = [&self.gzip, &self.zstd].into_iter().flatten().map(Bytes::len).sum::<usize>();
        self.identity.len() + coded
    }
}

fn all(mut encoder: Encoder, body: &[u8]) -> io::Result<Vec<u8>> {
    encoder.write(body)?;
    encoder.end()
}

/// Compresses piece by piece.
pub(crate) enum Encoder {
    Gzip(Box<GzEncoder<Vec<u8>>>),
    Zstd(Box<zstd::stream::write::Encoder<'static, Vec<u8>>>),
}

impl Encoder {
    fn gzip(level: u32) -> Encoder {
        Encoder::Gzip(Box::new(GzEncoder::new(Vec::new(), Compression::new(level))))
    }

    fn zstd(level: i32) -> io::Result<Encoder> {
        Ok(Encoder::Zstd(Box::new(zstd::stream::write::Encoder::new(Vec::new(), level)?)))
    }

    /// For one request; none for identity.
    pub(crate) fn passing(coding: Coding) -> io::Result<Option<Encoder>> {
        Ok(match coding {
            Coding::Identity => None,
            Coding::Gzip => Some(Encoder::gzip(PASSING_GZIP)),
            Coding::Zstd => Some(Encoder::zstd(PASSING_ZSTD)?),
        })
    }

    /// Takes a piece in.
    pub(crate) fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        match self {
            Encoder::Gzip(encoder) => encoder.write_all(piece),
            Encoder::Zstd(encoder) => encoder.write_all(piece),
        }
    }

    /// What has come out so far.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(match self {
            Encoder::Gzip(encoder) => encoder.get_mut(),
            Encoder::Zstd(encoder) => encoder.get_mut(),
        })
    }

    /// The rest.
    pub(crate) fn end(self) -> io::Result<Vec<u8>> {
        match self {
            Encoder::Gzip(encoder) => encoder.finish(),
            Encoder::Zstd(encoder) => encoder.finish(),
        }
    }
}
