//! The static files of a plugin: pages, scripts, pictures. They are part of its file, and sent without asking the guest.

use bytes::Bytes;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Read;

/// Most bytes of all files together.
const MAX_BYTES: usize = 4 << 20;
/// Most files.
const MAX_FILES: usize = 512;

/// The types of files, by the end of their names. What is not listed is not packed.
const TYPES: [(&str, &str); 15] = [
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("gif", "image/gif"),
    ("html", "text/html; charset=utf-8"),
    ("ico", "image/x-icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", "application/json"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("txt", "text/plain; charset=utf-8"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff2", "font/woff2"),
];

/// The page of a folder.
const INDEX: &str = "index.html";

/// One file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its bytes.
    pub bytes: Bytes,
    /// Its type.
    pub content_type: &'static str,
    /// A tag that changes with its bytes, without quotation marks.
    pub etag: String,
}

/// The files of a plugin, by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assets(BTreeMap<String, Asset>);

impl Assets {
    /// Reads a tar archive.
    ///
    /// # Errors
    /// For what is not one, for more than 512 files or 4 MiB, and for a file of a type that is not sent.
    pub(crate) fn read(archive: &[u8]) -> Result<Assets, String> {
        let broken = |error: std::io::Error| format!("they cannot be read: {error}");
        let (mut files, mut left) = (BTreeMap::new(), MAX_BYTES);
        for entry in tar::Archive::new(archive).entries().map_err(broken)? {
            let mut entry = entry.map_err(broken)?;
            if entry.header().entry_type() != tar::EntryType::Regular {
                return Err("only plain files are sent".into());
            }
            let path = entry.path().map_err(broken)?.to_string_lossy().into_owned();
            if !is_path(&path) {
                return Err(format!("{} is no plain path", path.escape_debug()));
            }
            let kind = TYPES.iter().find(|(end, _)| path.rsplit_once('.').is_some_and(|(_, found)| found == *end));
            let Some((_, content_type)) = kind else {
                let known: Vec<_> = TYPES.iter().map(|(end, _)| *end).collect();
                return Err(format!("{path} is of a type that is not sent; these are: {}", known.join(" ")));
            };
            let mut bytes = Vec::new();
            entry.by_ref().take(left as u64 + 1).read_to_end(&mut bytes).map_err(broken)?;
            left = left.checked_sub(bytes.len()).ok_or_else(|| format!("they have more than {MAX_BYTES} bytes"))?;
            let digest = Sha256::digest(&bytes);
            let etag = hex::encode(digest.get(..16).unwrap_or(&digest));
            files.insert(path, Asset { bytes: bytes.into(), content_type, etag });
            if files.len() > MAX_FILES {
                return Err(format!("they are more than {MAX_FILES}"));
            }
        }
        Ok(Assets(files))
    }

    /// The file at a path; that of a folder is its `index.html`.
    pub fn at(&self, path: &str) -> Option<&Asset> {
        match path {
            "" => self.0.get(INDEX),
            path => self.0.get(path),
        }
    }

    /// Whether there are no files.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Visible characters that mean themselves in a path, and no step upwards.
fn is_path(path: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.bytes().all(is_plain) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(files: &[(&str, &[u8])]) -> Result<Assets, String> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            // As a file that somebody made by hand may have it.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            archive.append(&header, *bytes).unwrap();
        }
        Assets::read(&archive.into_inner().unwrap())
    }

    #[test]
    fn a_file_is_found_by_its_path_and_a_folder_by_its_page() {
        let assets = read(&[("index.html", b"<p>"), ("js/app.js", b"1")]).unwrap();
        assert_eq!(assets.at("").unwrap().content_type, "text/html; charset=utf-8");
        assert_eq!(&assets.at("js/app.js").unwrap().bytes[..], b"1");
        assert!(assets.at("js").is_none() && assets.at("js/../index.html").is_none());
        assert_ne!(assets.at("").unwrap().etag, assets.at("js/app.js").unwrap().etag);
    }

    #[test]
    fn what_is_too_much_or_no_plain_file_is_refused_by_name() {
        let wrong = |name: &str, bytes: &[u8]| read(&[(name, bytes)]).unwrap_err();
        assert!(wrong("../up.html", b"").contains("no plain path"));
        assert!(wrong("run.php", b"").contains("run.php") && wrong("run.php", b"").contains("woff2"));
        assert!(wrong("big.txt", &vec![0; MAX_BYTES + 1]).contains("more than"));
        assert!(Assets::read(&[1; 700]).is_err());
    }
}
