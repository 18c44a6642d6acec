//! A plugin file: one component with its description and manifest inside, whole or refused.
//! Runs no guest code and compiles nothing; knows nothing of grants or tenants.
//!
//! # The format
//!
//! A WebAssembly component of at most 16 MiB with custom sections at its top level:
//!
//! - `linecard:actions`: the description, as JSON of [`Description`];
//! - `linecard:assets`, where it has any: its static files, as a tar archive;
//! - `linecard:plugin`, the last section of the file: 32 bytes, the SHA-256 of every byte of the
//!   file before this section (before its id byte), then the text of `plugin.toml` in UTF-8.
//!
//! A file that ends early has no such last section, or one whose digest is another: it never
//! becomes a plugin. Native code (a precompiled component) and core modules are refused.

use crate::assets::Assets;
use crate::inspect::{self, Inside};
use crate::log::one_line;
use crate::manifest::Manifest;
use crate::package_error::{MAX_FILE, PackageError, QUOTED};
use bytes::Bytes;
use host_core::action::{DESCRIPTION_BYTES, Description};
use host_core::grant::{Function, Grant};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Largest `plugin.toml` in bytes.
const MANIFEST_BYTES: usize = 64 << 10;
/// Name of the section with the description.
pub const ACTIONS_SECTION: &str = "linecard:actions";
/// Name of the section with the static files.
pub const ASSETS_SECTION: &str = "linecard:assets";
/// Name of the last section, with digest and manifest.
pub const PLUGIN_SECTION: &str = "linecard:plugin";

/// A plugin file that was read and verified.
#[derive(Clone, Debug)]
pub struct Package {
    /// SHA-256 of the whole file.
    pub digest: [u8; 32],
    /// Who it is.
    pub manifest: Manifest,
    /// What it answers.
    pub description: Description,
    /// Its static files.
    pub assets: Arc<Assets>,
    /// What it asks for.
    pub asked: Grant,
    /// Bytes of its largest function.
    pub largest_function: usize,
    /// The file itself: the very bytes that were verified are the ones that get compiled.
    pub bytes: Bytes,
}

impl Package {
    /// Reads a plugin file.
    pub fn read(bytes: Bytes) -> Result<Package, PackageError> {
        if bytes.len() > MAX_FILE {
            return Err(PackageError::TooLarge(bytes.len()));
        }
        let sections = Sections::of(&bytes)?;
        let manifest = sections.manifest(&bytes)?;
        let description = sections.description()?;
        let assets = Arc::new(sections.assets.map_or(Ok(Assets::default()), Assets::read).map_err(assets_refused)?);
        let Inside { functions, largest_function } = inspect::look(&bytes)?;
        let mut asked = manifest.asks(&functions).map_err(PackageError::Manifest)?;
        asked.extend(&description.asks());
        let digest = Sha256::digest(&bytes).into();
        Ok(Package { digest, manifest, description, assets, asked, largest_function, bytes })
    }

    /// The digest in hex: the file's name in the content-addressed folder.
    pub fn digest_hex(&self) -> String {
        hex::encode(self.digest)
    }

    /// The functions it asks for.
    pub fn functions(&self) -> &BTreeSet<Function> {
        &self.asked.functions
    }
}

const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";
const MODULE: [u8; 8] = *b"\0asm\x01\0\0\0";
const CUSTOM: u8 = 0;

/// The custom sections at the top level of a component.
struct Sections<'a> {
    actions: Option<&'a [u8]>,
    assets: Option<&'a [u8]>,
    /// Where the last section begins, and its content when it is the plugin section.
    last: Option<(usize, &'a [u8])>,
}

impl<'a> Sections<'a> {
    fn of(bytes: &'a [u8]) -> Result<Sections<'a>, PackageError> {
        match bytes.first_chunk::<8>() {
            Some(&COMPONENT) => {}
            Some(&MODULE) => return Err(PackageError::NotComponent("a core module")),
            _ if bytes.starts_with(b"\x7fELF") => return Err(PackageError::NotComponent("native code")),
            _ => return Err(PackageError::NotComponent("something else")),
        }
        let mut found = Sections { actions: None, assets: None, last: None };
        let mut at = COMPONENT.len();
        while at < bytes.len() {
            let section = section(bytes, at).ok_or(PackageError::Incomplete("it ends within a section"))?;
            found.last = None;
            match section.name {
                Some(ACTIONS_SECTION) if found.actions.is_some() => {
                    return Err(PackageError::Description("there are two of them".into()));
                }
                Some(ACTIONS_SECTION) => found.actions = Some(section.content),
                Some(ASSETS_SECTION) if found.assets.is_some() => {
                    return Err(assets_refused("there are two sections of them".into()));
                }
                Some(ASSETS_SECTION) => found.assets = Some(section.content),
                Some(PLUGIN_SECTION) => found.last = Some((at, section.content)),
                _ => {}
            }
            at = section.end;
        }
        Ok(found)
    }

    fn manifest(&self, bytes: &[u8]) -> Result<Manifest, PackageError> {
        let (start, content) = self.last.ok_or(PackageError::Incomplete("its last section is missing"))?;
        let (digest, text) =
            content.split_first_chunk::<32>().ok_or(PackageError::Incomplete("its last section is too short"))?;
        let before = bytes.get(..start).unwrap_or_default();
        if Sha256::digest(before).as_slice() != digest {
            return Err(PackageError::Incomplete("its digest does not fit"));
        }
        let text = std::str::from_utf8(text).map_err(|_| PackageError::Manifest("it is not UTF-8".into()))?;
        if text.len() > MANIFEST_BYTES {
            return Err(PackageError::Manifest(format!("it has more than {MANIFEST_BYTES} bytes")));
        }
        Manifest::parse(text).map_err(|reason| PackageError::Manifest(one_line(&reason, QUOTED)))
    }

    fn description(&self) -> Result<Description, PackageError> {
        let json = self.actions.ok_or_else(|| PackageError::Description("there is none".into()))?;
        if json.len() > DESCRIPTION_BYTES {
            let message = format!("it has {} bytes; at most {DESCRIPTION_BYTES} are allowed", json.len());
            return Err(PackageError::Description(message));
        }
        let described = |reason: String| PackageError::Description(one_line(&reason, QUOTED));
        let description: Description = serde_json::from_slice(json).map_err(|error| described(error.to_string()))?;
        description.validate().map_err(described)?;
        Ok(description)
    }
}

fn assets_refused(reason: String) -> PackageError {
    PackageError::Assets(one_line(&reason, QUOTED))
}

struct Section<'a> {
    name: Option<&'a str>,
    content: &'a [u8],
    end: usize,
}

/// The section that begins at `at`: id byte, LEB128 size, content; a custom section's content
/// begins with its name.
fn section(bytes: &[u8], at: usize) -> Option<Section<'_>> {
    let id = *bytes.get(at)?;
    let (size, begin) = leb(bytes, at + 1)?;
    let end = begin.checked_add(size)?;
    let content = bytes.get(begin..end)?;
    if id != CUSTOM {
        return Some(Section { name: None, content, end });
    }
    let (length, name_begin) = leb(content, 0)?;
    let name = content.get(name_begin..name_begin.checked_add(length)?)?;
    let content = content.get(name_begin + length..)?;
    Some(Section { name: std::str::from_utf8(name).ok(), content, end })
}

/// An unsigned LEB128 of at most 32 bits, and where it ends.
fn leb(bytes: &[u8], mut at: usize) -> Option<(usize, usize)> {
    let mut value = 0u64;
    for shift in (0..35).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some((u32::try_from(value).ok()? as usize, at));
        }
    }
    None
}
