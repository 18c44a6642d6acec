//! The file of a plugin, version 1: what the packer writes and the host reads. Does not know descriptions or grants,
//! and runs nothing.
//!
//! A plugin file is a WebAssembly component with custom sections at its top level:
//!
//! | section | content |
//! | --- | --- |
//! | `linecard:actions` | the description, as JSON |
//! | `linecard:assets` | the static files, as a tar archive, where there are any |
//! | `linecard:plugin` | the papers; the last section of the file |
//!
//! The papers are a byte with the version of this format (1); 32 bytes, the SHA-256 of every byte of the file before
//! the section (before its id byte); and two texts, each after its length in four bytes, the least significant
//! first: `plugin.toml` in UTF-8, and the signatures, which may be empty. What is signed is the digest, so that
//! signatures can be added without packing anew.

mod manifest;
mod papers;
mod section;
pub mod wasi;

pub use manifest::{API, Capability, Collection, Manifest, SizeClass};
pub use papers::{FORMAT, NoPapers, Papers, opened, seal};
pub use section::{Section, append, at};

/// The section with the description.
pub const ACTIONS_SECTION: &str = "linecard:actions";
/// The section with the static files.
pub const ASSETS_SECTION: &str = "linecard:assets";
/// The last section, with the papers.
pub const PLUGIN_SECTION: &str = "linecard:plugin";
