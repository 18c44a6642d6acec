//! Plugin files for the drop folders: one example in several versions, each of another length.

use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// The plugin's name.
pub const NAME: &str = "welcome";
/// How many versions there are: 0.1.0 and on.
pub const VERSIONS: usize = 6;

/// What the walk knows of a tenant's plugin.
#[derive(Clone, Default)]
pub struct InForce {
    /// The version that was last seen in force.
    pub version: usize,
    /// The one that answered last.
    pub answered: usize,
    /// What an operator puts in place, as long as it may come into force at any moment.
    pub put: Option<usize>,
    /// Versions that the drop folder has brought: none comes a second time by itself.
    pub brought: BTreeSet<usize>,
}

/// The whole files, oldest first.
pub static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| (0..VERSIONS).map(version).collect());

/// A file that is complete by its own account, and whose code is none.
pub static BROKEN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut code = code();
    let middle = code.len() / 2;
    code[middle..middle + 64].fill(0xff);
    packed(code, VERSIONS)
});

/// What every version says by default; its last letter becomes the version.
const GREETING: &str = "Good evening";

/// Which version greets like this.
pub fn version_of(greeting: &str) -> usize {
    let said = greeting.as_bytes().get(GREETING.len() - 1).copied().unwrap_or_default();
    let version = usize::from(said.wrapping_sub(b'0'));
    assert!(version < VERSIONS, "no version greets like this: {greeting}");
    version
}

/// SHA-256 of a file, as the panel writes it.
pub fn digest(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The example with another version and greeting.
fn version(number: usize) -> Vec<u8> {
    let mut code = code();
    let greeting = code.windows(GREETING.len()).position(|window| window == GREETING.as_bytes()).unwrap();
    code[greeting + GREETING.len() - 1] = b'0' + number as u8;
    packed(code, number)
}

/// The example's file.
fn example() -> Vec<u8> {
    std::fs::read(env!("EXAMPLE_WELCOME")).unwrap()
}

/// The example without its papers.
fn code() -> Vec<u8> {
    linecard_package::opened(&example()).unwrap().0.to_vec()
}

/// The file of a version: with padding before its papers, so that no two versions share their bytes from some place
/// on.
fn packed(mut file: Vec<u8>, number: usize) -> Vec<u8> {
    let example = example();
    let manifest = linecard_package::opened(&example).unwrap().1.manifest;
    linecard_package::append(&mut file, "padding", &vec![number as u8; 997 * (1 + number * 5 % 7)]);
    linecard_package::seal(&mut file, &manifest.replacen("0.1.0", &format!("0.1.{number}"), 1));
    file
}
