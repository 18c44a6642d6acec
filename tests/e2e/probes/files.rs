//! Tricks with files: half of one in the drop folder, and a swap while requests run.

use super::guest::Guest;
use super::pair::{Pair, Side};
use super::probe::described;
use super::role::Role;
use super::until::until;
use crate::panel::run;
use host_runtime::PluginStatus;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

/// A version of the plugin that answers with its version.
fn version(version: &'static str) -> Guest {
    let guest = described(&Guest::answering(&format!("\"{version}\"")), Role::Stranger);
    Guest { version, ..guest }
}

async fn said(side: &Side) -> (u16, String) {
    let seen = side.ask(Role::Stranger).await;
    (seen.status, seen.body)
}

#[test]
fn half_a_file_never_becomes_a_plugin_and_the_running_version_stays() {
    run(async {
        let pair = Pair::new().await;
        let before = pair.stored().await;
        let panel = pair.sides[0].tenant.panel;
        let _watching = panel.panel.runtime.watch().unwrap();
        for side in &pair.sides {
            side.install(&version("1.0.0")).await;
        }
        let [own, other] = &pair.sides;
        let folder = panel.panel.directory.tenants().join(&own.tenant.name).join("plugins");
        let file = version("2.0.0").file();
        // Cut before the last section, within it, and one byte before the end.
        for (number, end) in [file.len() / 2, file.len() - 40, file.len() - 1].into_iter().enumerate() {
            let name = format!("half-{number}.wasm");
            std::fs::write(folder.join(&name), &file[..end]).unwrap();
            let reported = || {
                let health = panel.panel.runtime.health(own.tenant.id);
                health.iter().any(|one| {
                    one.name == name
                        && matches!(&one.status, PluginStatus::Failed { reason } if reason.contains("incomplete"))
                })
            };
            until("the half file is reported", || Box::pin(async { reported() })).await;
            assert_eq!(said(own).await, (200, "\"1.0.0\"".to_owned()), "cut at {end}");
            pair.undisturbed("half a file").await;
        }
        std::fs::write(folder.join(".whole.part"), &file).unwrap();
        std::fs::rename(folder.join(".whole.part"), folder.join("half-0.wasm")).unwrap();
        until("the whole file takes over", || Box::pin(async { said(own).await.1 == "\"2.0.0\"" })).await;
        assert_eq!(said(other).await, (200, "\"1.0.0\"".to_owned()), "the neighbour keeps their version");
        pair.undisturbed("a whole file").await;
        before.assert_same(&pair.stored().await, "half a file");
    });
}

#[test]
fn a_swap_under_load_loses_no_request_and_reaches_no_neighbour() {
    run(async {
        let pair = Pair::new().await;
        let before = pair.stored().await;
        let [own, other] = &pair.sides;
        for side in [own, other] {
            side.install(&version("1.0.0")).await;
        }
        let ended = AtomicBool::new(false);
        let load = async |side: &Side| {
            let mut answers = BTreeSet::new();
            while !ended.load(Ordering::Relaxed) {
                let (status, answer) = said(side).await;
                assert_eq!(status, 200, "{answer}");
                answers.insert(answer);
            }
            answers
        };
        let swaps = async {
            for next in ["2.0.0", "3.0.0", "4.0.0", "5.0.0"] {
                own.install(&version(next)).await;
                assert_eq!(said(own).await.1, format!("\"{next}\""), "the swap is over when it is answered");
                pair.undisturbed("a swap").await;
            }
            ended.store(true, Ordering::Relaxed);
        };
        let (one, two, neighbour, ()) = tokio::join!(load(own), load(own), load(other), swaps);
        let versions: BTreeSet<String> = (1..=5).map(|number| format!("\"{number}.0.0\"")).collect();
        assert!(one.is_subset(&versions) && two.is_subset(&versions), "{one:?} {two:?}");
        assert_eq!(neighbour, BTreeSet::from(["\"1.0.0\"".to_owned()]));
        before.assert_same(&pair.stored().await, "swaps");
    });
}
