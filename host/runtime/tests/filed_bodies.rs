//! Bodies in files: written as they come, sent from there in every form, and gone when they are of no more use.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use host_core::TenantId;
use host_core::caller::Caller;
use host_runtime::{Coding, Content};
use serde_json::json;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use support::Panel;
use support::guest::{Guest, data};
use support::viewer::{body, bytes, call_of, counts};

/// Ten bytes; a guest writes them a thousand times in each chunk.
const TEXT: &str = "0123456789";

/// A guest that writes this many chunks of 10,000 bytes.
fn writing(chunks: u32, file: bool) -> Guest {
    let more = json!({ "cache": { "depends": ["settings"], "file": file }, "budget": "job",
        "parameters": { "gzip": { "type": "flag", "default": false } },
        "reply": { "shape": "raw", "content_type": "text/plain", "archive": { "parameter": "gzip", "name": "t.gz" } } });
    Guest {
        imports: r#"(import "linecard:body/body@0.1.0" "write" (func $write (param i32 i32 i32)))"#,
        capabilities: "[capabilities.body]\nreason = \"To try.\"\n",
        fields: data(9000, &TEXT.repeat(1_000)),
        ..Guest::with_action(
            format!(
                "(local.set $n (i32.const {chunks}))
                 (loop $more
                   (call $write (i32.const 9000) (i32.const 10000) (i32.const 64))
                   (br_if $more (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
                 (call $body)"
            ),
            more,
        )
    }
}

fn folder(panel: &Panel, tenant: &str) -> PathBuf {
    panel.folder.path().join("data/tenants").join(tenant).join("bodies")
}

fn files(panel: &Panel) -> Vec<PathBuf> {
    std::fs::read_dir(folder(panel, "acme")).unwrap().map(|entry| entry.unwrap().path()).collect()
}

/// Waits until this many files are left: they are removed beside what runs.
async fn until_files(panel: &Panel, count: usize) {
    while files(panel).len() != count {
        tokio::task::yield_now().await;
    }
}

fn unzipped(coded: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(coded).read_to_end(&mut text).unwrap();
    text
}

async fn name_server(panel: &Panel, tenant: TenantId, name: &str) {
    let document = json!({ "server_name": name }).as_object().unwrap().clone();
    let edit = async |work: &mut host_engine::Work| host_engine::record::edit(work, "settings", 1, &document).await;
    panel.engine.act(Caller::system(tenant, "test"), "settings", edit).await.unwrap();
}

#[tokio::test]
async fn a_large_body_is_kept_in_a_private_file_and_sent_in_every_form() {
    let panel = Panel::with(vec![writing(7_000, true).file()]);
    let tenant = panel.tenant("acme").await;
    let whole = TEXT.repeat(7_000_000).into_bytes();
    assert!(whole.len() > 64 << 20, "it would not fit into memory's bound");
    let reply = body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
    assert!(reply.is_ready(Coding::Gzip) && !reply.is_ready(Coding::Zstd));
    assert!(bytes(reply.content(Coding::Identity).unwrap()).await == whole);
    assert!(unzipped(&bytes(reply.content(Coding::Gzip).unwrap()).await) == whole);
    assert!(unzipped(&bytes(reply.archived().unwrap()).await) == whole);
    let again = body(&panel, call_of(&panel, tenant, 2, "bob", "y")).await;
    assert_eq!((again.etag, counts(&panel, tenant).answered), (reply.etag, 1));
    assert_eq!(panel.runtime.body_bytes(tenant), 0, "nothing of it is in memory");
    let [file] = &files(&panel)[..] else { panic!("one file") };
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(file), mode(&folder(&panel, "acme"))), (0o600, 0o700));
}

#[tokio::test]
async fn a_body_without_a_file_ends_at_the_bound_of_memory() {
    let panel = Panel::with(vec![writing(7_000, false).file()]);
    let tenant = panel.tenant("acme").await;
    assert!(panel.call_with("probe", "go", call_of(&panel, tenant, 1, "ann", "x")).await.is_err());
    assert!(panel.last_words("probe").contains("64 MiB; name `file`"), "{}", panel.last_words("probe"));
}

#[tokio::test]
async fn a_small_body_stays_in_memory_where_every_coding_is_at_hand() {
    let panel = Panel::with(vec![writing(10, true).file()]);
    let tenant = panel.tenant("acme").await;
    let reply = body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
    assert!(reply.is_ready(Coding::Gzip) && reply.is_ready(Coding::Zstd));
    assert!(matches!(reply.content(Coding::Identity), Some(Content::Whole(text)) if text.len() == 100_000));
    assert_eq!(files(&panel), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn a_file_goes_when_a_newer_one_is_there_and_when_the_process_begins_anew() {
    let file = writing(200, true).file();
    let panel = Panel::with(vec![file.clone()]);
    let tenant = panel.tenant("acme").await;
    let reply = body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
    name_server(&panel, tenant, "Other").await;
    body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
    assert_eq!(counts(&panel, tenant).answered, 2);
    // Whoever has it may still read it.
    assert_eq!(bytes(reply.content(Coding::Identity).unwrap()).await.len(), 2_000_000);
    drop(reply);
    until_files(&panel, 1).await;
    std::fs::write(folder(&panel, "acme").join("17.gz"), "from before").unwrap();
    let panel = panel.restarted(vec![file]);
    body(&panel, call_of(&panel, tenant, 1, "ann", "x")).await;
    until_files(&panel, 1).await;
    assert_ne!(std::fs::read(&files(&panel)[0]).unwrap(), b"from before");
}

#[tokio::test]
async fn the_folder_of_a_deleted_tenant_does_not_come_back() {
    let panel = Panel::with(vec![writing(200, true).file()]);
    let tenant = panel.tenant("acme").await;
    let snapshot = panel.runtime.snapshot(tenant);
    let call = call_of(&panel, tenant, 1, "ann", "x");
    host_engine::tenant::delete(&panel.engine, "test", "acme").await.unwrap();
    let route = snapshot.route("probe", "go").unwrap();
    assert!(panel.runtime.call(&snapshot, route, call).await.is_err());
    assert!(!folder(&panel, "acme").exists());
}

#[tokio::test]
async fn many_readers_share_one_build_of_a_file() {
    let panel = Arc::new(Panel::with(vec![writing(300, true).file()]));
    let tenant = panel.tenant("acme").await;
    let readers: Vec<_> = (1..=10)
        .map(|id| {
            let panel = Arc::clone(&panel);
            tokio::spawn(async move {
                let reply = body(&panel, call_of(&panel, tenant, id, "ann", "x")).await;
                bytes(reply.content(Coding::Gzip).unwrap()).await
            })
        })
        .collect();
    for reader in readers {
        assert_eq!(unzipped(&reader.await.unwrap()).len(), 3_000_000);
    }
    assert_eq!((counts(&panel, tenant).answered, files(&panel).len()), (1, 1));
}
