//! A plugin file: one component with its description and manifest inside, whole or refused. Runs no guest code and
//! compiles nothing.
//!
//! The format is that of [`linecard_package`]; a file has at most 16 MiB. One that ends early has no papers, or papers
//! of another digest: it never becomes a plugin. Native code (a precompiled component) and core modules are refused.

use crate::assets::Assets;
use crate::inspect::{self, Inside};
use crate::log::one_line;
use crate::manifest;
use crate::package_error::{MAX_FILE, PackageError, QUOTED};
use bytes::Bytes;
use host_core::action::{DESCRIPTION_BYTES, Description};
use host_core::grant::{Function, Grant};
use linecard_package::{ACTIONS_SECTION, ASSETS_SECTION, Manifest, NoPapers, PLUGIN_SECTION, Papers};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::Arc;

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
        if description.surfaces.iter().any(|surface| surface.assets.is_some()) && assets.is_empty() {
            return Err(assets_refused(
                "a surface says where they are, and there are none: put them into assets/".into(),
            ));
        }
        let Inside { functions, largest_function } = inspect::look(&bytes)?;
        let mut asked = manifest::asks(&manifest, &functions).map_err(PackageError::Manifest)?;
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
            let section =
                linecard_package::at(bytes, at).ok_or(PackageError::Incomplete("it ends within a section"))?;
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
        let papers = Papers::read(content, bytes.get(..start).unwrap_or_default()).map_err(|error| match error {
            NoPapers::Incomplete(what) => PackageError::Incomplete(what),
            error => PackageError::Manifest(error.to_string()),
        })?;
        let manifest = Manifest::parse(papers.manifest);
        let manifest = manifest.and_then(|manifest| manifest::check(&manifest).map(|()| manifest));
        manifest.map_err(|reason| PackageError::Manifest(one_line(&reason, QUOTED)))
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
