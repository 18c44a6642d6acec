//! Floor 1: parsers of foreign formats. They turn any bytes into entries, or into the reason why not; memory does not
//! grow with the file. Does not know stores, networks or tenants.
//!
//! ```no_run
//! use host_import::{Limits, Text, m3u};
//! # fn main() -> Result<(), host_core::import::ImportError> {
//! let text = Text::from_path("channels.m3u8.gz".as_ref(), Limits::default())?;
//! for entry in m3u::entries(text) {
//!     match entry? {
//!         Ok(entry) => println!("{}", entry.name),
//!         Err(left_out) => println!("line {}: {}", left_out.line, left_out.reason.as_str()),
//!     }
//! }
//! # Ok(()) }
//! ```

mod address;
mod asked;
mod clean;
mod extinf;
mod legacy;
mod lines;
pub mod m3u;
mod moment;
mod open;
mod programme;
pub mod provider;
mod seen;
mod tag;
mod xml;
pub mod xmltv;

pub use open::{Limits, Text};
pub use seen::REMEMBERED;
