//! Every description in the tree as a document, before validators that others wrote: the shipped plugins', the examples',
//! and those of the surfaces of five manners.

use super::validator;
use crate::panel::{TestPanel, run};
use host_runtime::{Package, Told};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// What checks documents: the module of this name that PyPI has.
const CHECKER: &str = "openapi_spec_validator";

/// The documents of all surfaces in the tree, by name.
fn all() -> Vec<(String, Value)> {
    let mut documents: Vec<_> = run(async {
        let tenant = TestPanel::shared().tenant(0).await;
        let snapshot = tenant.panel.panel.runtime.snapshot(tenant.id);
        let names: Vec<_> = snapshot.documented(Told::Shipped).map(|surface| surface.name.clone()).collect();
        names.into_iter().map(|name| (name.clone(), snapshot.document(&name, Told::Shipped).unwrap())).collect()
    });
    for file in [
        env!("EXAMPLE_ALMANAC"),
        env!("EXAMPLE_WELCOME"),
        env!("EXAMPLE_WISHES"),
        env!("SURFACE_DESK"),
        env!("SURFACE_PHP"),
        env!("SURFACE_PORTAL"),
        env!("SURFACE_RECEIVER"),
        env!("SURFACE_REST"),
    ] {
        let package = Package::read(std::fs::read(file).unwrap().into()).unwrap();
        let described = [(package.manifest.name.clone(), package.description.clone())];
        for surface in &package.description.surfaces {
            documents.push((surface.name.clone(), host_runtime::document(&described, &surface.name).unwrap()));
        }
    }
    documents
}

/// Runs the validator on files.
fn checked(files: &[String]) -> Result<(), String> {
    let output =
        Command::new("python3").args(["-m", CHECKER, "--schema", "3.1", "--errors", "all"]).args(files).output();
    let output =
        output.map_err(|error| format!("python3 cannot be run ({error}); install it: apt-get install python3"))?;
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    if said.contains(&format!("No module named {CHECKER}")) {
        return Err("python3 lacks the validator; install it: python3 -m pip install openapi-spec-validator".into());
    }
    if output.status.success() { Ok(()) } else { Err(said) }
}

fn written(folder: &Path, name: &str, document: &Value) -> String {
    let path = folder.join(format!("{name}.json"));
    std::fs::write(&path, document.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn every_description_in_the_tree_makes_a_valid_document() {
    let documents = all();
    assert!(documents.len() >= 11, "{}", documents.len());
    let folder = TempDir::new().unwrap();
    let files: Vec<_> = documents.iter().map(|(name, document)| written(folder.path(), name, document)).collect();
    checked(&files).unwrap_or_else(|error| panic!("{error}"));
    for (name, document) in &documents {
        // A second opinion: types of another hand.
        oas3::from_json(document.to_string()).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let (_, mut document) = all().into_iter().find(|(name, _)| name == "rest").unwrap();
    let folder = TempDir::new().unwrap();
    document["paths"]["/x/rest/v1/lines/{other}"] = document["paths"]["/x/rest/v1/lines/{id}"].clone();
    let wrong = checked(&[written(folder.path(), "wrong", &document)]);
    assert!(wrong.is_err_and(|said| !said.contains("install")));
}

/// Every schema can be used, every reference leads somewhere, and what examples send fits.
#[test]
fn schemas_compile_and_examples_fit_them() {
    let mut examples = 0;
    for (name, document) in all() {
        for (_, schema) in document["components"]["schemas"].as_object().unwrap() {
            validator(&document, schema);
        }
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let at = format!("{name}: {method} {path}");
                for response in operation["responses"].as_object().unwrap().values() {
                    for content in response["content"].as_object().into_iter().flat_map(|content| content.values()) {
                        validator(&document, &content["schema"]);
                    }
                }
                let parameters = operation["parameters"].as_array().into_iter().flatten();
                let bodies = operation["requestBody"]["content"].as_object();
                for part in parameters.chain(bodies.into_iter().flat_map(|content| content.values())) {
                    for example in part["examples"].as_object().into_iter().flat_map(|examples| examples.values()) {
                        let wrong: Vec<_> = validator(&document, &part["schema"])
                            .iter_errors(&example["value"])
                            .map(|error| error.to_string())
                            .collect();
                        assert!(wrong.is_empty(), "{at}: {example}: {wrong:?}");
                        examples += 1;
                    }
                }
            }
        }
    }
    assert!(examples > 40, "{examples}");
}
