//! No other crate of the house opens outgoing sockets: its sources name nothing that could.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

/// What connects or resolves. Unix sockets are not outgoing, and listeners do not connect.
const FORBIDDEN: [&str; 13] = [
    "TcpStream::connect",
    "TcpSocket",
    "UdpSocket",
    "UdpFramed",
    "lookup_host",
    "to_socket_addrs",
    "reqwest",
    "ureq::",
    "hyper::client",
    "hyper_util::client",
    "HttpConnector",
    "quinn::",
    "socket2::",
];

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
}

/// The lines that are part of the product: no comments, and nothing from the tests on, which
/// stand at the end of a file.
fn product(source: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = source.lines().enumerate().take_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]"));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).map(|(at, line)| (at + 1, line))
}

/// Each place of a source that names something forbidden.
fn places(file: &Path, source: &str) -> Vec<String> {
    let named = |line: &str| FORBIDDEN.iter().find(|word| line.contains(*word)).copied();
    let found = product(source).filter_map(|(at, line)| named(line).map(|word| (at, word)));
    found.map(|(at, word)| format!("{}:{at}: {word}", file.display())).collect()
}

#[test]
fn no_other_crate_opens_outgoing_sockets() {
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    rust_files(&host.join("src"), &mut files);
    for entry in fs::read_dir(host).unwrap() {
        let folder = entry.unwrap().path();
        if folder.join("Cargo.toml").is_file() && !folder.ends_with("outgoing") {
            rust_files(&folder.join("src"), &mut files);
        }
    }
    assert!(files.len() > 30, "the sources are where they are looked for");
    let is_test =
        |file: &PathBuf| file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs");
    let found: Vec<_> = files
        .iter()
        .filter(|file| !is_test(file))
        .flat_map(|file| places(file, &fs::read_to_string(file).unwrap()))
        .collect();
    assert_eq!(found, Vec::<String>::new(), "ask through `host_core::port::Fetch` instead");
}

#[test]
fn a_forbidden_name_would_be_found() {
    let source = "// reqwest\nuse std::net::TcpListener;\nlet s = TcpStream::connect(a);\n#[cfg(test)]\nuse reqwest;\n";
    assert_eq!(places(Path::new("a.rs"), source), ["a.rs:3: TcpStream::connect"]);
}
