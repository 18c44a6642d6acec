//! The papers of a plugin file: its last section, by which the rest is known to be whole.

use crate::{PLUGIN_SECTION, append};
use sha2::{Digest, Sha256};

/// The version of the format.
pub const FORMAT: u8 = 1;
/// Largest `plugin.toml` in bytes.
const MANIFEST_BYTES: usize = 64 << 10;

/// The papers of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Papers<'a> {
    /// `plugin.toml`.
    pub manifest: &'a str,
    /// Signatures over the digest; empty where nobody has signed.
    pub signatures: &'a [u8],
}

/// Papers that cannot be read, or do not belong to their file.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoPapers {
    /// Cut off, or changed after it was packed.
    #[error("{0}")]
    Incomplete(&'static str),
    /// Of another version of the format.
    #[error("its format has version {0}; this host reads version 1")]
    Version(u8),
    /// The manifest is too long, or no text.
    #[error("{0}")]
    Manifest(String),
}

impl<'a> Papers<'a> {
    /// The papers in the content of the last section; `before` is every byte of the file before that section.
    ///
    /// # Errors
    /// When they are cut, of another version, or of another file.
    pub fn read(content: &'a [u8], before: &[u8]) -> Result<Papers<'a>, NoPapers> {
        let short = || NoPapers::Incomplete("its last section is too short");
        let (version, rest) = content.split_first().ok_or_else(short)?;
        if *version != FORMAT {
            return Err(NoPapers::Version(*version));
        }
        let (digest, rest) = rest.split_first_chunk::<32>().ok_or_else(short)?;
        if Sha256::digest(before).as_slice() != digest {
            return Err(NoPapers::Incomplete("its digest does not fit"));
        }
        let (manifest, rest) = text(rest).ok_or_else(short)?;
        let (signatures, rest) = text(rest).ok_or_else(short)?;
        if !rest.is_empty() {
            return Err(NoPapers::Incomplete("something follows its signatures"));
        }
        if manifest.len() > MANIFEST_BYTES {
            return Err(NoPapers::Manifest(format!("it has more than {MANIFEST_BYTES} bytes")));
        }
        let manifest = std::str::from_utf8(manifest).map_err(|_| NoPapers::Manifest("it is not UTF-8".into()))?;
        Ok(Papers { manifest, signatures })
    }
}

/// A file without its papers, and these.
///
/// # Errors
/// When it has none that are its own.
pub fn opened(file: &[u8]) -> Result<(&[u8], Papers<'_>), NoPapers> {
    const HEADER: usize = 8;
    let mut last = None;
    let mut begin = HEADER;
    while begin < file.len() {
        let section = crate::at(file, begin).ok_or(NoPapers::Incomplete("it ends within a section"))?;
        last = (section.name == Some(PLUGIN_SECTION)).then_some((begin, section.content));
        begin = section.end;
    }
    let (begin, content) = last.ok_or(NoPapers::Incomplete("its last section is missing"))?;
    let before = file.get(..begin).unwrap_or_default();
    Ok((before, Papers::read(content, before)?))
}

/// Ends a file with its papers: from here on it is whole.
pub fn seal(file: &mut Vec<u8>, manifest: &str) {
    let mut papers = vec![FORMAT];
    papers.extend_from_slice(&Sha256::digest(&*file));
    for text in [manifest.as_bytes(), &[]] {
        // A manifest is far below 4 GiB, and one that is not is refused by its length.
        papers.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
        papers.extend_from_slice(text);
    }
    append(file, PLUGIN_SECTION, &papers);
}

/// A text behind its length, and what follows it.
fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_le_bytes(*length) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_those_of_their_file_whole_and_of_this_version() {
        let mut file = b"\0asm\x0d\0\x01\0".to_vec();
        append(&mut file, "more", b"x");
        let component = file.clone();
        seal(&mut file, "name = 'a'");
        let (before, papers) = opened(&file).unwrap();
        assert_eq!((before, papers.manifest, papers.signatures), (&component[..], "name = 'a'", &[][..]));
        assert!(opened(&component).is_err() && opened(&file[..file.len() - 1]).is_err());
        let content = crate::at(&file, component.len()).unwrap().content.to_vec();
        assert!(matches!(Papers::read(&content, b"other"), Err(NoPapers::Incomplete(_))));
        for end in 0..content.len() {
            assert!(Papers::read(&content[..end], &component).is_err(), "cut at {end}");
        }
        let later = [&[2], &content[1..]].concat();
        assert_eq!(Papers::read(&later, &component), Err(NoPapers::Version(2)));
        let more = [&content[..], &[0]].concat();
        assert!(Papers::read(&more, &component).is_err());
    }
}
