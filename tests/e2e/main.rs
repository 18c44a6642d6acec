//! Whole-panel tests in one binary: a real panel on loopback, real SQLite files, real
//! components, real HTTP. Each test has tenants of its own in one shared panel, except where it
//! starts a process to kill it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]
#![allow(missing_docs, unreachable_pub, reason = "nobody outside reads these")]

mod access;
mod access_codes;
mod admin;
mod admin_offers;
mod admin_records;
mod admin_users;
mod almanac;
mod blocked;
mod boxes;
mod busy;
mod certificates;
mod checkup;
mod clearing;
mod commands;
mod crash;
mod crowded;
mod daemon;
mod demo;
mod documents;
mod every_action;
mod every_example;
mod every_value;
mod examples;
mod field_inputs;
mod guide;
mod guide_sources;
mod hls;
mod idle_sockets;
mod listeners;
mod live;
mod logs;
mod long_bouquet;
mod loops;
mod marked;
mod mass_edits;
mod movies;
mod multicast;
mod networks;
mod one_of_each;
mod origin;
mod outside;
mod pages;
mod panel;
mod panel_log_pages;
mod panel_logs;
mod place;
mod player;
mod player_documents;
mod player_guide;
mod player_lists;
mod playlist;
mod plugin_commands;
mod probes;
mod process;
mod purchases;
mod reseller;
mod reseller_edits;
mod reseller_users;
mod seats;
mod shelf;
mod simulation;
mod source_documents;
mod stalled;
mod strangers;
mod surfaces;
mod tenants;
mod upgrade;
mod visitor;
mod watcher;
mod why;
mod wishes;
