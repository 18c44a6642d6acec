//! The engine over real SQLite files, real threads and a clock that the tests drive. No HTTP and no plugin takes part.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod boxes;
mod catalogue;
mod collections;
mod endings;
mod full;
mod goods;
mod import;
mod interrupted;
mod late;
mod logs;
mod members;
mod mirror;
mod networks;
mod nodes;
mod outbox;
mod own_rows;
mod ownership;
mod panel;
mod plain_kinds;
mod quota;
mod reads;
mod record;
mod references;
mod run;
mod sale;
mod scope;
mod seats;
mod sessions;
mod sightings;
mod sign_in;
mod signed_in;
mod tenant;
mod unfinished;
mod walk;
