//! linecard-sdk
