//! What documents and comments name exists.

use std::path::Path;

use crate::tree::{all, is_path, root, shown, text_of};

#[test]
fn every_path_that_a_document_names_exists() {
    let mut documents = all(".md");
    documents.push(root().join("README.md"));
    let missing: Vec<_> = documents.iter().flat_map(|document| missing_paths(document, &text_of(document))).collect();
    assert!(missing.is_empty(), "documents name paths that do not exist:\n{}", missing.join("\n"));
}

#[test]
fn every_path_and_document_that_a_comment_names_exists() {
    let mut missing = Vec::new();
    for file in all(".rs") {
        let comments = comments(&text_of(&file));
        missing.extend(missing_paths(&file, &comments));
        missing.extend(missing_documents(&file, &comments));
    }
    assert!(missing.is_empty(), "comments name what does not exist:\n{}", missing.join("\n"));
}

#[test]
fn a_comment_that_names_an_absent_document_is_found() {
    let file = root().join("a.rs");
    let comments = comments("let a = \"absent.md\";\n/// As `gone.md` says, and README.md.\n");
    assert_eq!(missing_documents(&file, &comments), ["a.rs: gone.md"]);
    assert_eq!(missing_paths(&file, "`host/gone.rs`, not `host/src`"), ["a.rs: host/gone.rs"]);
}

/// The lines that are comments; one that ends a line of code names no documents here.
fn comments(text: &str) -> String {
    let lines = text.lines().filter(|line| line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// What stands between backquotes in a line, is a path and leads nowhere.
fn missing_paths(file: &Path, text: &str) -> Vec<String> {
    let words = text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).filter(|word| is_path(word));
    let missing = words.filter(|word| !exists(file, word.trim_end_matches('/')));
    missing.map(|word| format!("{}: {word}", shown(file))).collect()
}

/// A path starts at the root, at a folder around the file that names it, or in any plugin: the
/// smallest one has what each must have.
fn exists(file: &Path, path: &str) -> bool {
    let around = file.ancestors().take_while(|folder| folder.starts_with(root()));
    around.chain([root().join("examples/welcome").as_path()]).any(|folder| folder.join(path).exists())
}

/// Documents are named by their path from the root or by their name alone.
fn missing_documents(file: &Path, comments: &str) -> Vec<String> {
    let words = comments.split(|letter: char| !letter.is_ascii_alphanumeric() && !"./-_".contains(letter));
    let documents = words.map(|word| word.trim_end_matches('.')).filter(|word| word.ends_with(".md") && *word != ".md");
    let missing = documents.filter(|word| {
        let by_name = || all(".md").iter().any(|known| known.file_name().is_some_and(|name| name == *word));
        !root().join(word).exists() && !by_name()
    });
    missing.map(|word| format!("{}: {word}", shown(file))).collect()
}
