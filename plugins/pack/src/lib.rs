//! From a plugin's compiled module or component and its folder to the one file that the host loads: a component with
//! its description and its manifest inside. Whoever loads the file checks it again.

mod assets;
mod build;
mod component;
mod covers;
mod description;
mod error;
mod folder;
mod module;
mod pack;
mod toolchain;
mod two_modules;

pub use build::{Packed, build_all};
pub use description::description;
pub use error::PackError;
pub use pack::pack;
pub use toolchain::{Target, provide};
