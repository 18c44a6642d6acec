//! linecard-pack
