//! How large plugins are: what a common action adds to one, and what each shipped one has. Sizes do not depend on the
//! machine's load, so that they are held to here; `cargo test --workspace --test sizes -- --nocapture` prints them.
#![allow(clippy::unwrap_used)]

use linecard_pack::{Packed, build_all};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Most bytes of a plugin's file for a common action.
const FILE_PER_ACTION: usize = 6 << 10;
/// Most bytes of machine code for a common action.
const CODE_PER_ACTION: usize = 15 << 10;
/// Most bytes of machine code of a shipped plugin.
const CODE_PER_PLUGIN: usize = 1 << 20;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Bytes of a plugin's file, and of the machine code that becomes of it.
fn sizes(plugin: &Packed) -> (usize, usize) {
    let file = std::fs::read(&plugin.path).unwrap();
    let mut compiler = Command::new(env!("CARGO_BIN_EXE_panel-under-test"));
    let mut compiler = compiler.arg("compile-plugin").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    compiler.stdin.take().unwrap().write_all(&file).unwrap();
    let compiled = compiler.wait_with_output().unwrap();
    assert!(compiled.status.success(), "{}", plugin.name);
    let sizes = (file.len(), text_bytes(&compiled.stdout));
    println!("{:<24} {:>9} bytes, {:>9} bytes of machine code", plugin.name, sizes.0, sizes.1);
    sizes
}

/// Bytes of the section `.text` of a file in ELF with 64 bits.
fn text_bytes(elf: &[u8]) -> usize {
    let number =
        |at: usize, bytes: usize| elf[at..at + bytes].iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (headers, size, count, names) = (number(0x28, 8), number(0x3a, 2), number(0x3c, 2), number(0x3e, 2));
    let header = |index: usize| headers + index * size;
    let name = |index: usize| &elf[number(header(names) + 0x18, 8) + number(header(index), 4)..];
    let text = (0..count).find(|index| name(*index).starts_with(b".text\0")).unwrap();
    number(header(text) + 0x20, 8)
}

#[test]
fn no_shipped_plugin_has_more_than_a_mebibyte_of_machine_code() {
    for plugin in build_all(&root(), "plugins", &root().join("target/guests")).unwrap() {
        let (_, code) = sizes(&plugin);
        assert!(code <= CODE_PER_PLUGIN, "{} has {code} bytes", plugin.name);
    }
}

#[test]
fn a_common_action_adds_little_to_its_plugin() {
    let workspace = Workspace::new();
    let [few, many] = [1, 8].map(|times| workspace.plugin(times));
    let built = workspace.built();
    let [few_sizes, many_sizes] =
        [&few, &many].map(|(name, _)| sizes(built.iter().find(|it| it.name == *name).unwrap()));
    let actions = many.1 - few.1;
    let (file, code) = ((many_sizes.0 - few_sizes.0) / actions, (many_sizes.1 - few_sizes.1) / actions);
    println!("a common action: {file} bytes, {code} bytes of machine code");
    assert!(file <= FILE_PER_ACTION && code <= CODE_PER_ACTION, "{file} and {code} bytes");
}

/// A workspace of plugins that are made here.
struct Workspace {
    root: PathBuf,
}

impl Workspace {
    fn new() -> Workspace {
        let made = root().join("target/sizes");
        std::fs::create_dir_all(made.join("plugins")).unwrap();
        let ours = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
        let (_, profile) = ours.split_once("[profile.guest]").unwrap();
        let (profile, _) = profile.split_once("\n\n").unwrap_or((profile, ""));
        let manifest =
            format!("[workspace]\nresolver = \"3\"\nmembers = [\"plugins/*\"]\n\n[profile.guest]{profile}\n");
        std::fs::write(made.join("Cargo.toml"), manifest).unwrap();
        std::fs::copy(root().join("Cargo.lock"), made.join("Cargo.lock")).unwrap();
        if !made.join("wit").exists() {
            std::os::unix::fs::symlink(root().join("wit"), made.join("wit")).unwrap();
        }
        Workspace { root: made }
    }

    /// A plugin that has each action on packages and groups, which are rows without code, `times` times, under names of
    /// their own. Returns its name, and how many actions it has.
    fn plugin(&self, times: usize) -> (String, usize) {
        let shipped = root().join("plugins/admin/packages");
        let name = format!("packages-{times}");
        let folder = self.root.join("plugins").join(&name);
        std::fs::create_dir_all(folder.join("src")).unwrap();
        std::fs::create_dir_all(folder.join("wit")).unwrap();
        let write = |file: &str, text: String| std::fs::write(folder.join(file), text).unwrap();
        let read = |file: &str| std::fs::read_to_string(shipped.join(file)).unwrap();
        let sdk = root().join("plugins/sdk");
        write(
            "Cargo.toml",
            format!(
                "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[lib]\ncrate-type = [\"cdylib\"]\n\
             [dependencies]\nlinecard-sdk = {{ path = {sdk:?} }}\n"
            ),
        );
        write("plugin.toml", read("plugin.toml").replacen("admin-packages", &name, 1));
        write("wit/world.wit", read("wit/world.wit"));
        write("src/lib.rs", read("src/lib.rs"));
        let actions = read("actions.toml").replace("../shared.toml", "../../../../plugins/admin/shared.toml");
        let mut parts = actions.split("[[action]]\n");
        let mut text = parts.next().unwrap().to_owned();
        let mut count = 0;
        for part in parts {
            // What follows an action's own tables, the next noun, is there once.
            let (action, rest) =
                part.split_once("\n# ----").map_or((part, None), |(action, rest)| (action, Some(rest)));
            let (begin, named) = action.split_once("name = \"").unwrap();
            let (called, more) = named.split_once('"').unwrap();
            for copy in 0..times {
                text += &format!("[[action]]\n{begin}name = \"{called}_{copy}\"{more}\n");
                count += 1;
            }
            text += &rest.map(|rest| format!("\n# ----{rest}")).unwrap_or_default();
        }
        write("actions.toml", text);
        (name, count)
    }

    fn built(&self) -> Vec<Packed> {
        // The versions stay those of the panel's own lock; what its other crates need is dropped.
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let locked = Command::new(cargo)
            .args(["update", "--workspace", "--offline", "--quiet"])
            .current_dir(&self.root)
            .status()
            .unwrap();
        assert!(locked.success());
        build_all(&self.root, "plugins", &root().join("target/guests")).unwrap()
    }
}
