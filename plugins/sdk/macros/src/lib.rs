//! linecard-sdk-macros
