//! What a command says to a person at a terminal, a file per noun. `--json` prints the value
//! itself, which stays as scripts know it; a view may change.

mod call;
mod checks;
mod fields;
mod import;
mod plugin;
mod table;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::io::IsTerminal;

/// From what a command came to, to its text.
pub(crate) type View = fn(&Value) -> String;

pub(crate) use call::called;
pub(crate) use checks::{doctor, verify as verified, why};
pub(crate) use import::{left_out, report as import};
pub(crate) use plugin::{explain as explained, inspect as inspected, list as plugins, logs as plugin_logs};
pub(crate) use table::document;
pub(crate) use table::of as table;

/// Prints a result as its view, or as it is for a script.
pub(crate) fn print(value: &Value, view: View, json: bool) {
    if json {
        println!("{value}");
    } else {
        println!("{}", view(value));
    }
}

/// A bar over the bytes of a file; silent when standard error is not a terminal.
pub(crate) fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}
