//! Building all guests of the workspace with one cargo call. It runs inside the host's build
//! script, so another cargo is already running: the nested one has a target folder and a
//! profile of its own, and none of the outer one's flags and wrappers.

use crate::folder::read;
use crate::pack::{MOST_PAGES, pack};
use crate::toolchain::{GUEST_TARGET, provide};
use crate::{PackError, module};
use linecard_package::Manifest;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Rust has 1 MiB of stack by default, which alone is 16 pages to reset on every call. With this much, stack, data and
/// a heap that an ordinary call does not outgrow are one page.
const STACK_BYTES: u32 = 16 * 1_024;

/// A packed plugin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The manifest's name.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

struct Guest {
    folder: PathBuf,
    name: String,
    package: String,
}

/// Builds and packs every plugin below `workspace_root/folder` (a folder with a `plugin.toml`, however deep), by name:
/// `plugins` are the shipped ones, `examples` the authors'. `target_dir` is the guests' own target folder,
/// `target/guests`; the packed files are in `target_dir/components`. Files that did not change are not written again.
pub fn build_all(workspace_root: &Path, folder: &str, target_dir: &Path) -> Result<Vec<Packed>, PackError> {
    let mut guests = Vec::new();
    find(&workspace_root.join(folder), &mut guests)?;
    guests.sort_by(|a, b| a.name.cmp(&b.name));
    provide(workspace_root, GUEST_TARGET)?;
    compile(workspace_root, target_dir, &guests)?;
    let modules = target_dir.join(GUEST_TARGET).join("guest");
    let components = target_dir.join("components");
    std::fs::create_dir_all(&components).map_err(|source| PackError::Io { path: components.clone(), source })?;
    let wit_root = workspace_root.join("wit");
    guests.iter().map(|guest| pack_guest(guest, &modules, &components, &wit_root)).collect()
}

fn pack_guest(guest: &Guest, modules: &Path, components: &Path, wit_root: &Path) -> Result<Packed, PackError> {
    let module_path = modules.join(format!("{}.wasm", guest.package.replace('-', "_")));
    let module = std::fs::read(&module_path).map_err(|source| PackError::Io { path: module_path.clone(), source })?;
    let component = pack(&module, &guest.folder, wit_root)?;
    let pages = module::pages(&component).map_err(|reason| PackError::File { path: module_path, reason })?;
    if pages > MOST_PAGES {
        return Err(PackError::Pages { name: guest.name.clone(), pages, most: MOST_PAGES });
    }
    let path = components.join(format!("{}.wasm", guest.name));
    if std::fs::read(&path).ok().as_deref() != Some(&component) {
        replace(&path, &component).map_err(|source| PackError::Io { path: path.clone(), source })?;
    }
    Ok(Packed { name: guest.name.clone(), path })
}

/// Whoever reads the file meanwhile sees the old one or the new one, never half of it.
fn replace(path: &Path, component: &[u8]) -> std::io::Result<()> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    std::fs::write(&beside, component)?;
    std::fs::rename(&beside, path)
}

/// The plugins of a folder. One that owns a surface may have others in it, which answer families of its actions.
fn find(within: &Path, guests: &mut Vec<Guest>) -> Result<(), PackError> {
    let listing = |source| PackError::Io { path: within.into(), source };
    for entry in std::fs::read_dir(within).map_err(listing)? {
        let folder = entry.map_err(listing)?.path();
        if folder.is_dir() {
            find(&folder, guests)?;
            if folder.join("plugin.toml").is_file() {
                guests.push(guest(folder)?);
            }
        }
    }
    Ok(())
}

fn guest(folder: PathBuf) -> Result<Guest, PackError> {
    let manifest = Manifest::parse(&read(&folder.join("plugin.toml"))?)
        .map_err(|reason| PackError::at(&folder, "plugin.toml", reason))?;
    let cargo: toml::Table = toml::from_str(&read(&folder.join("Cargo.toml"))?)
        .map_err(|error| PackError::at(&folder, "Cargo.toml", error.to_string()))?;
    let package = cargo.get("package").and_then(|package| package.get("name")).and_then(|name| name.as_str());
    let package = package.ok_or_else(|| PackError::at(&folder, "Cargo.toml", "it names no package"))?.to_owned();
    Ok(Guest { name: manifest.name, package, folder })
}

fn compile(workspace_root: &Path, target_dir: &Path, guests: &[Guest]) -> Result<(), PackError> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace_root);
    // What the outer cargo, clippy or a compiler cache set is for the host, not for the guests.
    for foreign in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(foreign);
    }
    // Flags in `.cargo/config.toml` would be ignored here; this variable is not.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", format!("-Clink-arg=-zstack-size={STACK_BYTES}"));
    cargo.args(["build", "--locked", "--profile", "guest", "--target", GUEST_TARGET, "--target-dir"]).arg(target_dir);
    for guest in guests {
        cargo.args(["-p", &guest.package]);
    }
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(PackError::Cargo(format!("{status}; its messages are above"))),
        Err(error) => Err(PackError::Cargo(format!("it does not run: {error}"))),
    }
}
