//! Whole-panel tests in one binary: a real panel on loopback, real SQLite files, real
//! components, real HTTP. Each test has tenants of its own in one shared panel, except where it
//! starts a process to kill it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(missing_docs, unreachable_pub, reason = "nobody outside reads these")]

mod admin;
mod admin_records;
mod commands;
mod crash;
mod examples;
mod guide;
mod live;
mod movies;
mod origin;
mod outside;
mod panel;
mod place;
mod player;
mod playlist;
mod process;
mod purchases;
mod reseller;
mod reseller_users;
mod seats;
mod strangers;
mod tenants;
mod tidy;
mod watcher;
