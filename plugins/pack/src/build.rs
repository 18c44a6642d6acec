//! Building all guests of the workspace with one cargo call for each target. It runs inside the host's build
//! script, so another cargo is already running: the nested one has a target folder and a
//! profile of its own, and none of the outer one's flags and wrappers.

use crate::folder::read;
use crate::pack::pack;
use crate::toolchain::{Target, provide};
use crate::{PackError, module};
use linecard_package::Manifest;
use std::path::{Path, PathBuf};
use std::process::Command;

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
    target: Target,
}

/// Builds and packs every plugin below `workspace_root/folder` (a folder with a `plugin.toml`, however deep), by name:
/// `plugins` are the shipped ones, `examples` the authors'. What a plugin is compiled for, its `Cargo.toml` says
/// (`[package.metadata.linecard] target`). `target_dir` is the guests' own target folder, `target/guests`; the packed
/// files are in `target_dir/components`. Files that did not change are not written again.
pub fn build_all(workspace_root: &Path, folder: &str, target_dir: &Path) -> Result<Vec<Packed>, PackError> {
    let mut guests = Vec::new();
    find(&workspace_root.join(folder), &mut guests)?;
    guests.sort_by(|a, b| a.name.cmp(&b.name));
    for target in Target::ALL {
        let packages: Vec<&str> =
            guests.iter().filter(|guest| guest.target == target).map(|guest| guest.package.as_str()).collect();
        if !packages.is_empty() {
            provide(workspace_root, target)?;
            compile(workspace_root, target_dir, target, &packages)?;
        }
    }
    let components = target_dir.join("components");
    std::fs::create_dir_all(&components).map_err(|source| PackError::Io { path: components.clone(), source })?;
    let wit_root = workspace_root.join("wit");
    guests.iter().map(|guest| pack_guest(guest, target_dir, &components, &wit_root)).collect()
}

fn pack_guest(guest: &Guest, target_dir: &Path, components: &Path, wit_root: &Path) -> Result<Packed, PackError> {
    let file = format!("{}.wasm", guest.package.replace('-', "_"));
    let compiled = target_dir.join(guest.target.triple()).join("guest").join(file);
    let code = std::fs::read(&compiled).map_err(|source| PackError::Io { path: compiled.clone(), source })?;
    let component = pack(&code, &guest.folder, wit_root)?;
    let pages = module::pages(&component).map_err(|reason| PackError::File { path: compiled, reason })?;
    let most = guest.target.most_pages();
    if pages > most {
        return Err(PackError::Pages { name: guest.name.clone(), pages, most });
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
    let target = target(&cargo).map_err(|reason| PackError::at(&folder, "Cargo.toml", reason))?;
    Ok(Guest { name: manifest.name, package, target, folder })
}

/// `package.metadata.linecard.target`; without one a guest is compiled for no WASI.
fn target(cargo: &toml::Table) -> Result<Target, String> {
    let inner = |value: &toml::Value, name: &str| value.get(name).cloned();
    let said = cargo.get("package").and_then(|package| inner(package, "metadata"));
    let said = said.and_then(|metadata| inner(&metadata, "linecard")).and_then(|own| inner(&own, "target"));
    let Some(said) = said else { return Ok(Target::Bare) };
    let known = Target::ALL.into_iter().find(|target| said.as_str() == Some(target.triple()));
    known.ok_or_else(|| {
        let known = Target::ALL.map(Target::triple).join(" or ");
        format!("package.metadata.linecard.target is {said}, and it must be {known}")
    })
}

fn compile(workspace_root: &Path, target_dir: &Path, target: Target, packages: &[&str]) -> Result<(), PackError> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(workspace_root);
    // What the outer cargo, clippy or a compiler cache set is for the host, not for the guests.
    for foreign in ["RUSTFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_TARGET"] {
        cargo.env_remove(foreign);
    }
    // Flags in `.cargo/config.toml` would be ignored here; this variable is not.
    cargo.env("CARGO_ENCODED_RUSTFLAGS", format!("-Clink-arg=-zstack-size={}", target.stack_bytes()));
    cargo
        .args(["build", "--locked", "--profile", "guest", "--target", target.triple(), "--target-dir"])
        .arg(target_dir);
    for package in packages {
        cargo.args(["-p", package]);
    }
    match cargo.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(PackError::Cargo(format!("{status}; its messages are above"))),
        Err(error) => Err(PackError::Cargo(format!("it does not run: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_guest_is_compiled_for_is_said_beside_its_package() {
        let said = |text: &str| target(&toml::from_str(text).unwrap());
        assert_eq!(said("[package]\nname = 'a'"), Ok(Target::Bare));
        assert_eq!(said("[package.metadata.linecard]\ntarget = 'wasm32-wasip2'"), Ok(Target::Wasi));
        let refused = said("[package.metadata.linecard]\ntarget = 'wasm32-wasip1'").unwrap_err();
        for part in ["package.metadata.linecard.target", "wasm32-wasip1", "wasm32-unknown-unknown or wasm32-wasip2"] {
            assert!(refused.contains(part), "{refused}");
        }
    }
}
