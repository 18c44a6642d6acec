//! In the manner of an Enigma2 service: XML that the guest writes.

linecard_sdk::plugin!("actions.toml");

mod categories;
mod channels;
mod nothing;
mod xml;
