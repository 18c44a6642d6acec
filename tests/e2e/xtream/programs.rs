//! The programs of the document of `api.php`, as scripts were written after it, run by PHP: unchanged, but for the address
//! of the panel, the credentials, and `<?php` where it has none. What they did is seen by a player.

use crate::panel::{TestPanel, TestTenant, run};
use linecard::config::Config;
use serde_json::json;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// A panel of one tenant, which programs find without its name, that lists the address they come from.
async fn panel() -> TestTenant {
    let panel: &'static TestPanel =
        Box::leak(Box::new(TestPanel::open(TempDir::new().unwrap(), Config::default()).await));
    let tenant = panel.tenant(2).await;
    for name in ["Films", "Empty"] {
        tenant.record("bouquet", json!({ "name": name })).await;
    }
    tenant.admin().ok("edit_settings", &[("api_addresses", "127.0.0.1")]).await;
    tenant
}

/// What a program says, with these texts put in.
async fn said(tenant: &TestTenant, name: &str, put_in: &[(&str, &str)]) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("e2e/xtream/documented/{name}.php"));
    let mut program = std::fs::read_to_string(file).unwrap();
    for (old, new) in [("http://DNS:PORT/", &*format!("{}/", tenant.panel.url))].iter().chain(put_in) {
        assert!(program.contains(old), "{name} has no {old}");
        program = program.replace(old, new);
    }
    if !program.starts_with("<?php") {
        program.insert_str(0, "<?php\n");
    }
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("program.php");
    std::fs::write(&path, program).unwrap();
    let mut php = Command::new("php");
    php.args(["-d", "display_errors=stderr", "-d", "log_errors=0"]).arg(&path);
    let output: std::io::Result<Output> = tokio::task::spawn_blocking(move || php.output()).await.unwrap();
    let output =
        output.unwrap_or_else(|error| panic!("PHP cannot be run ({error}); install it: apt-get install php-cli"));
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && complaints.is_empty(), "{name}: {complaints}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_programs_of_the_document_make_edit_and_show_a_line() {
    run(async {
        let tenant = panel().await;
        let month = tenant.panel.engine().clock().now().0 + 27 * 86_400;
        let login = [("\"username\"", "\"test_username\""), ("\"passwrd\"", "\"test_password\"")];
        assert_eq!(said(&tenant, "user_info", &login).await, "FAILED", "there is none yet");
        said(&tenant, "user_create", &[]).await;
        let account = tenant.account("test_username", "test_password").await;
        assert_eq!((&account["status"], &account["max_connections"]), (&json!("Active"), &json!("1")), "{account}");
        assert!(account["exp_date"].as_str().unwrap().parse::<i64>().unwrap() > month, "{account}");
        said(&tenant, "user_edit", &[]).await;
        let account = tenant.account("test_username", "test_password").await;
        assert_eq!(account["max_connections"], "10", "{account}");
        let shown = said(&tenant, "user_info", &login).await;
        let ids: Vec<_> = tenant.streams.iter().map(u32::to_string).collect();
        assert!(shown.starts_with("Active Connections (Now): 0\nCurrent Expire Date: "), "{shown}");
        assert!(
            shown.ends_with(&format!("\nMax Connections: 10\nAvailable Channel IDs: {}", ids.join(","))),
            "{shown}"
        );
        let watched = tenant.channels(&json!({ "username": "test_username", "password": "test_password" })).await;
        assert_eq!(watched.len(), 2, "what it may watch");
    });
}

#[test]
fn the_programs_of_the_document_make_edit_and_show_a_box() {
    run(async {
        let tenant = panel().await;
        assert_eq!(said(&tenant, "stb_info", &[]).await, "FAILED", "there is none yet");
        let made = said(&tenant, "stb_create", &[]).await;
        assert!(made.starts_with("stdClass Object\n(\n    [result] => 1\n"), "{made}");
        let again = said(&tenant, "stb_create", &[]).await;
        assert!(again.contains("[result] => \n") && again.contains("[error] => EXISTS"), "{again}");
        let boxes = tenant.admin().ok("get_mags", &[]).await;
        let [username, password] = ["username", "password"].map(|name| boxes[0][name].as_str().unwrap().to_owned());
        let account = tenant.account(&username, &password).await;
        assert_eq!((&account["status"], &account["max_connections"]), (&json!("Active"), &json!("1")), "{account}");
        let id = boxes[0]["id"].to_string();
        tenant.admin().ok("edit_mag", &[("id", &id), ("exp_date", "2020-01-01")]).await;
        assert_eq!(tenant.account(&username, &password).await["status"], "Expired");
        said(&tenant, "stb_edit", &[]).await;
        assert_eq!(tenant.account(&username, &password).await["status"], "Active", "for another month");
        let shown = said(&tenant, "stb_info", &[]).await;
        assert!(shown.contains("\nMax Connections: 1\nAvailable Channel IDs: "), "{shown}");
    });
}
