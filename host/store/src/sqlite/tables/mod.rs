//! How each kind stands in its table, a file per kind. The statements are made in `table`.

mod access_codes;
mod api_keys;
mod bouquets;
mod box_events;
mod categories;
mod documents;
mod groups;
mod guide_sources;
mod jobs;
mod lines;
mod packages;
mod plugins;
mod series;
mod sessions;
mod settings;
mod streams;
mod tenants;
mod users;

pub(super) use super::cells::{Binding, Cells};
pub(super) use super::table::Table;
pub(super) use host_core::port::StoreError;
