//! What the tests share: a panel in a temporary folder, and probe guests written as WebAssembly text.
#![allow(dead_code, unreachable_pub, unused_imports, clippy::unwrap_used, clippy::expect_used)]

pub mod guest;
pub mod panel;
pub mod viewer;

pub use panel::Panel;
