//! Builds the examples, and the surfaces that the tests describe, as an author would, so that the tests can install
//! them.

use std::path::Path;

fn main() {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = Path::new(&manifest).parent().unwrap_or(Path::new("."));
    for watched in
        ["examples", "tests/surfaces", "plugins/forms", "plugins/nouns", "plugins/sdk", "plugins/pack", "wit"]
    {
        println!("cargo:rerun-if-changed={}", root.join(watched).display());
    }
    for (folder, called) in [("examples", "EXAMPLE"), ("tests/surfaces", "SURFACE")] {
        match linecard_pack::build_all(root, folder, &root.join("target/guests")) {
            Ok(packed) => {
                for plugin in packed {
                    println!("cargo:rustc-env={called}_{}={}", plugin.name.to_uppercase(), plugin.path.display());
                }
            }
            Err(error) => {
                eprintln!("error: the plugins in {folder} could not be built: {error}");
                std::process::exit(1);
            }
        }
    }
}
