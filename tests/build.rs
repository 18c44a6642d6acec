//! Builds the examples as an author would, so that the tests can install them.

use std::path::Path;

fn main() {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let root = Path::new(&manifest).parent().unwrap_or(Path::new("."));
    for watched in ["examples", "plugins/forms", "plugins/sdk", "plugins/pack", "wit"] {
        println!("cargo:rerun-if-changed={}", root.join(watched).display());
    }
    match linecard_pack::build_all(root, "examples", &root.join("target/guests")) {
        Ok(packed) => {
            for example in packed {
                println!("cargo:rustc-env=EXAMPLE_{}={}", example.name.to_uppercase(), example.path.display());
            }
        }
        Err(error) => {
            eprintln!("error: the examples could not be built: {error}");
            std::process::exit(1);
        }
    }
}
