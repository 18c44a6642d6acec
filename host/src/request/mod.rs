//! The commands to a panel, a file per noun: what `--help` teaches of each, and what performs it. A new command is
//! one type with its arguments and its [`Perform`], and its name in the list of its noun.
//!
//! Performing is a verb of the engine or a question to the runtime. What is refused, the floors below refuse.

pub mod access_code;
pub mod call;
mod candidates;
mod context;
pub mod import;
mod import_file;
pub mod key;
mod nearest;
pub mod openapi;
mod perform;
pub mod plugin;
pub mod tenant;
pub mod user;
mod value;
pub mod verify;
mod watch;
pub mod why;

pub(crate) use perform::{Needs, Perform};
pub use watch::Watch;

use crate::panel::Panel;
use access_code::AccessCode;
use call::Call;
use context::Context;
use import::Import;
use key::Key;
use openapi::Openapi;
use perform::commands;
use plugin::Plugin;
use serde_json::Value;
use std::sync::Arc;
use tenant::Tenant;
use user::User;
use verify::Verify;
use why::Why;

commands! {
    /// A command to a panel. Tenants and users are named as people name them.
    Request {
        #[command(subcommand)]
        Tenant,
        #[command(subcommand)]
        User,
        #[command(subcommand)]
        Key,
        #[command(subcommand)]
        AccessCode,
        #[command(subcommand)]
        Import,
        #[command(subcommand)]
        Plugin,
        Call,
        Openapi,
        Why,
        Verify,
    }
}

/// Performs a request on an open panel, and returns what `--json` prints.
///
/// # Errors
/// Whatever is refused or fails, in a sentence that says what to do.
pub async fn perform(panel: &Arc<Panel>, request: &Request, watch: impl Watch) -> anyhow::Result<Value> {
    request.perform(&Context { panel: Arc::clone(panel), watch: Arc::new(watch) }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use clap::Parser;
    use serde_json::json;

    /// What the running panel is sent for a command.
    fn sent(words: &str) -> Value {
        let cli = Cli::try_parse_from(std::iter::once("linecard").chain(words.split(' ')));
        let Ok(Cli { command: Command::Request(request), .. }) = cli else { panic!("{words}") };
        serde_json::to_value(request).unwrap()
    }

    #[test]
    fn what_is_typed_is_what_the_panel_is_sent() {
        for (words, told) in [
            ("tenant list", json!({ "tenant": { "list": {} } })),
            ("key revoke 7 --tenant acme", json!({ "key": { "revoke": { "id": 7, "tenant": "acme" } } })),
            (
                "access-code set front-door --tenant acme --from 192.0.2.7",
                json!({ "access_code": { "set": { "code": "front-door", "tenant": "acme", "from": ["192.0.2.7/32"],
                    "anywhere": false } } }),
            ),
            (
                "plugin settings welcome --tenant acme greeting=Hello",
                json!({ "plugin": { "settings": { "name": "welcome", "tenant": "acme",
                    "values": [["greeting", "Hello"]] } } }),
            ),
            ("verify", json!({ "verify": { "tenant": null } })),
        ] {
            assert_eq!(sent(words), told, "{words}");
            let heard: Request = serde_json::from_value(told.clone()).unwrap();
            assert_eq!(serde_json::to_value(heard).unwrap(), told, "{words}");
        }
    }

    #[test]
    fn files_are_called_as_the_panel_can_find_them_and_reports_stay_where_they_were_asked_for() {
        let sent = sent("import m3u list.m3u --tenant acme --report left-out.txt");
        let request = &sent["import"]["m3u"];
        let file = std::env::current_dir().unwrap().join("list.m3u");
        assert_eq!((request["file"].as_str(), request.get("report")), (file.to_str(), None));
    }
}
