//! Builds the shipped plugins as components and embeds them, so that the release is one file.
//! The rules of this nested build are in `plugins/pack`; nothing is built here for the host.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let root = manifest.parent().map(Path::to_path_buf).unwrap_or_default();
    for watched in ["plugins", "wit", "Cargo.lock", "Cargo.toml"] {
        println!("cargo:rerun-if-changed={}", root.join(watched).display());
    }
    let packed = match linecard_pack::build_all(&root, "plugins", &root.join("target/guests")) {
        Ok(packed) => packed,
        Err(error) => {
            // A build script's stderr is shown whole; a panic would bury the sentence.
            eprintln!("error: the shipped plugins could not be built: {error}");
            std::process::exit(1);
        }
    };
    let mut source = String::from("&[\n");
    for plugin in &packed {
        let _ = writeln!(
            source,
            "    host_runtime::Shipped {{ name: {:?}, bytes: include_bytes!({:?}) }},",
            plugin.name, plugin.path
        );
    }
    source.push_str("]\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("shipped.rs");
    if let Err(error) = fs::write(&out, source) {
        eprintln!("error: {} cannot be written: {error}", out.display());
        std::process::exit(1);
    }
}
