//! The cache of compiled plugins: used when it can be trusted, thrown away on any doubt.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_runtime::{CompileError, LoadError, Runtime, StartError};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use support::Panel;
use support::guest::{Guest, REPLY};
use support::panel::{engine, options};

fn entries(panel: &Panel) -> Vec<PathBuf> {
    let files = fs::read_dir(panel.folder.path().join("cache")).unwrap();
    files.map(|entry| entry.unwrap().path()).collect()
}

fn broken_compiler(options: &mut host_runtime::Options) {
    options.compiler = vec!["false".into()];
}

#[tokio::test]
async fn a_compiled_plugin_is_taken_from_the_cache() {
    let file = Guest::answering(REPLY).file();
    let panel = Panel::with(vec![file.clone()]);
    assert_eq!(entries(&panel).len(), 1);
    // Nothing can be compiled now; what is in the cache still runs.
    let panel = panel.restarted_with(vec![file], broken_compiler);
    assert!(panel.call("probe", "go").await.is_ok());
}

#[tokio::test]
async fn an_entry_that_was_changed_is_compiled_again() {
    let file = Guest::answering(REPLY).file();
    let mut panel = Panel::with(vec![file.clone()]);
    let entry = entries(&panel).remove(0);
    let good = fs::read(&entry).unwrap();
    let mut tampered = good.clone();
    let middle = good.len() / 2;
    tampered[middle] ^= 1;
    let mut forged = good.clone();
    forged[0] ^= 1;
    for bad in [tampered, forged, good[..good.len() - 1].to_vec(), good[..20].to_vec(), Vec::new()] {
        fs::write(&entry, bad).unwrap();
        panel = panel.restarted(vec![file.clone()]);
        assert!(panel.call("probe", "go").await.is_ok());
        assert_eq!(fs::read(&entry).unwrap(), good, "the entry was made anew");
    }
}

#[tokio::test]
async fn an_entry_of_another_plugin_or_another_panel_is_not_taken() {
    let (one, other) = (Guest::answering(REPLY).file(), Guest::answering(r#""other""#).file());
    let panel = Panel::with(vec![one.clone()]);
    let entry = entries(&panel).remove(0);
    let good = fs::read(&entry).unwrap();
    // The same plugin, compiled by a panel with other keys.
    let neighbour = Panel::with(vec![one.clone()]);
    fs::copy(entries(&neighbour).remove(0), &entry).unwrap();
    let panel = panel.restarted(vec![one]);
    assert_eq!(fs::read(&entry).unwrap(), good);
    // Another plugin, compiled by this panel.
    let panel = panel.restarted(vec![other.clone()]);
    let second = entries(&panel).into_iter().find(|path| *path != entry).unwrap();
    let right = fs::read(&second).unwrap();
    fs::copy(&entry, &second).unwrap();
    let panel = panel.restarted(vec![other]);
    assert_eq!(fs::read(&second).unwrap(), right);
    assert!(panel.call("probe", "go").await.is_ok());
}

#[test]
fn a_folder_that_others_can_read_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    fs::create_dir(&cache).unwrap();
    fs::set_permissions(&cache, fs::Permissions::from_mode(0o755)).unwrap();
    let refused = Runtime::new(engine(&folder), options(&folder, Vec::new()));
    assert!(matches!(refused, Err(StartError::Cache(error)) if error.to_string().contains("chmod 700")));
}

#[test]
fn a_compiler_that_fails_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(&folder, vec![Guest::answering(REPLY).file()]);
    broken_compiler(&mut options);
    let refused = Runtime::new(engine(&folder), options);
    assert!(matches!(refused, Err(StartError::Shipped("probe", LoadError::Compile(CompileError::Failed(_))))));
}
