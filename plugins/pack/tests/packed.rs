//! The packed files of the shipped plugins, built for real.
#![allow(clippy::unwrap_used)]

use linecard_pack::{build_all, pack};
use linecard_package::{ACTIONS_SECTION, Manifest, PLUGIN_SECTION, Papers};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wasmparser::{Instance, Parser, Payload, TypeRef, Validator};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn built() -> Vec<linecard_pack::Packed> {
    build_all(&root(), "plugins", &root().join("target/guests")).unwrap()
}

/// What is in a component.
#[derive(Default)]
struct Seen {
    /// Of the component itself.
    imports: BTreeSet<String>,
    /// Custom sections of the component itself: name, where it begins, data.
    sections: Vec<(String, usize, Vec<u8>)>,
    modules: usize,
    /// Those of modules; what only bundles functions is none.
    instances: usize,
    starts: usize,
    /// What modules import that is neither a function nor a memory.
    foreign: usize,
    memories: usize,
    pages: u64,
    /// The modules, by their order, that have data.
    with_data: Vec<usize>,
}

fn seen(component: &[u8]) -> Seen {
    let mut seen = Seen::default();
    let mut depth = 0;
    let mut end = 0;
    for payload in Parser::new(0).parse_all(component) {
        match payload.unwrap() {
            Payload::ModuleSection { .. } => (depth, seen.modules) = (depth + 1, seen.modules + 1),
            Payload::ComponentSection { .. } => depth += 1,
            Payload::InstanceSection(section) => {
                let instances = section.into_iter().map(Result::unwrap);
                seen.instances += instances.filter(|one| matches!(one, Instance::Instantiate { .. })).count();
            }
            Payload::StartSection { .. } | Payload::ComponentStartSection { .. } => seen.starts += 1,
            Payload::ImportSection(section) => {
                let types = section.into_imports().map(|import| import.unwrap().ty);
                seen.foreign += types.filter(|ty| !matches!(ty, TypeRef::Func(_) | TypeRef::Memory(_))).count();
            }
            Payload::DataSection(_) => seen.with_data.push(seen.modules - 1),
            Payload::End(at) => (depth, end) = (depth - 1, at),
            Payload::ComponentImportSection(section) if depth == 0 => {
                seen.imports.extend(section.into_iter().map(|import| import.unwrap().name.name.to_owned()));
            }
            Payload::MemorySection(section) => {
                seen.memories += section.count() as usize;
                seen.pages += section.into_iter().map(|memory| memory.unwrap().initial).sum::<u64>();
            }
            Payload::CustomSection(section) if depth == 0 => {
                // The section's id and size stand before its content.
                let content = section.range();
                let mut size = content.len();
                let mut begin = content.start - 2;
                while size >= 128 {
                    (size, begin) = (size >> 7, begin - 1);
                }
                seen.sections.push((section.name().to_owned(), begin, section.data().to_vec()));
            }
            _ => {}
        }
    }
    assert!(end > 0);
    seen
}

/// The names of the plugins in a folder and of their families below them, sorted.
fn described(folder: &Path, of: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()) {
        if entry.path().join("plugin.toml").is_file() {
            let name = format!("{of}{}", entry.file_name().to_string_lossy());
            names.extend(described(&entry.path(), &format!("{name}-")));
            names.push(name);
        }
    }
    names.sort();
    names
}

#[test]
fn every_shipped_plugin_is_one_small_component_with_its_papers_inside() {
    let packed = built();
    let names: Vec<_> = packed.iter().map(|plugin| plugin.name.as_str()).collect();
    assert_eq!(names, described(&root().join("plugins"), ""));
    assert!(names.len() > 9, "{names:?}");
    for plugin in &packed {
        let component = std::fs::read(&plugin.path).unwrap();
        let seen = seen(&component);
        assert_eq!((seen.memories, seen.pages), (1, 1), "{}: what is reset on every call", plugin.name);

        // `admin-lines` is the family in `admin/lines`.
        let folder = root().join("plugins").join(plugin.name.replace('-', "/"));
        let world = std::fs::read_to_string(folder.join("wit/world.wit")).unwrap();
        for import in seen.imports.iter().filter(|import| !import.starts_with("linecard:plugin/")) {
            assert!(world.contains(&format!("import {import};")), "{} imports {import}", plugin.name);
        }

        let (_, _, actions) = seen.sections.iter().find(|(name, ..)| name == ACTIONS_SECTION).unwrap();
        let description: host_core::action::Description = serde_json::from_slice(actions).unwrap();
        description.validate().unwrap();
        assert!(!description.actions.is_empty());

        let (name, begin, papers) = seen.sections.last().unwrap();
        assert_eq!(name, PLUGIN_SECTION);
        let papers = Papers::read(papers, &component[..*begin]).unwrap();
        let manifest = Manifest::parse(papers.manifest).unwrap();
        assert_eq!(manifest.name, plugin.name);
    }
}

#[test]
fn no_module_stands_between_a_shipped_plugin_and_the_host() {
    for plugin in built() {
        let component = std::fs::read(&plugin.path).unwrap();
        Validator::new().validate_all(&component).unwrap();
        let seen = seen(&component);
        assert_eq!((seen.modules, seen.instances), (2, 2), "{}", plugin.name);
        assert_eq!((seen.starts, seen.foreign), (0, 0), "{}", plugin.name);
        assert_eq!(seen.with_data, [0], "{}: data that the owner of the memory does not have is copied", plugin.name);
    }
}

#[test]
fn a_module_that_imports_more_than_its_world_lists_fails_by_name() {
    built();
    let module =
        std::fs::read(root().join("target/guests/wasm32-unknown-unknown/guest/plugin_reseller_users.wasm")).unwrap();
    let surface = tempfile::tempdir().unwrap();
    let (folder, shipped) = (surface.path().join("users"), root().join("plugins/reseller/users"));
    std::fs::create_dir_all(folder.join("wit")).unwrap();
    for file in ["plugin.toml", "actions.toml", "../shared.toml"] {
        std::fs::copy(shipped.join(file), folder.join(file)).unwrap();
    }
    let world = std::fs::read_to_string(shipped.join("wit/world.wit")).unwrap();
    let without = world.replace("import linecard:credits/credits@0.1.0;", "");
    assert_ne!(without, world);
    std::fs::write(folder.join("wit/world.wit"), without).unwrap();
    let refused = pack(&module, &folder, &root().join("wit")).unwrap_err().to_string();
    assert!(refused.contains("linecard:credits/credits@0.1.0"), "{refused}");
}
